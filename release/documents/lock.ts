/** package-lock.json: which package is at which path of node_modules. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface LockedPackage {
  readonly version: string
  /** `sha512-BASE64`, of the package's archive. */
  readonly integrity?: string
  readonly license?: string
}

export function readLock(): ReadonlyMap<string, LockedPackage> {
  const path = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as { readonly packages: Readonly<Record<string, LockedPackage>> }
  return new Map(Object.entries(packages))
}

export interface BundledPackage {
  /** `node_modules/@azure/identity` */
  readonly path: string
  readonly name: string
  readonly locked: LockedPackage
}

/** What esbuild's metafile says that is asked here: the sources of each file of the bundle, with the bytes that are left of them. */
export interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>>
}

/** The packages of which something is in the bundle, by path. Throws when one is not in the lock file. */
export function bundledPackages({ outputs }: Metafile, lock: ReadonlyMap<string, LockedPackage>): readonly BundledPackage[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0))
  const paths = new Set(inputs.flatMap(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))
  return [...paths].toSorted().map((path) => {
    const locked = lock.get(path)
    if (locked === undefined) throw new Error(`${path} is in the bundle and not in package-lock.json`)
    return { path, name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), locked }
  })
}
