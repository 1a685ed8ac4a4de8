/** Differences between an emulated cloud and recorded answers of the real one. */

export interface Difference {
  readonly scenario: string
  readonly n: number
  /** `PUT loadBalancers 2020-07-01` */
  readonly request: string
  /** Of the member, without indexes: `properties.probes[].properties.probeThreshold`. */
  readonly where: string
  readonly recorded: string
  readonly emulated: string
}

export interface Known {
  /** What differs, for a reader. */
  readonly what: string
  readonly because: string
  /** Scenarios; every one when there are none. */
  readonly scenarios?: readonly string[]
  /** `Difference.request` and `Difference.where`, joined by a blank. */
  readonly at: RegExp
}

export function knownIn(all: readonly Known[], { scenario, request, where }: Difference): Known | undefined {
  return all.find(({ scenarios, at }) => (scenarios === undefined || scenarios.includes(scenario)) && at.test(`${request} ${where}`))
}

/** As a page lists them. */
export function knownLines(all: readonly Known[]): readonly string[] {
  return all.map(
    ({ what, because, scenarios }) => `- ${what} ${because}${scenarios === undefined ? '' : ` (Seen in: ${scenarios.map((name) => `*${name}*`).join(', ')}.)`}`,
  )
}

export const textOf = (value: unknown): string => (value === undefined ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 400)
