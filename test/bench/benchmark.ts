/** What a benchmark is and what it answers, and the few numbers that several of them need. It measures nothing. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What was wanted of it; absent: it is shown and not judged. */
  readonly target?: Target
  /** Something else in the same unit: of the same run, so that a slow machine is slow for both, unless the notes say otherwise. */
  readonly beside?: Beside | readonly Beside[]
}

export interface Beside {
  readonly name: string
  readonly value: number
}

export type Target = { readonly under: number } | { readonly atMost: number } | { readonly atLeast: number }

export interface Result {
  readonly figures: readonly Figure[]
  /** How it was measured, and what to know before believing it. */
  readonly notes: readonly string[]
}

export interface Benchmark {
  readonly name: string
  /** One sentence. */
  readonly what: string
  /** `say`: a line of progress. It runs in a process of its own. */
  run(say: (line: string) => void): Promise<Result>
}

/** All that stands beside a figure. */
export function besides({ beside = [] }: Pick<Figure, 'beside'>): readonly Beside[] {
  return [beside].flat()
}

export function isMet(value: number, target: Target): boolean {
  if ('under' in target) return value < target.under
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** The smallest value that so many percent of all do not exceed. Throws a RangeError when there is none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)]
  if (found === undefined) throw new RangeError('nothing was measured')
  return found
}

/** Milliseconds of processor time that this process has used, by all its threads. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
