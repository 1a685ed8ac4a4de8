/** What an archive holds: files, folders and links by their path, with everything that could differ between two machines left out. */

export type Content = { readonly kind: 'file'; readonly data: Buffer } | { readonly kind: 'folder' } | { readonly kind: 'link'; readonly target: string }

export type Entry = Content & {
  /** Without a slash at either end. */
  readonly path: string
  /** Permission bits. */
  readonly mode: number
}

export function file(path: string, data: Buffer | string, mode = 0o644): Entry {
  return { kind: 'file', path, mode, data: Buffer.from(data) }
}

export function folder(path: string): Entry {
  return { kind: 'folder', path, mode: 0o755 }
}

/** A symbolic link. */
export function link(path: string, target: string): Entry {
  return { kind: 'link', path, mode: 0o777, target }
}

/** The entries with every folder above them, sorted by path, so that a folder comes before what is in it. Throws when two entries have one path. */
export function completed(entries: readonly Entry[]): readonly Entry[] {
  const byPath = new Map<string, Entry>()
  for (const entry of entries) {
    if (byPath.has(entry.path)) throw new Error(`an archive would hold ${entry.path} twice`)
    byPath.set(entry.path, entry)
  }
  const folders = entries.flatMap(({ path }) => parentsOf(path)).filter((path) => !byPath.has(path))
  return [...byPath.values(), ...[...new Set(folders)].map(folder)].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}
