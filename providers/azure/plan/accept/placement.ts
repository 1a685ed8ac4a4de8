/**
 * Which of several load balancers serves a Service: the one that serves it already, else the one with the most room. Their rules are counted together, public and
 * internal, as a node is in both. Pure.
 */
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { BalancerKey } from '../../balancer-keys.ts'
import { foundIn, listsOf } from '../found.ts'
import type { PlanInput, Want } from '../plan-context.ts'

/** `allowed`: the configurations that the Service may be served by, the one that is chosen among them. */
export type Placement = { readonly of: BalancerKey['of']; readonly allowed: readonly BalancerKey['of'][] } | { readonly problem: Problem }

/** Counts those that it has placed, so that new Services spread. */
export function placer({ config, view }: PlanInput): (want: Want) => Placement {
  const used = new Map(config.balancers.map(({ name }) => [name, 0]))
  const count = (of: string, more: number): void => void used.set(of, (used.get(of) ?? 0) + more)
  for (const { of, document } of view.balancers.values()) {
    const { loadBalancingRules, inboundNatRules, outboundRules } = listsOf(document)
    count(of, loadBalancingRules.length + inboundNatRules.length + outboundRules.length)
  }
  return ({ owner, want: { settings, options } }) => {
    const names = options.loadBalancers?.map((name) => name.toLowerCase())
    const allowed = config.balancers.map(({ name }) => name).filter((name) => names?.includes(name.toLowerCase()) !== false)
    const current = (foundIn(view).rulesOf.get(owner.uid) ?? []).find(({ balancer: { of, scheme } }) => scheme === settings.scheme && allowed.includes(of))
    const emptiest = allowed.toSorted((a, b) => (used.get(a) ?? 0) - (used.get(b) ?? 0))[0]
    const of = current?.balancer.of ?? emptiest
    if (of === undefined) return { problem: unknownProblem(options.loadBalancers ?? [], { config }) }
    if (current === undefined) count(of, settings.listeners.length * settings.families.length)
    return { of, allowed }
  }
}

function unknownProblem(names: readonly string[], { config }: Pick<PlanInput, 'config'>): Problem {
  return {
    reason: 'Invalid',
    field: FIELDS.loadBalancers,
    value: names.join(','),
    wrong: 'names no load balancer of this controller',
    allowed: config.balancers.map(({ name }) => name).join(', '),
  }
}
