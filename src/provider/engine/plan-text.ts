/** A plan as a person reads it. */
import { ownerName } from '../../model/owner.ts'
import { problemText } from '../../model/problem.ts'
import { escaped } from '../../model/text.ts'
import type { Plan, Refusal, Step } from '../provider.ts'

/** `create frontend uid-web/127.0.10.1/80/TCP`: what a step is called in logs, and when steps are compared from plan to plan. */
export function stepName({ verb, kind, key }: Step): string {
  return `${verb} ${kind} ${key}`
}

/** `create frontend 80/TCP at 127.0.10.1`: the same for people, who do not know our ids. */
export function stepTitle({ verb, kind, key, title = key }: Step): string {
  return `${verb} ${kind} ${title}`
}

/**
 * One step a line: its number, verb, kind, name, why, and in capitals what it interrupts. Steps that run side by side share a number and have letters: 1a,
 * 1b, 2. Then who is refused and who has to wait. A plan at rest says so.
 */
export function planText(plan: Plan<Step>): string {
  const steps = plan.stages.flatMap((stage, i) => stage.map((step, j) => `${i + 1}${stage.length === 1 ? '' : letterOf(j)}. ${stepText(step)}`))
  const refused = plan.refused.map((refusal) => `refused ${ownerName(refusal.owner)}${portsText(refusal)}: ${problemText(refusal.problem)}`)
  const waiting = plan.waiting.map(({ owner, because }) => `waiting ${ownerName(owner)}: ${because}`)
  const lines = [...steps, ...refused, ...waiting]
  return lines.length === 0 ? 'nothing to do' : lines.map(escaped).join('\n')
}

/** `create listener web:80: 80/TCP is asked for`, and what it interrupts. */
export function stepText(step: Step): string {
  return `${stepTitle(step)}: ${step.why}${interruptionText(step)}`
}

export function interruptionText({ interrupts }: Step): string {
  return interrupts === undefined ? '' : ` INTERRUPTS ${interrupts}`
}

/** ` 80/TCP, 443/TCP`, or nothing where the whole Service is refused. */
export function portsText({ ports }: Pick<Refusal, 'ports'>): string {
  return ports === undefined ? '' : ` ${ports.map(({ port, protocol }) => `${port}/${protocol}`).join(', ')}`
}

/** a to z, then aa. */
function letterOf(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26))
  return index < 26 ? letter : `${letterOf(Math.floor(index / 26) - 1)}${letter}`
}
