/**
 * Names of the objects that an adapter makes: deterministic, from what identifies them and what cannot be changed in place, so that the old and the new can stand
 * side by side. What a person can read of a name is cut to fit; a hash is always kept whole, as names without it may be equal.
 */
import { createHash } from 'node:crypto'

/** Hexadecimal digits of SHA-256 over plain data, whose keys count in the order they stand in. */
export function hashOf(digits: number, data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, digits)
}

/** What a name keeps of a Service's name or a share key: its small letters and digits, at most `most` of them; `otherwise`, where none are left. */
export function readablePart(about: string, most: number, otherwise: string): string {
  const letters = about
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, most)
  return letters === '' ? otherwise : letters
}

/**
 * `READABLE-HASH-HASH` in at most `longest` characters: the readable part is cut where all of it has no room. Throws an Error where not even one character of it
 * has room.
 */
export function hashedName(readable: string, hashes: readonly string[], longest: number): string {
  const tail = hashes.map((hash) => `-${hash}`).join('')
  const room = longest - tail.length
  if (room < 1) throw new Error(`a name of ${longest} characters has no room for ${hashes.join(' and ')}`)
  return `${readable.slice(0, room).replace(/-+$/, '')}${tail}`
}
