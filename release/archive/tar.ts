/**
 * Writes tar archives (POSIX ustar). Of its own, because what counts here is what the format leaves open: owner 0, one time for all entries, no names of users
 * or machines, and the order by path, so that the same content is the same bytes everywhere. A path of more than 255 bytes is refused.
 * The fields: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
import { completed, type Entry } from './entries.ts'

const BLOCK = 512
const TYPES = { file: '0', link: '2', folder: '5' } as const

/** `seconds`: since 1970, the modification time of every entry. */
export function tar(entries: readonly Entry[], seconds: number): Buffer {
  const blocks = completed(entries).flatMap((entry) => [header(entry, seconds), ...(entry.kind === 'file' ? [entry.data, padding(entry.data.length)] : [])])
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK)
}

function header(entry: Entry, seconds: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const [prefix, name] = splitPath(entry.kind === 'folder' ? `${entry.path}/` : entry.path)
  block.write(name, 0, 100)
  block.write(octal(entry.mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(entry.kind === 'file' ? entry.data.length : 0, 12), 124)
  block.write(octal(seconds, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write(TYPES[entry.kind], 156)
  if (entry.kind === 'link') block.write(fitting(entry.target, 100), 157)
  block.write('ustar\u000000', 257)
  block.write(octal(0, 8), 329)
  block.write(octal(0, 8), 337)
  block.write(prefix, 345)
  // The sum of all bytes, with spaces in its own place.
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148)
  return block
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\u0000`
}

/** Up to 100 bytes of name and, before a slash, 155 of prefix. */
function splitPath(path: string): readonly [string, string] {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  const slash = path.indexOf('/', Math.max(0, path.length - 101))
  const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
  if (slash === -1 || name === '' || Buffer.byteLength(prefix) > 155 || Buffer.byteLength(name) > 100) throw new Error(`too long for a tar archive: ${path}`)
  return [prefix, name]
}

function fitting(text: string, length: number): string {
  if (Buffer.byteLength(text) > length) throw new Error(`too long for a tar archive: ${text}`)
  return text
}
