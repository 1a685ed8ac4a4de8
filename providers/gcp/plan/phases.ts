/**
 * The order of a plan. What is looked for is known at once. What has to be closed is closed first, and what can be refused comes before what takes something away.
 * What is referred to is made before what refers to it, and goes after it. What is waited for comes last, as a step that has to wait ends the round.
 */
import { inPhase as inAnyPhase, type PhasedStep as AnyPhasedStep, stagesInOrder } from '../../../src/provider/kit/phases.ts'
import type { GcpStep } from '../steps.ts'

const PHASES = ['look', 'close', 'make', 'serve', 'forward', 'open', 'remove', 'let go', 'wait'] as const

export type Phase = (typeof PHASES)[number]
export type PhasedStep = AnyPhasedStep<Phase, GcpStep>

export function inPhase(phase: Phase, step: GcpStep, order = 0): PhasedStep {
  return inAnyPhase<Phase, GcpStep>(phase, step, order)
}

export function stagesOf(steps: readonly PhasedStep[]): readonly (readonly GcpStep[])[] {
  return stagesInOrder(PHASES, steps)
}
