/** The differences between the emulator and a real API server that we know and keep, each with its reason. What is not listed here fails the comparison. */
import type { Difference } from './compare.ts'

export interface Known {
  /** What differs, for a reader. */
  readonly what: string
  readonly because: string
  /** Names of cases; every case when there are none. */
  readonly cases?: readonly string[]
  /** Where in the answers, see `Difference.at`. */
  readonly at: RegExp
}

export const KNOWN: readonly Known[] = [
  {
    what: 'Tables carry no descriptions of their columns.',
    because: 'kubectl shows them nowhere, and they are long.',
    at: /columnDefinitions\[\d+\]\.description$/,
  },
  {
    what: 'A new Service without a name is told so.',
    because: 'The real server stumbles over the record of its cluster IP before it looks at the name.',
    cases: ['no name'],
    at: /^0\.body/,
  },
  {
    what: 'Text that is no JSON, a time of another form and a foreign `continue` token are refused with the same status and reason, in other words.',
    because: "The real server passes on what Go's parsers say.",
    cases: ['a body that is no JSON', 'a lease with milliseconds', 'a malformed continue token'],
    at: /\.message$/,
  },
]

export function knownFor(name: string, difference: Difference): Known | undefined {
  return KNOWN.find(({ cases, at }) => (cases === undefined || cases.includes(name)) && at.test(difference.at))
}
