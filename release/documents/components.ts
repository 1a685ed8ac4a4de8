/** What a release is made of, each by its package URL and its checksum: the rows of the bill of materials, and the materials of the provenance. */
import { type PinnedPackage, type Pins, purlOf } from '../base/pins.ts'
import { integrityOf, nodePackage } from '../base/node.ts'
import type { Checksum } from '../base/downloads.ts'
import { type Architecture, NODE_PACKAGES } from '../image/architectures.ts'
import type { BundledPackage } from './lock.ts'

export interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly checksum: Checksum
  readonly license?: string
  /** By which vulnerabilities of Node itself are found. */
  readonly cpe?: string
}

/** One for each name and version, by package URL. `pins`: absent where the base is not Debian's. */
export function componentsOf(bundled: readonly BundledPackage[], pins: Pins | undefined, architectures: readonly Architecture[]): readonly Component[] {
  const all = [
    ...bundled.map(bundledComponent),
    ...architectures.map((architecture) => nodeComponent(NODE_PACKAGES[architecture])),
    ...(pins === undefined
      ? []
      : architectures.flatMap((architecture) => pins.packages[architecture].map((one) => debianComponent(one, architecture, pins.suite)))),
  ]
  return [...new Map(all.map((component) => [component.purl, component])).values()].toSorted((a, b) => (a.purl < b.purl ? -1 : 1))
}

function bundledComponent({ name, locked }: BundledPackage): Component {
  return { ...npmComponent(name, locked.version), checksum: integrityOf(locked), ...(locked.license === undefined ? {} : { license: locked.license }) }
}

function nodeComponent(name: string): Component {
  const locked = nodePackage(name)
  const cpe = `cpe:2.3:a:nodejs:node.js:${locked.version}:*:*:*:*:*:*:*`
  return { ...npmComponent(name, locked.version), checksum: integrityOf(locked), license: 'MIT', cpe }
}

function npmComponent(name: string, version: string): Pick<Component, 'name' | 'version' | 'purl'> {
  return { name, version, purl: `pkg:npm/${name.replace('@', '%40')}@${version}` }
}

function debianComponent(pinned: PinnedPackage, architecture: Architecture, suite: string): Component {
  const { name, version, sha256 } = pinned
  return { name, version, purl: purlOf(pinned, architecture, suite), checksum: { algorithm: 'sha256', hex: sha256 } }
}
