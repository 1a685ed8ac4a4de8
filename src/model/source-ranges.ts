/** Source ranges compared: which clients two lists have in common. An absent list lets everybody in. */
import { cidrContains, familyOf } from './address.ts'

/**
 * The clients that both lists allow, as canonical ranges; the first list itself where the second takes nothing away. Two ranges are either apart or one
 * contains the other, so that no range is ever cut.
 */
export function commonRanges(found: readonly string[] | undefined, asked: readonly string[] | undefined): readonly string[] | undefined {
  if (asked === undefined || found === undefined) return found ?? asked
  const same = new Set(asked)
  const kept = found.filter((range) => same.has(range) || asked.some((other) => contains(other, range)))
  if (kept.length === found.length) return found
  const narrower = asked.filter((range) => !kept.includes(range) && found.some((other) => contains(other, range)))
  return [...kept, ...narrower]
}

/** Whether all addresses of the second range are in the first. */
export function contains(range: string, other: string): boolean {
  const [address = '', length = '0'] = other.split('/')
  return familyOf(range) === familyOf(other) && Number(range.split('/')[1]) <= Number(length) && cidrContains(range, address)
}
