/**
 * What is asked of one Stack for one owner, from all that is known of it: pure, and the only place where `gone` is decided. An owner that is not certain to be
 * gone is never asked to go.
 */
import type { Service } from '../../model/cluster.ts'
import type { Backends } from '../../model/load-balancer.ts'
import { type NamedOwner, type Owner, ownerOf } from '../../model/owner.ts'
import type { Place } from '../../model/status.ts'
import type { Mode, ServiceRequest } from '../../desired/service-request.ts'
import type { Desired, Intent } from '../../provider/provider.ts'

/** All that decides what is asked for an owner in one Stack. */
export interface OwnerFacts {
  readonly owner: Owner
  /** The Service with that UID, as the cluster shows it; absent: it shows none. */
  readonly service: Service | undefined
  /** Of that Service. */
  readonly request: ServiceRequest | undefined
  /** The API server itself was asked (`absence-check.ts`), and it confirmed what the store says: that UID does not exist, or no longer asks for this provider. */
  readonly isConfirmed: boolean
  /** The cluster does not have the Service, this process never saw it, and the time for which such owners are kept is not over. */
  readonly isKept: boolean
  /** This Stack is the one that the request names. */
  readonly isHome: boolean
  /** The Service holds our finalizer and names this Stack: what is made for it will be found again. */
  readonly isPrepared: boolean
  /** The Stack holds, or may hold, something for it. */
  readonly isHeld: boolean
  /** Another Stack still holds what the request claims and cannot be in two places. */
  readonly isClaimedElsewhere: boolean
  /** This Stack, which is not the home, holds what the request claims. */
  readonly holdsClaim: boolean
  /** This Stack, which is not the home, has been replaced: the new address is published, and the old one has lingered long enough. */
  readonly isReplaced: boolean
  /** Where the Service can be reached by its status. */
  readonly published: readonly Place[]
  /** Where it could be until a short while ago. */
  readonly lingering: readonly Place[]
}

/** Why an owner is only followed, or not mentioned at all. */
export type Because = 'malformed' | 'paused' | 'plan only' | 'protected' | 'moving away' | 'claimed elsewhere' | 'not prepared' | 'unconfirmed' | 'orphan'

export type Decision =
  | { readonly ask: 'want'; readonly intent: Intent<unknown>; readonly want: Desired<unknown> }
  | { readonly ask: 'follow'; readonly intent: Intent<unknown>; readonly because: Because }
  | { readonly ask: 'gone'; readonly intent: Intent<unknown> }
  /** Not mentioned: nothing of the owner is touched. */
  | { readonly ask: 'nothing'; readonly because: Because }

export function decide(facts: OwnerFacts): Decision {
  const { owner, service, request } = facts
  if (service === undefined || request === undefined || request.kind === 'not ours') {
    if (!facts.isConfirmed && !isDeleting(service)) return { ask: 'nothing', because: 'unconfirmed' }
    return service === undefined && facts.isKept ? { ask: 'nothing', because: 'orphan' } : gone(owner)
  }
  if (isDeleting(service)) return isProtected(request) ? follow(ownerOf(service), request, 'protected') : gone(owner)
  if (request.kind === 'malformed') return follow(ownerOf(service), request, 'malformed')
  switch (request.mode) {
    case 'pause':
      return follow(ownerOf(service), request, 'paused')
    case 'plan-only':
      return follow(ownerOf(service), request, 'plan only')
    case 'apply':
      return facts.isHome ? atHome(facts, service, request) : elsewhere(facts, service, request)
    default:
      return request.mode satisfies never
  }
}

/** Whether the API server has to be asked before anything is decided: the store misses the Service, or says that it no longer asks for this provider. */
export function needsAsking({ service, request }: Pick<OwnerFacts, 'service' | 'request'>): boolean {
  return !isDeleting(service) && (service === undefined || request === undefined || request.kind === 'not ours')
}

/** Whether a deleting Service keeps its load balancer because it asks for that. */
export function isProtected(request: ServiceRequest): boolean {
  switch (request.kind) {
    case 'not ours':
      return false
    case 'wanted':
      return request.desired.settings.deletionProtection
    case 'malformed':
      return request.deletionProtection
    default:
      return request satisfies never
  }
}

/** Whether a request may change settings: only then does it have a home. */
export function isToBeApplied(request: ServiceRequest): request is Extract<ServiceRequest, { kind: 'wanted' }> & { readonly mode: Extract<Mode, 'apply'> } {
  return request.kind === 'wanted' && request.mode === 'apply'
}

function atHome(facts: OwnerFacts, service: Service, request: Extract<ServiceRequest, { kind: 'wanted' }>): Decision {
  const { published, lingering, isHeld } = facts
  const owner = ownerOf(service)
  if (facts.isClaimedElsewhere || !facts.isPrepared) {
    const because = facts.isPrepared ? 'claimed elsewhere' : 'not prepared'
    return isHeld ? follow(owner, request, because) : { ask: 'nothing', because }
  }
  const { creationTimestamp } = service.metadata
  const want = request.desired
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
function elsewhere({ isPrepared, holdsClaim, isReplaced }: OwnerFacts, service: Service, request: Extract<ServiceRequest, { kind: 'wanted' }>): Decision {
  const owner = ownerOf(service)
  return isPrepared && (holdsClaim || isReplaced) ? gone(owner) : follow(owner, request, 'moving away')
}

function gone(owner: Owner): Decision {
  return { ask: 'gone', intent: { owner, gone: true } }
}

function follow(owner: NamedOwner, request: Exclude<ServiceRequest, { kind: 'not ours' }>, because: Because): Decision {
  return { ask: 'follow', intent: { owner, follow: backendsOf(request) }, because }
}

function backendsOf(request: Exclude<ServiceRequest, { kind: 'not ours' }>): Backends {
  return request.kind === 'wanted' ? request.desired.backends : request.backends
}

function isDeleting(service: Service | undefined): service is Service {
  return service?.metadata.deletionTimestamp !== undefined
}
