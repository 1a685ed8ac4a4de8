/** Everything that can be done to the local balancer: one frontend at a time. */
import type { Step } from '../../src/provider/provider.ts'
import type { Part } from './parts.ts'

export type LocalStep = OpenStep | ChangeStep | CloseStep

/**
 * What to do where another program has the socket of an address that was chosen automatically: the next address is chosen at once, or after a while, since it may be
 * the process before this one that still has it. Absent: the address was asked for, or there is no other.
 */
export type IfInUse = 'next' | 'wait, then next'

/** Binds the socket. */
export interface OpenStep extends Step {
  readonly verb: 'create'
  readonly kind: 'frontend'
  readonly part: Part
  readonly ifInUse?: IfInUse
}

/** Another rule, or another standing of the address; established connections go on. */
export interface ChangeStep extends Step {
  readonly verb: 'update'
  readonly kind: 'frontend'
  readonly part: Part
  readonly ifInUse?: IfInUse
}

/** Stops listening; established connections are drained. */
export interface CloseStep extends Step {
  readonly verb: 'delete'
  readonly kind: 'frontend'
  readonly part: Part
}

export function openStep(part: Part, why: string, ifInUse?: IfInUse): OpenStep {
  return {
    ...(ifInUse === undefined ? {} : { ifInUse }),
    verb: 'create',
    kind: 'frontend',
    key: part.key,
    title: titleOf(part),
    serves: [part.owner],
    why,
    part,
  }
}

/** `lessens`: a target or a source range goes. */
export function changeStep(
  part: Part,
  { why, lessens, ifInUse }: { readonly why: string; readonly lessens: boolean; readonly ifInUse?: IfInUse | undefined },
): ChangeStep {
  const takesFrom = lessens ? { takesFrom: [part.owner] } : {}
  return {
    ...(ifInUse === undefined ? {} : { ifInUse }),
    verb: 'update',
    kind: 'frontend',
    key: part.key,
    title: titleOf(part),
    serves: [part.owner],
    ...takesFrom,
    why,
    part,
  }
}

export function closeStep(part: Part, why: string): CloseStep {
  return { verb: 'delete', kind: 'frontend', key: part.key, title: titleOf(part), serves: [part.owner], takesFrom: [part.owner], why, part }
}

/** `80/TCP at 127.0.10.1`. */
function titleOf({ listener, address }: Part): string {
  return `${listener} at ${address}`
}
