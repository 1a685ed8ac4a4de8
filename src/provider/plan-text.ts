/** A plan as a person reads it. */
import { ownerName } from '../model/owner.ts'
import { problemText } from '../model/problem.ts'
import type { Plan, Step } from './provider.ts'

/** `create address uid-web`: what a step is called, in logs and when steps are compared from plan to plan. */
export function stepName({ verb, kind, key }: Step): string {
  return `${verb} ${kind} ${key}`
}

/**
 * One step a line: stage, verb, kind, key, why, and in capitals what it interrupts. Then who is refused and who has to wait. A plan at rest says so.
 */
export function planText(plan: Plan<Step>): string {
  const steps = plan.stages.flatMap((stage, i) => stage.map((step) => `${i + 1}. ${stepText(step)}`))
  const refused = plan.refused.map(({ owner, ports, problem }) => {
    const which = ports === undefined ? '' : ` ${ports.map(({ port, protocol }) => `${port}/${protocol}`).join(', ')}`
    return `refused ${ownerName(owner)}${which}: ${problemText(problem)}`
  })
  const waiting = plan.waiting.map(({ owner, because }) => `waiting ${ownerName(owner)}: ${because}`)
  const told = [...steps, ...refused, ...waiting]
  return told.length === 0 ? 'nothing to do' : told.join('\n')
}

function stepText(step: Step): string {
  const interrupts = step.interrupts === undefined ? '' : ` INTERRUPTS ${step.interrupts}`
  return `${stepName(step)}: ${step.why}${interrupts}`
}
