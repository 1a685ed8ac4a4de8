/** Load balancers next to the wanted one: kept while clients may know them, or while an owner on them stays as it is; then deleted. */
import { LINGERS_TAG } from '../../marks.ts'
import { PROTECTION } from '../../names.ts'
import { step } from '../../steps.ts'
import type { LoadBalancerPart } from '../../view.ts'
import { awaitStep } from './balancer.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import { isPartClosed } from '../parties.ts'
import { type PhasedStep, phased } from './phases.ts'
import { closeStep } from './listeners.ts'
import { listenersOf } from '../owners.ts'
import type { PlanContext } from '../plan-context.ts'

export interface Lingering {
  readonly steps: readonly PhasedStep[]
  /** Those that stay for now. */
  readonly balancers: readonly LoadBalancerPart[]
}

export function lingeringPart(context: PlanContext): Lingering {
  const { view, wantedStack } = context
  const others = [...view.loadBalancers.values()]
    .filter(({ name }) => name !== wantedStack?.balancer.found?.name)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const kept = others.filter((balancer) => isKept(context, balancer))
  const gone = others.filter((balancer) => !kept.includes(balancer))
  return {
    steps: [...gone.flatMap((balancer) => takeDown(context, balancer)), ...kept.flatMap((balancer) => leave(context, balancer)), ...retire(context, kept)],
    balancers: kept,
  }
}

function isKept({ view, parties, wantedStack }: PlanContext, balancer: LoadBalancerPart): boolean {
  const { mark, dnsName, state } = balancer
  const users = [mark.owner, ...listenersOf(view, balancer).map((listener) => listener.mark.owner)]
  if (users.some((owner) => owner !== undefined && stays(parties, owner.uid))) return true
  // Who is not served at the moment comes back to it, though all its ports are closed.
  if (wantedStack === undefined && state !== 'failed' && parties.follows.values().some(({ within }) => within !== undefined)) return true
  return wantedStack !== undefined && state !== 'failed' && parties.known.has(dnsName)
}

/** Of a balancer that stays: listeners of those who left it, and on ports that are not asked for any more. */
function leave({ view, parties }: PlanContext, balancer: LoadBalancerPart): readonly PhasedStep[] {
  return listenersOf(view, balancer)
    .filter(({ mark }) => mark.owner !== undefined && (parties.leaves.has(mark.owner.uid) || isPartClosed(parties, mark)))
    .map((listener) => closeStep(listener, balancer.name))
}

/** The new one is published once it answers, and the old one is marked so that it is not. */
function retire({ wantedStack }: PlanContext, kept: readonly LoadBalancerPart[]): readonly PhasedStep[] {
  const retiring = kept.filter(({ mark }) => mark.lingers !== true)
  if (wantedStack === undefined || retiring.length === 0) return []
  if (wantedStack.balancer.found === undefined || wantedStack.balancer.found.state === 'provisioning') return [awaitStep(wantedStack)]
  return retiring.map(({ name }) =>
    phased(
      'retire',
      step('update tags', {
        key: name,
        serves: wantedStack.owners,
        why: `${wantedStack.balancer.name} is published in its place`,
        call: { of: [{ kind: 'load balancer', name }], tags: { [LINGERS_TAG]: 'true' } },
      }),
    ),
  )
}

/** AWS' own protection first. Where it was not read, the fingerprint says it: without one there is none. */
function takeDown({ parties, wantedStack }: PlanContext, { name, mark, attributes, state }: LoadBalancerPart): readonly PhasedStep[] {
  const serves = wantedStack?.owners ?? (mark.owner === undefined ? parties.leaving : [mark.owner])
  const why = state === 'failed' ? 'AWS could not make it' : wantedStack === undefined ? 'it serves no Service any more' : 'another one serves in its place'
  if (attributes === undefined && mark.settings !== undefined)
    return [phased('read', step('read load balancer attributes', { key: name, serves, why: 'whether it is protected', call: { name } }))]
  // Its name and addresses are needed for the next one, and it serves no Service.
  const [unprotect, close] = state === 'failed' ? (['group first', 'free first'] as const) : (['unprotect', 'close balancer'] as const)
  const isProtected = attributes?.[PROTECTION] === 'true'
  return [
    ...(isProtected
      ? [
          phased(
            unprotect,
            step('update load balancer attributes', { key: name, serves, why: 'it is to be deleted', call: { name, attributes: { [PROTECTION]: 'false' } } }),
          ),
        ]
      : []),
    phased(close, step('delete load balancer', { key: name, serves, why, call: { name } })),
  ]
}
