/**
 * The order of a plan. What is looked for is known at once. Then what can be refused, before what takes something away; what has to be closed is closed before the
 * load balancers are written, what is opened is opened after it, and an address goes after the load balancer that let it go. What is waited for comes last, as a
 * step that has to wait ends the round.
 */
import { inPhase as inAnyPhase, type PhasedStep as AnyPhasedStep, stagesInOrder } from '../../../src/provider/kit/phases.ts'
import type { AzureStep } from '../steps.ts'

const PHASES = ['seek', 'make', 'close', 'balance', 'open', 'delete', 'wait'] as const

export type Phase = (typeof PHASES)[number]
export type PhasedStep = AnyPhasedStep<Phase, AzureStep>

export function inPhase(phase: Phase, step: AzureStep): PhasedStep {
  return inAnyPhase<Phase, AzureStep>(phase, step)
}

export function stagesOf(steps: readonly PhasedStep[]): readonly (readonly AzureStep[])[] {
  return stagesInOrder(PHASES, steps)
}
