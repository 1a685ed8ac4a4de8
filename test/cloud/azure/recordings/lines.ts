/** What is kept of the recorded answers of the real Azure: a line is an exchange, or something that was there or happened beside the recorded requests. */
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../../../emulators/azure/index.ts'

export const RECORDED = fileURLToPath(new URL('recorded.jsonl', import.meta.url))

export interface Exchange {
  readonly scenario: string
  /** In its source. */
  readonly n: number
  readonly method: string
  readonly path: string
  /** The api-version. */
  readonly version: string
  readonly query?: Readonly<Record<string, string>>
  readonly ifMatch?: string
  readonly body?: JsonObject
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly answer?: JsonObject
  /** Sent while what was written before it is still being done. */
  readonly isAtOnce?: true
}

export type Step =
  | { readonly scenario: string; readonly step: 'group'; readonly group: string }
  | { readonly scenario: string; readonly step: 'no group'; readonly group: string }
  /** A resource that was made by requests which were not recorded. */
  | { readonly scenario: string; readonly step: 'given'; readonly path: string; readonly version: string; readonly body: JsonObject }
  /** A machine of this id takes the interface, or gives it back. */
  | { readonly scenario: string; readonly step: 'machine' | 'no machine'; readonly id: string; readonly interface: string }

export type Line = Exchange | Step

const SHORT: readonly (readonly [long: string, short: string])[] = [
  ['/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/', '~'],
  ['/providers/Microsoft.Network/', '^'],
  ['"provisioningState"', '"%s"'],
  ['"properties"', '"%p"'],
]

/** Long texts that come often are written short. */
export function shorten(value: object): object {
  return JSON.parse(SHORT.reduce((text, [long, short]) => text.replaceAll(long, short), JSON.stringify(value))) as object
}

export const isStep = (line: Line): line is Step => 'step' in line

/** The text with its long forms again. */
export function lengthen(text: string): string {
  return SHORT.reduce((all, [long, short]) => all.replaceAll(short, long), text)
}
