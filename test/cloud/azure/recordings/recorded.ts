/** The recorded exchanges, in full. */
import { readFileSync } from 'node:fs'
import { unfolded } from './fold.ts'
import { type Line, RECORDED, lengthen } from './lines.ts'

export function recordedLines(): readonly Line[] {
  const lines = lengthen(readFileSync(RECORDED, 'utf8')).trim().split('\n')
  return unfolded(lines.map((line) => JSON.parse(line) as Line))
}
