/** How a view changes by what became of one object. Pure. */
import { partChanges } from '../../src/provider/kit/parts.ts'
import type { Fold } from '../../src/provider/provider.ts'
import type { Membership } from './api/calls.ts'
import { MAP_OF, type MembersStep, type ObjectStep } from './steps.ts'
import type { AnyPart, EndpointGroupPart, GcpView, GroupPart } from './view.ts'

const { put, remove } = partChanges<GcpView>()

/** Undefined: it is gone. */
export function folded({ kind, id }: Pick<ObjectStep, 'kind' | 'id'>, part: AnyPart | undefined): Fold<GcpView> {
  const map = MAP_OF[kind]
  return part === undefined ? remove(map, (_, key) => key === id) : put(map, id, part as never)
}

/** What a new object has besides its document: of a group it is known that it is empty. */
export function beginning({ kind }: Pick<ObjectStep, 'kind'>): Partial<GroupPart> {
  return kind === 'instance group' || kind === 'endpoint group' ? { members: new Set() } : {}
}

/** A document after a patch, which clears with `null`. */
export function patched(document: object, patch: object): object {
  return Object.fromEntries(Object.entries({ ...document, ...patch }).filter(([, value]) => value !== null))
}

/** The members of a group after a step. */
export function membersAfter({ members = new Set() }: GroupPart | EndpointGroupPart, how: Membership, { instances }: MembersStep): ReadonlySet<string> {
  const out = new Set(instances)
  return how === 'add' ? new Set([...members, ...instances]) : new Set([...members].filter((id) => !out.has(id)))
}
