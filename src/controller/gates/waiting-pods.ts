/** Which pods may be waiting for which load balancers, as the turns of the Stacks find them: state, and no call. */
import type { UnreadyPod } from '../../desired/readiness-gates.ts'
import type { ServiceRequest } from '../../desired/service-request.ts'
import type { Snapshot } from '../../model/cluster.ts'
import { type Backends, listenerKey, type ListenerKey } from '../../model/load-balancer.ts'
import { findService, isNamed, type NamedOwner, type Owner } from '../../model/owner.ts'
import type { Outcome } from '../../provider/cloud.ts'
import type { StackId, TargetHealth } from '../../provider/provider.ts'
import type { Finding, Standing } from './gate-verdict.ts'
import type { ProviderState } from '../provider-state.ts'
import { requestOf } from '../services/service-request.ts'
import type { Member } from '../stacks/members.ts'

/** The controller of one cloud, as far as pods go. */
export interface Side {
  readonly state: ProviderState
  /** A pod of the Service belongs into the balancer now, or no longer. */
  podsChanged(owner: NamedOwner): void
}

/** A Stack that has pods to wait for. */
export interface Place {
  readonly key: string
  readonly side: Side
  readonly stack: StackId
  claims: ReadonlyMap<string, Claim>
  /** Milliseconds since the epoch. */
  askedAt: number
  answer: Answer | undefined
}

/** What the Stack said when it was last asked about the health of its targets, and after which moment that was. */
export type Answer = { readonly after: number } & ({ readonly targets: readonly TargetHealth[] } | { readonly because: string })

/** One pod behind one Service in one Stack. */
export interface Claim {
  readonly place: Place
  readonly owner: NamedOwner
  pod: UnreadyPod
  listeners: readonly ListenerKey[] | undefined
  /** The moment since which the Stack is known to hold it. */
  registeredAt: number | undefined
}

export interface Waiter {
  readonly pod: UnreadyPod
  readonly claims: Map<string, Claim>
  /** None of its gates is ours, and gates are for life. */
  isGateless: boolean
  /** How often it was asked for. */
  reads: number
}

export interface StackTurnEnd {
  readonly members: readonly Member[]
  readonly outcome: Outcome
}

export interface News {
  readonly added: readonly Waiter[]
  readonly registered: readonly Claim[]
  /** Uids of pods that no claim waits for any more. */
  readonly left: readonly string[]
}

export class WaitingPods {
  readonly #places = new Map<string, Place>()
  readonly #waiters = new Map<string, Waiter>()
  #moment = 0

  of(uid: string): Waiter | undefined {
    return this.#waiters.get(uid)
  }

  place(key: string): Place | undefined {
    return this.#places.get(key)
  }

  /** A point in the order of what is recorded here: what is asked for now knows of all that was registered before. */
  get moment(): number {
    return this.#moment
  }

  /** Before any claim on it; forgotten unless one follows. */
  add(pod: UnreadyPod): Waiter {
    const waiter = this.#waiters.get(pod.uid) ?? { pod, claims: new Map<string, Claim>(), isGateless: false, reads: 0 }
    this.#waiters.set(pod.uid, waiter)
    return waiter
  }

  forget(uid: string): void {
    this.#waiters.delete(uid)
  }

