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
    what: 'A new Service without a name gets that error.',
    because: 'The real server fails on the record of its cluster IP before it looks at the name.',
    cases: ['no name'],
    at: /^0\.body/,
  },
  {
    what: 'Who applied an empty member that another manager took away does not own it any more.',
    because: 'The real server keeps the entry until its manager applies again, and writes a new version then for no other reason.',
    cases: ['server-side apply: an empty member that has no default'],
    at: /^6\.body\.metadata\.resourceVersion$/,
  },
]

export function knownFor(name: string, difference: Difference): Known | undefined {
  return KNOWN.find(({ cases, at }) => (cases === undefined || cases.includes(name)) && at.test(difference.at))
}
