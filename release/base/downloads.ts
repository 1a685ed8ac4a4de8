/** Files of package registries, kept below node_modules by their checksum, so that a release is built again without the network. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const KEPT = fileURLToPath(new URL('../../node_modules/.cache/fairlead-release', import.meta.url))

export interface Checksum {
  readonly algorithm: 'sha256' | 'sha512'
  readonly hex: string
}

/**
 * The path of the file with this checksum. `fetch` gets a folder of its own and returns the file that it put there. Throws when that file is another one: it
 * names both checksums, and keeps nothing.
 */
export function kept(name: string, { algorithm, hex }: Checksum, fetch: (folder: string) => string): string {
  const path = join(KEPT, `${hex.slice(0, 32)}-${name}`)
  if (existsSync(path) && checksumOf(path, algorithm) === hex) return path
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-download-'))
  try {
    const fetched = fetch(folder)
    const found = checksumOf(fetched, algorithm)
    if (found !== hex) throw new Error(`${name} has the ${algorithm} ${found}; ${hex} is pinned`)
    mkdirSync(KEPT, { recursive: true })
    copyFileSync(fetched, path)
    return path
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In hex. */
export function checksumOf(path: string, algorithm: Checksum['algorithm'] = 'sha256'): string {
  return createHash(algorithm).update(readFileSync(path)).digest('hex')
}