  /** A turn of a Stack is over: who of its Services' pods is not ready, and who of them is registered now. */
  follow(side: Side, stack: StackId, { members, outcome }: StackTurnEnd, snapshot: Snapshot): News {
    const key = `${side.state.cloud.name} ${stack}`
    const place = this.#places.get(key) ?? { key, side, stack, claims: new Map<string, Claim>(), askedAt: Number.NEGATIVE_INFINITY, answer: undefined }
    const claims = new Map<string, Claim>()
    const registered: Claim[] = []
    const moment = ++this.#moment
    for (const member of members) {
      const { owner } = member
      if (!isNamed(owner)) continue
      const request = backedBy(side, owner, snapshot)
      const isConclusive = outcome.served.has(owner.uid) || outcome.refused.has(owner.uid)
      const held = isConclusive ? backendsOf(member) : undefined
      for (const pod of request === undefined || !isAskedFor(member) ? [] : request.unready) {
        const claimKey = `${owner.uid} ${pod.uid}`
        const claim: Claim = place.claims.get(claimKey) ?? { place, owner, pod, listeners: undefined, registeredAt: undefined }
        claims.set(claimKey, claim)
        claim.pod = pod
        claim.listeners = request?.kind === 'wanted' && member.decision.ask === 'want' ? servedListeners(outcome, owner, listenersOf(request, pod)) : undefined
        if (held === undefined) continue
        if (!holds(held, pod)) claim.registeredAt = undefined
        else if (claim.registeredAt === undefined) {
          claim.registeredAt = moment
          registered.push(claim)
        }
      }
    }
    const news = { ...this.#exchange(place, claims), registered }
    place.claims = claims
    if (claims.size === 0) this.#places.delete(key)
    else this.#places.set(key, place)
    return news
  }

  #exchange(place: Place, claims: ReadonlyMap<string, Claim>): Pick<News, 'added' | 'left'> {
    const added: Waiter[] = []
    const left: string[] = []
    for (const [key, { pod, owner }] of place.claims) {
      if (claims.has(key)) continue
      const waiter = this.#waiters.get(pod.uid)
      waiter?.claims.delete(`${place.key} ${owner.uid}`)
      if (waiter?.claims.size === 0) left.push(pod.uid)
    }
    for (const [key, claim] of claims) {
      const waiter = this.add(claim.pod)
      if (!place.claims.has(key) && waiter.claims.size === 0) added.push(waiter)
      waiter.claims.set(`${place.key} ${claim.owner.uid}`, claim)
    }
    return { added, left: left.filter((uid) => this.#waiters.get(uid)?.claims.size === 0) }
  }
}

/** How the pod stands there, for the verdict on its gates. */
export function standingOf({ owner, pod, listeners, place, registeredAt }: Claim): Standing {
  return { owner, ips: pod.ips, listeners, finding: findingOf(place, registeredAt) }
}

/** An answer that was asked for before the pod was registered may be about another one that had its address. */
function findingOf({ side, answer }: Place, registeredAt: number | undefined): Finding {
  if (registeredAt === undefined) return { kind: 'not registered' }
  if (side.state.cloud.health === undefined) return { kind: 'no say' }
  if (answer === undefined || answer.after < registeredAt) return { kind: 'not asked' }
  return 'targets' in answer ? { kind: 'answer', targets: answer.targets } : { kind: 'no answer', because: answer.because }
}

type OurRequest = Exclude<ServiceRequest, { kind: 'not ours' }>

function backedBy({ state }: Side, owner: Owner, snapshot: Snapshot): OurRequest | undefined {
  const service = findService(owner, snapshot)
  if (service === undefined) return undefined
  const request = requestOf(state, service, snapshot)
  return request.kind === 'not ours' || request.unready.length === 0 ? undefined : request
}

function isAskedFor({ decision }: Member): boolean {
  return decision.ask === 'want' || decision.ask === 'follow'
}

function backendsOf({ decision }: Member): Backends | undefined {
  if (decision.ask === 'want') return decision.want.backends
  return decision.ask === 'follow' && 'follow' in decision.intent ? decision.intent.follow : undefined
}

function holds({ ports }: Backends, { ips }: UnreadyPod): boolean {
  return Object.values(ports).some(({ endpoints }) => endpoints.some(({ ip }) => ips.includes(ip)))
}

/** Undefined as long as the Service is not served; where single ports are refused, the others are. */
function servedListeners({ served, refused }: Outcome, { uid }: Owner, listeners: readonly ListenerKey[]): readonly ListenerKey[] | undefined {
  if (served.has(uid)) return listeners
  const ports = refused.get(uid)?.ports
  return ports === undefined ? undefined : listeners.filter((key) => !ports.some(({ port, protocol }) => listenerKey(port, protocol) === key))
}

function listenersOf({ desired }: Extract<ServiceRequest, { kind: 'wanted' }>, { ips }: UnreadyPod): readonly ListenerKey[] {
  const { settings, backends } = desired
  return settings.listeners.map(({ key }) => key).filter((key) => backends.ports[key]?.endpoints.some(({ ip }) => ips.includes(ip)))
}
