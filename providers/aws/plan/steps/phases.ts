/** The phases of a plan for AWS. */
import { inPhase, type PhasedStep as Phased, stagesInOrder } from '../../../../src/provider/kit/phases.ts'
import { type AwsStep, isObsolete } from '../../steps.ts'

/**
 * Make before break: what may be refused comes before what destroys. `zones` is followed by numbered stages of its own; `reuse` opens listeners on ports
 * that are only closed now.
 */
const PHASES = [
  'assume',
  'read',
  'read more',
  'adopt',
  'group first',
  'free first',
  'open',
  'balancer',
  'zones',
  'address type',
  'source NAT',
  'listen',
  'switch',
  'narrow address type',
  'extras',
  'label',
  'await',
  'retire',
  'unlabel',
  'unprotect',
  'close balancer',
  'close',
  'drop',
  'reuse',
  'group last',
] as const
export type Phase = (typeof PHASES)[number]

export type PhasedStep = Phased<Phase, AwsStep>

export function phased(phase: Phase, step: AwsStep, order = 0): PhasedStep {
  return inPhase(phase, isObsolete(step.kind) ? { ...step, shrinks: true } : step, order)
}

export function stagesOf(steps: readonly PhasedStep[]): readonly (readonly AwsStep[])[] {
  return stagesInOrder(PHASES, steps)
}
