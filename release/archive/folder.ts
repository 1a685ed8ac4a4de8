/** A folder of this machine as entries of an archive. Owners, times and the machine's umask are left behind. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, file, folder, link } from './entries.ts'

/** Everything in `from`, at `to`. A file is 755 where its owner may run it, and 644 otherwise. */
export function entriesOf(from: string, to: string): readonly Entry[] {
  return readdirSync(from).flatMap((name) => {
    const [source, path] = [join(from, name), to === '' ? name : `${to}/${name}`]
    const stat = lstatSync(source)
    if (stat.isDirectory()) return [folder(path), ...entriesOf(source, path)]
    if (stat.isSymbolicLink()) return [link(path, readlinkSync(source))]
    return [file(path, readFileSync(source), (stat.mode & 0o100) === 0 ? 0o644 : 0o755)]
  })
}
