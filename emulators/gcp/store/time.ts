/** Times as the Compute API writes them: with milliseconds, and the offset of the Pacific coast. */

const OFFSET_MS = 7 * 3_600_000

/** `at`: milliseconds since the epoch. */
export function timeText(at: number): string {
  return new Date(at - OFFSET_MS).toISOString().replace('Z', '-07:00')
}
