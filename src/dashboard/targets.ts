/** What the health checks say of the targets of the one Service that a person looks at: asked when it is opened, and then once in ten seconds at the most. */
import type { Clock } from '../model/clock.ts'
import type { Cloud } from '../provider/cloud.ts'
import { CloudError } from '../provider/cloud-error.ts'
import type { StackId, TargetState } from '../provider/provider.ts'

export type Health =
  | { readonly kind: 'known'; readonly at: number; readonly targets: readonly TargetState[] }
  /** The provider cannot say, or this copy does not ask it. */
  | { readonly kind: 'not offered' }
  | { readonly kind: 'unknown'; readonly at: number; readonly because: string }

export interface TargetsMemory {
  /** Never rejects. */
  of(cloud: Pick<Cloud, 'name' | 'targets'>, stacks: readonly StackId[], uid: string): Promise<Health>
}

const AGAIN_AFTER_MS = 10_000
const MOST_REMEMBERED = 100
const ANSWER_WITHIN_MS = 8_000

/** `signal`: the process ends. */
export function rememberTargets(clock: Clock, signal: AbortSignal): TargetsMemory {
  const asked = new Map<string, { readonly at: number; readonly answer: Promise<Health> }>()
  return {
    of(cloud, stacks, uid) {
      const key = `${cloud.name} ${uid}`
      const before = asked.get(key)
      if (before !== undefined && clock.now() - before.at < AGAIN_AFTER_MS) return before.answer
      if (cloud.targets === undefined) return Promise.resolve({ kind: 'not offered' })
      const answer = ask(cloud.targets, { stacks, uid, clock, signal })
      asked.delete(key)
      asked.set(key, { at: clock.now(), answer })
      const [oldest] = asked.keys()
      if (asked.size > MOST_REMEMBERED && oldest !== undefined) asked.delete(oldest)
      return answer
    },
  }
}

interface Asking {
  readonly stacks: readonly StackId[]
  readonly uid: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

async function ask(targets: NonNullable<Cloud['targets']>, { stacks, uid, clock, signal }: Asking): Promise<Health> {
  const late = new AbortController()
  const timer = clock.setTimeout(() => late.abort(), ANSWER_WITHIN_MS)
  const at = clock.date().getTime()
  try {
    const either = AbortSignal.any([signal, late.signal])
    const found = await Promise.all(stacks.map((stack) => targets(stack, new Set([uid]), either)))
    return { kind: 'known', at, targets: found.flat() }
  } catch (error) {
    const because = error instanceof CloudError ? error.publicMessage : late.signal.aborted ? 'the cloud did not answer in time' : 'the call failed'
    return { kind: 'unknown', at, because }
  } finally {
    timer.cancel()
  }
}
