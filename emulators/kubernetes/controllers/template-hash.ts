/** The short name of a pod template, as it stands in `pod-template-hash` and in the names of ReplicaSets and pods. Pure. */
import { createHash } from 'node:crypto'

/** No vowels and no look-alikes, so that no word comes out. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** Ten letters, the same for the same template whatever the order of its fields. */
export function templateHash(template: unknown): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(sorted(template)))
    .digest()
  return Array.from(digest.subarray(0, 10), (byte) => LETTERS[byte % LETTERS.length]).join('')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
