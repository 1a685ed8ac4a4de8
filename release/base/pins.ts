/** The packages of Debian that the image's base is made of, pinned in `debian.json` by version and SHA-256. `npm run build:release -- --update-base` writes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Architecture } from '../image/architectures.ts'

export interface PinnedPackage {
  readonly name: string
  readonly version: string
  /** Of the .deb, in hex. */
  readonly sha256: string
}

export interface Pins {
  /** The release's code name, like `trixie`. */
  readonly suite: string
  readonly packages: Readonly<Record<Architecture, readonly PinnedPackage[]>>
}

/** What Node is linked with, and the files that say which release of Debian this is. The copyright of libgcc-s1 and libstdc++6 is in gcc-14-base. */
export const PACKAGES = ['base-files', 'gcc-14-base', 'libc6', 'libgcc-s1', 'libstdc++6'] as const

const FILE = fileURLToPath(new URL('debian.json', import.meta.url))

export function readPins(): Pins {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Pins
}

export function writePins(pins: Pins): void {
  writeFileSync(FILE, `${JSON.stringify(pins, undefined, 2)}\n`)
}

/** Package URL: https://github.com/package-url/purl-spec. */
export function purlOf({ name, version }: PinnedPackage, architecture: Architecture, suite: string): string {
  return `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${suite}`
}
