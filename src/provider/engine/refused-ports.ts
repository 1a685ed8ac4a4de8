/** The ports that a Service asks for and the provider cannot serve, among what a planner refuses. */
import { mergedRefusals } from '../kit/refused-ports.ts'
import type { Intent, Plan, Refusal, Step } from '../provider.ts'

/** A provider's plan with the ports that its intents do not contain because it cannot serve them: reported as if the planner had refused them. */
export function withRefusedPorts<S extends Step>(plan: Plan<S>, intents: readonly Intent<unknown>[]): Plan<S> {
  const own = intents.flatMap((intent): readonly Refusal[] =>
    'want' in intent && intent.want.refusedPorts !== undefined ? [{ owner: intent.owner, ...intent.want.refusedPorts }] : [],
  )
  if (own.length === 0) return plan
  const refused = new Map(own.map((refusal) => [refusal.owner.uid, refusal] as const))
  for (const refusal of plan.refused) refused.set(refusal.owner.uid, mergedRefusals(refused.get(refusal.owner.uid), refusal))
  return { ...plan, refused: [...refused.values()] }
}
