/** Which scheme a Service has that says none and was written for another controller: that controller's default, or it would be opened or closed by moving here. */
import type { Scheme } from '../src/model/load-balancer.ts'
import type { DefaultScheme, Sign } from './define.ts'

export interface FoundScheme {
  readonly scheme: Scheme
  /** Whose default it is. */
  readonly controller: string
  /** The annotation that showed it. */
  readonly key: string
}

/** The first that fits, in the order in which they are declared; undefined: none does. */
export function defaultSchemeOf(annotations: Readonly<Record<string, string>>, declared: readonly DefaultScheme[]): FoundScheme | undefined {
  const keys = Object.keys(annotations).toSorted()
  for (const { scheme, controller, signs } of declared) {
    const key = keys.find((candidate) => signs.some((sign) => shows(sign, candidate, annotations[candidate] ?? '')))
    if (key !== undefined) return { scheme, controller, key }
  }
  return undefined
}

function shows({ key, values }: Sign, candidate: string, value: string): boolean {
  const isKey = key.endsWith('*') ? candidate.startsWith(key.slice(0, -1)) : candidate === key
  return isKey && (values === undefined || values.includes(value.trim()))
}
