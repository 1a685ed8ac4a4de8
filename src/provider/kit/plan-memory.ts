/** Remembers what a planner answered for as long as it is asked the very same: of a pure function it saves time, and changes no plan. */
import type { NodeSet } from '../../model/load-balancer.ts'
import { placeText } from '../../model/status.ts'
import type { Desired, Intent, Plan, Step } from '../provider.ts'

type Planner<Options, View, S extends Step> = (intents: readonly Intent<Options>[], view: View, base?: View) => Plan<S>

interface Answer<View, S extends Step> {
  readonly base: View | undefined
  readonly asked: readonly (readonly unknown[])[]
  readonly plan: Plan<S>
}

/**
 * The same planner. Of each view the last answer is kept, as long as the view is. For planners that read nodes only for Services whose targets are nodes.
 */
export function remembering<Options, View extends object, S extends Step>(plan: Planner<Options, View, S>): Planner<Options, View, S> {
  const answers = new WeakMap<View, Answer<View, S>>()
  return (intents, view, base) => {
    const known = answers.get(view)
    const asked = intents.map(askedBy)
    const isSameQuestion =
      known !== undefined && known.base === base && known.asked.length === asked.length && known.asked.every((one, i) => isSame(one, asked[i]))
    if (isSameQuestion) return known.plan
    const answer = plan(intents, view, base)
    answers.set(view, { base, asked, plan: answer })
    return answer
  }
}

/** The nodes that a plan for this Service depends on: none where its targets are pods. */
export function nodesUsedBy({ settings, backends }: Desired<unknown>): NodeSet | undefined {
  return settings.targets === 'nodes' ? backends.nodes : undefined
}

/** All that a plan is made from, to be compared by identity. */
function askedBy(intent: Intent<unknown>): readonly unknown[] {
  const { owner } = intent
  if ('gone' in intent) return ['gone', owner.uid]
  if ('follow' in intent) {
    const { follow, within, shrinkOnly } = intent
    return ['follow', owner.uid, follow.ports, follow.nodes, within?.settings, within?.options, shrinkOnly]
  }
  const { settings, options, backends } = intent.want
  const places = [intent.published, intent.lingering ?? []].map((all) => all.map(placeText).join(' ')).join(', ')
  return ['want', owner.uid, settings, options, backends.ports, nodesUsedBy(intent.want), places, intent.createdAt]
}

function isSame(a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return a.length === b?.length && a.every((one, i) => one === b[i])
}
