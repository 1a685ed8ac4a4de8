/** One line in the log for each change of a cloud, for each that a policy held back, and for what stopped a Stack. */
import type { Log } from '../model/log.ts'
import type { Outcome } from '../provider/cloud.ts'
import { stepName } from '../provider/engine/plan-text.ts'

export function logSteps(log: Log, where: { readonly provider: string; readonly stack: string }, { applied, held, stopped }: Outcome): void {
  for (const step of applied) if (step.verb !== 'read') log.info('applied', { ...where, step: stepName(step), why: step.why })
  for (const step of held) log.info('held back by policy', { ...where, step: stepName(step), why: step.why })
  if (stopped !== undefined) log.warn('reconciling a Stack stopped', { ...where, stopped })
}
