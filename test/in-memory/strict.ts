/** What the contract says of a plan, checked on each plan that is made. */
import { deepStrictEqual } from 'node:assert/strict'
import { ownerName } from '../../src/model/owner.ts'
import type { Intent, Plan } from '../../src/provider/provider.ts'
import type { InMemoryStep, View } from './view.ts'

export function requireContract(intents: readonly Intent<unknown>[], view: View, plan: Plan<InMemoryStep>, again: () => Plan<InMemoryStep>): void {
  deepStrictEqual(again(), plan, 'a plan is not deterministic')
  const mentioned = new Set(intents.map(({ owner }) => owner.uid))
  if (mentioned.size < intents.length) throw new Error('an owner is mentioned twice')
  const reported = [...plan.stages.flat().flatMap(({ serves }) => serves), ...plan.refused.map(({ owner }) => owner), ...plan.waiting.map(({ owner }) => owner)]
  const stranger = reported.find(({ uid }) => !mentioned.has(uid))
  if (stranger !== undefined) throw new Error(`a plan touches an owner that no intent mentions: ${ownerName(stranger)}`)
  for (const step of plan.stages.flat()) {
    if (step.kind !== 'document') continue
    const rules = step.verb === 'update' ? step.rules : []
    for (const rule of view.document?.rules ?? []) {
      if (step.verb !== 'read' && !mentioned.has(rule.owner.uid) && !rules.includes(rule))
        throw new Error(`a plan changes a rule of ${ownerName(rule.owner)}, whom no intent mentions`)
    }
  }
}
