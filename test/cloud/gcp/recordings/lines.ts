/** What is kept of the recorded answers of the real Google Cloud: a line is an exchange, or something that was there or happened beside the recorded requests. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../../../emulators/gcp/index.ts'

export const RECORDED = fileURLToPath(new URL('recorded.jsonl', import.meta.url))

export interface Exchange {
  readonly scenario: string
  /** In its source. */
  readonly n: number
  readonly method: string
  /** Within the project. `{operation}` stands for the operation of the write before. */
  readonly path: string
  /** `{labelFingerprint}` stands for the current one. */
  readonly body?: JsonObject
  readonly status: number
  readonly answer: JsonObject
  /** Sent while what was written before it is still being done. */
  readonly isAtOnce?: true
}

export type Step =
  /** A resource that was made by requests which were not recorded. `path`: of its collection. */
  | { readonly scenario: string; readonly step: 'given'; readonly path: string; readonly body: JsonObject; readonly labels?: JsonObject }
  | { readonly scenario: string; readonly step: 'gone'; readonly path: string }

export type Line = Exchange | Step

export const isStep = (line: Line): line is Step => 'step' in line

/** All there are, in their order. */
export function recordedLines(): readonly Line[] {
  return readFileSync(RECORDED, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}
