/**
 * What is asked of one Stack for one owner, from all that is known of it: pure, and the only place where `gone` is said. Whoever is not certain to be
 * gone is never asked to go.
 */
import type { Service } from '../model/cluster.ts'
import type { Backends } from '../model/load-balancer.ts'
import type { Owner } from '../model/owner.ts'
import type { Place } from '../model/status.ts'
import type { Mode, Wish } from '../desired/wish.ts'
import type { Desired, Intent } from '../provider/provider.ts'

/** All that decides what is asked for an owner in one Stack. */
export interface Case {
  readonly owner: Owner
  /** The Service of that name and UID, as the cluster shows it; absent: it shows none, or another one. */
  readonly service: Service | undefined
  /** Of that Service. */
  readonly wish: Wish | undefined
  /** The API server itself was asked (`gate.ts`), and it bore out what the store says: that UID is no more, or no longer asks for this provider. */
  readonly isConfirmed: boolean
  /** This Stack is the one that the wish names. */
  readonly isHome: boolean
  /** The Service holds our finalizer and names this Stack: what is made for it will be found again. */
  readonly isPrepared: boolean
  /** The Stack holds, or may hold, something for it. */
  readonly isHeld: boolean
  /** Another Stack still holds what the wish claims and cannot be in two places. */
  readonly isClaimedElsewhere: boolean
  /** This Stack, which is not the home, holds what the wish claims. */
  readonly holdsClaim: boolean
  /** This Stack, which is not the home, has been replaced: the new address is published, and the old one has lingered long enough. */
  readonly isReplaced: boolean
  /** Where the Service can be reached by its status. */
  readonly published: readonly Place[]
  /** Where it could be until a short while ago. */
  readonly lingering: readonly Place[]
}

/** Why an owner is only followed, or not mentioned at all. */
export type Because = 'malformed' | 'paused' | 'plan only' | 'protected' | 'moving away' | 'claimed elsewhere' | 'not prepared' | 'unconfirmed'

export type Decision =
  | { readonly ask: 'want'; readonly intent: Intent<unknown>; readonly want: Desired<unknown> }
  | { readonly ask: 'follow'; readonly intent: Intent<unknown>; readonly because: Because }
  | { readonly ask: 'gone'; readonly intent: Intent<unknown> }
  /** Not mentioned: nothing of the owner is touched. */
  | { readonly ask: 'nothing'; readonly because: Because }

export function decide(facts: Case): Decision {
  const { owner, service, wish } = facts
  if (service === undefined || wish === undefined || wish.kind === 'not ours')
    return facts.isConfirmed || isDeleting(service) ? gone(owner) : { ask: 'nothing', because: 'unconfirmed' }
  if (isDeleting(service)) return isProtected(wish) ? follow(owner, wish, 'protected') : gone(owner)
  if (wish.kind === 'malformed') return follow(owner, wish, 'malformed')
  switch (wish.mode) {
    case 'pause':
      return follow(owner, wish, 'paused')
    case 'plan-only':
      return follow(owner, wish, 'plan only')
    case 'apply':
      return facts.isHome ? atHome(facts, service, wish) : elsewhere(facts, wish)
    default:
      return wish.mode satisfies never
  }
}

/** Whether the API server has to be asked before anything is decided: the store misses the Service, or says that it no longer asks for this provider. */
export function needsAsking({ service, wish }: Pick<Case, 'service' | 'wish'>): boolean {
  return !isDeleting(service) && (service === undefined || wish === undefined || wish.kind === 'not ours')
}

/** Whether a deleting Service keeps its load balancer because it asks for that. */
export function isProtected(wish: Wish): boolean {
  switch (wish.kind) {
    case 'not ours':
      return false
    case 'wanted':
      return wish.desired.settings.deletionProtection
    case 'malformed':
      return wish.deletionProtection
    default:
      return wish satisfies never
  }
}

/** Whether a wish may change settings: only then does it have a home. */
export function isToBeApplied(wish: Wish): wish is Extract<Wish, { kind: 'wanted' }> & { readonly mode: Extract<Mode, 'apply'> } {
  return wish.kind === 'wanted' && wish.mode === 'apply'
}

function atHome(facts: Case, service: Service, wish: Extract<Wish, { kind: 'wanted' }>): Decision {
  const { owner, published, lingering, isHeld } = facts
  if (facts.isClaimedElsewhere || !facts.isPrepared) {
    const because = facts.isPrepared ? 'claimed elsewhere' : 'not prepared'
    return isHeld ? follow(owner, wish, because) : { ask: 'nothing', because }
  }
  const { creationTimestamp } = service.metadata
  const want = wish.desired
  const intent = {
    owner,
    want,
    published,
    ...(lingering.length === 0 ? {} : { lingering }),
    ...(creationTimestamp === undefined ? {} : { createdAt: creationTimestamp }),
  }
  return { ask: 'want', intent, want }
}

/** Not before the Service names its new home: what is made there has to be found again. */
function elsewhere({ owner, isPrepared, holdsClaim, isReplaced }: Case, wish: Extract<Wish, { kind: 'wanted' }>): Decision {
  return isPrepared && (holdsClaim || isReplaced) ? gone(owner) : follow(owner, wish, 'moving away')
}

function gone(owner: Owner): Decision {
  return { ask: 'gone', intent: { owner, gone: true } }
}

function follow(owner: Owner, wish: Exclude<Wish, { kind: 'not ours' }>, because: Because): Decision {
  return { ask: 'follow', intent: { owner, follow: backendsOf(wish) }, because }
}

function backendsOf(wish: Exclude<Wish, { kind: 'not ours' }>): Backends {
  return wish.kind === 'wanted' ? wish.desired.backends : wish.backends
}

function isDeleting(service: Service | undefined): service is Service {
  return service?.metadata.deletionTimestamp !== undefined
}
