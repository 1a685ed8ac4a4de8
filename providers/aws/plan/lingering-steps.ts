/** Load balancers beside the wanted one: kept while somebody may know them, or while somebody on them stays as he is; then taken down. */
import { LINGERS_TAG } from '../marks.ts'
import type { LoadBalancerPart } from '../view.ts'
import { awaitDraft } from './balancer-steps.ts'
import { stays } from './cast.ts'
import { type Draft, draft } from './draft.ts'
import { closeDraft } from './listener-steps.ts'
import { listenersOf } from './owners.ts'
import type { Scene } from './scene.ts'

export interface Lingering {
  readonly drafts: readonly Draft[]
  /** Those that stay for now. */
  readonly balancers: readonly LoadBalancerPart[]
}

export function lingeringPart(scene: Scene): Lingering {
  const { view, house } = scene
  const others = [...view.loadBalancers.values()].filter(({ name }) => name !== house?.balancer.found?.name).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const kept = others.filter((balancer) => isKept(scene, balancer))
  const gone = others.filter((balancer) => !kept.includes(balancer))
  return {
    drafts: [...gone.flatMap((balancer) => takeDown(scene, balancer)), ...kept.flatMap((balancer) => leave(scene, balancer)), ...retire(scene, kept)],
    balancers: kept,
  }
}

function isKept({ view, cast, house }: Scene, balancer: LoadBalancerPart): boolean {
  const { mark, dnsName, state } = balancer
  const users = [mark.owner, ...listenersOf(view, balancer).map((listener) => listener.mark.owner)]
  if (users.some((owner) => owner !== undefined && stays(cast, owner.uid))) return true
  return house !== undefined && state !== 'failed' && cast.known.has(dnsName)
}

/** Listeners of those who left a balancer that others still use. */
function leave({ view, cast }: Scene, balancer: LoadBalancerPart): readonly Draft[] {
  return listenersOf(view, balancer)
    .filter(({ mark }) => mark.owner !== undefined && cast.leaves.has(mark.owner.uid))
    .map((listener) => closeDraft(listener, balancer.name))
}

/** The new one is published once it answers, and the old one is marked so that it is not. */
function retire({ house }: Scene, kept: readonly LoadBalancerPart[]): readonly Draft[] {
  const retiring = kept.filter(({ mark }) => mark.lingers !== true)
  if (house === undefined || retiring.length === 0) return []
  if (house.balancer.found === undefined || house.balancer.found.state === 'provisioning') return [awaitDraft(house)]
  return retiring.map(({ name }) =>
    draft('retire', {
      verb: 'update',
      kind: 'tags',
      key: name,
      serves: house.owners,
      why: `${house.balancer.name} is published in its place`,
      call: { of: [{ kind: 'load balancer', name }], tags: { [LINGERS_TAG]: 'true' } },
    }),
  )
}

/** AWS' own protection first. What nobody has read of it is told by the fingerprint: without one there is none. */
function takeDown({ cast, house }: Scene, { name, mark, attributes, state }: LoadBalancerPart): readonly Draft[] {
  const serves = house?.owners ?? (mark.owner === undefined ? cast.leaving : [mark.owner])
  const why = state === 'failed' ? 'AWS could not make it' : house === undefined ? 'nobody is served by it any more' : 'another one serves in its place'
  if (attributes === undefined && mark.settings !== undefined)
    return [draft('read', { verb: 'read', kind: 'load balancer attributes', key: name, serves, why: 'whether it is protected', call: { name } })]
  // Its name and addresses are needed for the next one, and nobody is served by it.
  const [unprotect, close] = state === 'failed' ? (['anchor', 'make room'] as const) : (['unprotect', 'close balancer'] as const)
  const isProtected = attributes?.[PROTECTION] === 'true'
  return [
    ...(isProtected
      ? [
          draft(unprotect, {
            verb: 'update',
            kind: 'load balancer attributes',
            key: name,
            serves,
            why: 'it is to be deleted',
            call: { name, attributes: { [PROTECTION]: 'false' } },
          }),
        ]
      : []),
    draft(close, { verb: 'delete', kind: 'load balancer', key: name, serves, why, call: { name } }),
  ]
}

const PROTECTION = 'deletion_protection.enabled'
