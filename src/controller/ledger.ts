/** All that the controller knows about one cloud: who is in which Stack, what became of whom, what lingers. State, and the questions that need it; no calls. */
import { buildWish } from '../desired/build.ts'
import { eligibleFor, isHeldBy } from '../desired/eligible.ts'
import { createNodeSets, type NodeSets } from '../desired/nodes.ts'
import type { Wish, WishContext } from '../desired/wish.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import type { Owner } from '../model/owner.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { LoadBalancerStatus } from '../model/status.ts'
import type { Cloud } from '../provider/cloud.ts'
import type { StackId } from '../provider/provider.ts'
import { isToBeApplied } from './intents.ts'
import { Lingering } from './published.ts'
import { type Report, Reports } from './report.ts'
import { Rivals } from './rivals.ts'
import { type Placement, Roster } from './roster.ts'
import { stacksNamed } from './triggers.ts'

export interface Ledger {
  readonly cloud: Cloud
  readonly context: WishContext
  readonly nodeSets: NodeSets
  readonly roster: Roster
  readonly reports: Reports
  readonly lingering: Lingering
  readonly rivals: Rivals
  /** Uids that the API server has said to exist no more. */
  readonly noMore: Set<string>
  /** Stack and uid, where `gone` is asked and the Stack was put in doubt for it. */
  readonly looked: Set<string>
  /** Uids of owners whose condition said, when this process started, that their wish was refused; each until its first turn is over. */
  readonly lastResort: Set<string>
  /** Stacks whose view an inventory changed: what their next turn does is a repair. */
  readonly drifted: Set<StackId>
  /** Uids for whom something was repaired and who were not told yet. */
  readonly repaired: Set<string>
  /** By uid: what we wrote last into the status. */
  readonly written: Map<string, LoadBalancerStatus>
  /** Stacks that wait for the base. */
  readonly waitsForBase: Set<StackId>
  /** The inventory was taken, so that what the mirror does not show may be acted on. */
  isOpen: boolean
  /** Why the inventory cannot be taken. */
  trouble: { readonly reason: ReadyReason; readonly message: string } | undefined
}

export function openLedger(cloud: Cloud, context: WishContext, lingerMs: number): Ledger {
  return {
    cloud,
    context,
    nodeSets: createNodeSets(),
    roster: new Roster(),
    reports: new Reports(),
    lingering: new Lingering(lingerMs),
    rivals: new Rivals(),
    noMore: new Set(),
    looked: new Set(),
    lastResort: new Set(),
    drifted: new Set(),
    repaired: new Set(),
    written: new Map(),
    waitsForBase: new Set(),
    isOpen: false,
    trouble: undefined,
  }
}

export function ownerOf({ metadata }: Service): Owner {
  return { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid }
}

export function wishOf({ context }: Ledger, service: Service, snapshot: Snapshot): Wish {
  return buildWish(service, snapshot, context)
}

export function asksFor({ context }: Ledger, service: Service): boolean {
  return eligibleFor(service, context.provider.name, context.defaultClass)
}

/** Whether a Service has anything to do with this cloud: it asks for it, or our finalizer is on it. */
export function concerns(ledger: Ledger, service: Service): boolean {
  return asksFor(ledger, service) || isHeldBy(service, ledger.cloud.name)
}

/** Notes where a Service wants to be, and where it says it is. */
export function placeService(ledger: Ledger, service: Service, snapshot: Snapshot): void {
  const owner = ownerOf(service)
  const named = stacksNamed(service, ledger.cloud.name)
  if (concerns(ledger, service) || named.length > 0) ledger.roster.place(owner, homeOf(ledger, service, owner, snapshot), named)
  else if (ledger.roster.of(owner.uid) !== undefined) ledger.roster.place(owner, undefined, [])
}

function homeOf(ledger: Ledger, service: Service, owner: Owner, snapshot: Snapshot): StackId | undefined {
  const isHeld = isHeldBy(service, ledger.cloud.name)
  if (service.metadata.deletionTimestamp !== undefined && !isHeld) return undefined
  const wish = wishOf(ledger, service, snapshot)
  if (wish.kind !== 'wanted' || wish.mode === 'pause') return undefined
  return ledger.cloud.stackOf(owner, wish.desired)
}

/** The Service holds our finalizer and names its home, so that whatever is made there will be found again. */
export function isPrepared({ cloud }: Ledger, service: Service, home: StackId): boolean {
  return isHeldBy(service, cloud.name) && stacksNamed(service, cloud.name).includes(home)
}

/** The Stacks, but for its home, that may still hold something for an owner. */
export function otherStacks({ home, named, held, cleared }: Placement): readonly StackId[] {
  return [...new Set([...named, ...held])].filter((stack) => stack !== home && !cleared.has(stack))
}

export function reportsOf({ roster, reports }: Ledger, uid: string): ReadonlyMap<StackId, Report> {
  const found = [...roster.stacksOf(uid)].flatMap((stack): [StackId, Report][] => {
    const report = reports.of(stack, uid)
    return report === undefined ? [] : [[stack, report]]
  })
  return new Map(found)
}

/** Every wish that may be carried out, for the base that all Stacks lean on. In a dry run nobody need be prepared. */
export function wantsOf(ledger: Ledger, snapshot: Snapshot, isDryRun: boolean): { owner: Owner; want: Extract<Wish, { kind: 'wanted' }>['desired'] }[] {
  return [...ledger.roster.placements()].flatMap(({ owner, home }) => {
    const service = snapshot.service(owner.namespace, owner.name)
    if (home === undefined || service?.metadata.uid !== owner.uid || service.metadata.deletionTimestamp !== undefined) return []
    const wish = wishOf(ledger, service, snapshot)
    return isToBeApplied(wish) && (isDryRun || isPrepared(ledger, service, home)) ? [{ owner, want: wish.desired }] : []
  })
}
