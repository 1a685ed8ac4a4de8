/** The orphans of all providers, for the operator. */
import type { Clock } from '../../model/clock.ts'
import { compareText } from '../../model/order.ts'
import { isNamed, ownerName } from '../../model/owner.ts'
import { placeText } from '../../model/status.ts'
import type { Cloud } from '../../provider/cloud.ts'
import type { ProviderState } from '../provider-state.ts'
import type { KnownOrphan, Orphan } from './orphans.ts'

export interface ListedOrphan {
  readonly provider: string
  readonly stack: string
  /** Of the Service that is not there any more; null where the cloud does not say. */
  readonly namespace: string | null
  readonly name: string | null
  readonly uid: string
  /** What the Stack has for it, as it is called in the cloud; of many the first. Empty: the provider does not say. */
  readonly holds: readonly string[]
  /** Where clients reach what it holds; empty: nowhere. */
  readonly addresses: readonly string[]
  /** As in RFC 3339. */
  readonly firstSeen: string
  /** `waiting`: it is deleted at `deletedAt`. `deleting`: deletion is under way, and is tried again until nothing is left. `kept`: it is not deleted. */
  readonly state: 'waiting' | 'deleting' | 'kept'
  /** As in RFC 3339; null unless it is waiting. */
  readonly deletedAt: string | null
}

/** Sorted by provider, Stack and Service. Undefined: not every inventory was taken yet. */
export function listOrphans(
  states: readonly ProviderState[],
  { clock, neverDelete }: { readonly clock: Clock; readonly neverDelete: boolean },
): readonly ListedOrphan[] | undefined {
  if (states.some(({ inventory }) => !inventory.isTaken)) return undefined
  const all = states.flatMap((state) => [...state.absences.orphans.list()].map((orphan) => listed(state, orphan, clock, neverDelete)))
  return all.toSorted((a, b) => compareText(keyOf(a), keyOf(b)))
}

function listed({ cloud, absences: { orphans } }: ProviderState, orphan: KnownOrphan, clock: Clock, neverDelete: boolean): ListedOrphan {
  const { firstSeen } = orphan
  const state = neverDelete ? 'kept' : orphans.stateOf(orphan, clock.now())
  const common = { provider: cloud.name, ...shownOrphan(cloud, orphan), firstSeen: timeText(firstSeen) }
  return typeof state === 'string' ? { ...common, state, deletedAt: null } : { ...common, state: 'waiting', deletedAt: timeText(state.dueAt) }
}

/** For a line of the log. */
export function loggedOrphan(cloud: Cloud, orphan: Orphan): object {
  const { namespace: _, name: __, stack, uid, ...found } = shownOrphan(cloud, orphan)
  return { stack, ...(isNamed(orphan.owner) ? { service: ownerName(orphan.owner) } : {}), uid, ...found }
}

/** Whose it was, and what there is of it. Where the name is not known, a person finds it by what it holds. */
function shownOrphan(cloud: Cloud, { stack, owner }: Orphan): Pick<ListedOrphan, 'stack' | 'namespace' | 'name' | 'uid' | 'addresses' | 'holds'> {
  const { namespace = null, name = null, uid } = owner
  const addresses = cloud.status(stack, owner).places.map(placeText)
  return { stack, namespace, name, uid, addresses, holds: shortened(cloud.parts(stack, owner)) }
}

const MOST_PARTS = 5

function shortened(parts: readonly string[]): readonly string[] {
  return parts.length <= MOST_PARTS ? parts : [...parts.slice(0, MOST_PARTS - 1), `${parts.length - MOST_PARTS + 1} more`]
}

/** To the second. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

function keyOf({ provider, stack, namespace, name, uid }: ListedOrphan): string {
  return [provider, stack, namespace ?? '', name ?? '', uid].join(' ')
}
