/** How many calls were made to the clouds since the start, by operation: the same calls as `fairlead_cloud_calls_total` counts. */
import { type Call, modeOf, operationOf } from '../provider/kit/instrument.ts'

export interface CallCount {
  readonly provider: string
  readonly operation: string
  readonly mode: 'read' | 'write'
  readonly ok: number
  readonly failed: number
  /** On average, in milliseconds. */
  readonly meanMs: number
}

export interface CallCounts {
  note(call: Call): void
  /** The most frequent first. */
  list(): readonly CallCount[]
}

interface Sum {
  readonly call: Pick<CallCount, 'provider' | 'operation' | 'mode'>
  ok: number
  failed: number
  ms: number
}

/** Operations are few: verbs times kinds of a provider. */
export function countCalls(): CallCounts {
  const sums = new Map<string, Sum>()
  return {
    note(call) {
      const { provider, durationMs, result } = call
      const operation = operationOf(call)
      const key = `${provider} ${operation}`
      const sum = sums.get(key) ?? { call: { provider, operation, mode: modeOf(call) }, ok: 0, failed: 0, ms: 0 }
      if (result === 'ok') sum.ok += 1
      else sum.failed += 1
      sum.ms += durationMs
      sums.set(key, sum)
    },
    list: () =>
      [...sums.values()]
        .map(({ call, ok, failed, ms }) => ({ ...call, ok, failed, meanMs: Math.round(ms / (ok + failed)) }))
        .toSorted((a, b) => b.ok + b.failed - (a.ok + a.failed)),
  }
}
