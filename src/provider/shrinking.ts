import type { Step } from './provider.ts'

/** Whether a step only takes away: it deletes an object, or something of an object that stays. */
export function isShrinking({ verb, shrinks }: Pick<Step, 'verb' | 'shrinks'>): boolean {
  return verb === 'delete' || shrinks === true
}

/** Whether a step makes something, or changes what is there otherwise than by taking away. */
export function isGrowth(step: Pick<Step, 'verb' | 'shrinks'>): boolean {
  return step.verb !== 'read' && !isShrinking(step)
}
