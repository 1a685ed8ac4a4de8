/** Everything that can be done to the local balancer: one frontend at a time. */
import type { Step } from '../../src/provider/provider.ts'
import type { Part } from './parts.ts'

export type LocalStep = OpenStep | ChangeStep | CloseStep

/** Binds the socket. */
export interface OpenStep extends Step {
  readonly verb: 'create'
  readonly kind: 'frontend'
  readonly part: Part
}

/** Another rule, or another standing of the address; established connections go on. */
export interface ChangeStep extends Step {
  readonly verb: 'update'
  readonly kind: 'frontend'
  readonly part: Part
}

/** Stops listening; established connections are drained. */
export interface CloseStep extends Step {
  readonly verb: 'delete'
  readonly kind: 'frontend'
  readonly part: Part
}

export function openStep(part: Part, why: string): OpenStep {
  return { verb: 'create', kind: 'frontend', key: part.key, serves: [part.owner], why, part }
}

export function changeStep(part: Part, why: string): ChangeStep {
  return { verb: 'update', kind: 'frontend', key: part.key, serves: [part.owner], why, part }
}

export function closeStep(part: Part, why: string): CloseStep {
  return { verb: 'delete', kind: 'frontend', key: part.key, serves: [part.owner], why, part }
}
