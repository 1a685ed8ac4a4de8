/** Instances of an instance group or an endpoint group, taken in and out. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Fold } from '../../../src/provider/provider.ts'
import type { Membership, Written } from '../api/calls.ts'
import { GoogleAnswer } from '../api/errors.ts'
import { IDS_IN_TEXT, keyOfId, nameOf } from '../api/ids.ts'
import { folded, membersAfter } from '../fold.ts'
import { zoneOf } from '../plan/base/nodes.ts'
import { endpointsIn, instancesIn } from '../read/members.ts'
import { MAP_OF, MEMBERS_OF, type MembersStep } from '../steps.ts'
import type { AnyPart, EndpointGroupPart, GcpView, GroupPart } from '../view.ts'
import type { Context } from './context.ts'

type AnyGroup = GroupPart | EndpointGroupPart
type GroupKind = (typeof MEMBERS_OF)[MembersStep['kind']][0]

/** What Google says of a member that is there already, or that is not there: the group was changed by another, and is read. */
const OTHERWISE = new Set(['MEMBER_ALREADY_EXISTS', 'MEMBER_NOT_FOUND', 'NOT_FOUND', 'RESOURCE_NOT_FOUND', 'INVALID'])

/** Throws a CloudError. Instances that Google does not take are left out of the rest. */
export async function applyMembers(step: MembersStep, context: Context): Promise<Fold<GcpView>> {
  const [kind, how] = MEMBERS_OF[step.kind]
  const group: AnyGroup | undefined = context.view[MAP_OF[kind]].get(step.id)
  if (group === undefined) throw new Error(`a step is about ${kind} ${nameOf(step.id)}, which its view does not show`)
  const fold = (part: AnyPart): Fold<GcpView> => folded({ kind, id: step.id }, part)
  try {
    const { operation } = await change(kind, how, step, context)
    const members = membersAfter(group, how, step)
    if (operation === undefined) return fold({ ...group, members })
    return fold({
      ...group,
      members,
      ...(how === 'add' ? { joining: step.instances } : {}),
      operation: {
        id: operation.id,
        since: context.account.clock.now(),
        of: step.serves.map(({ uid }) => uid),
        before: group.operation?.before ?? group.document,
      },
    })
  } catch (error) {
    const absent = absentIn(error, how, step)
    if (absent.length > 0) return withoutAbsent(step, group, absent, context)
    const isOld = error instanceof CloudError && error.cause instanceof GoogleAnswer && OTHERWISE.has(error.cause.code)
    const read = isOld ? await withMembers(kind, group, context) : group
    if (!isSame(read.members, group.members)) return fold(read)
    return fold(how === 'add' ? withoutRefused(group, step.instances, error) : raise(error))
  }
}

function raise(error: unknown): never {
  throw error
}

function change(kind: GroupKind, how: Membership, { id, instances }: MembersStep, { account: { api }, signal }: Context): Promise<Written> {
  if (kind === 'instance group') return api.changeInstances(id, how, instances, signal)
  return api.changeEndpoints(
    id,
    how,
    instances.map((instance) => ({ instance: nameOf(instance) })),
    signal,
  )
}

/** The group with its members, as they are now. Throws a CloudError. */
export async function withMembers(kind: GroupKind, group: AnyGroup, { account, signal }: Context): Promise<AnyGroup> {
  const read = kind === 'instance group' ? instancesIn : endpointsIn
  return { ...group, members: await read(group.id, account, signal) }
}

/** Google names one at a time, and takes none of the others: many nodes may have lost their instances at once. */
async function withoutAbsent(step: MembersStep, group: AnyGroup, out: readonly string[], context: Context): Promise<Fold<GcpView>> {
  const [kind] = MEMBERS_OF[step.kind]
  const because = `Google has no such instance in ${zoneOf(step.id)}`
  const known = { ...group, leftOut: new Map([...(group.leftOut ?? []), ...out.map((instance) => [instance, because] as const)]) }
  const instances = step.instances.filter((instance) => !known.leftOut.has(instance))
  if (instances.length === 0) return folded({ kind, id: step.id }, known)
  const view = folded({ kind, id: step.id }, known)(context.view)
  return applyMembers({ ...step, instances }, { ...context, view })
}

/** One is found by some ten calls where Google does not name it: where so many are left out, it is not they who are wrong. */
const MOST_LEFT_OUT = 20

/**
 * The group without those of the joining instances for which Google refused all of them, as those of a second network: those that it names, or the only one. Where
 * it names none of several, half of them are tried next. Throws the error where it is about no instance.
 */
export function withoutRefused({ most: _most, ...group }: AnyGroup, joining: readonly string[], error: unknown): AnyGroup {
  const isAboutThem = error instanceof CloudError && error.consequence === 'refused' && error.blames?.length !== 0
  const { leftOut = new Map<string, string>() } = group
  if (!isAboutThem || leftOut.size >= MOST_LEFT_OUT) throw error
  const named = namedIn(error, joining)
  const out = joining.length === 1 ? joining : named
  if (out.length === 0) return { ...group, most: Math.ceil(joining.length / 2) }
  const because = `Google refused to take ${out.length === 1 ? 'it' : 'them'} into the group of its zone: ${error.publicMessage.replace(/\.$/, '')}`
  return { ...group, leftOut: new Map([...leftOut, ...out.map((instance) => [instance, because] as const)]) }
}

/** Instances of joining nodes that Google does not know. */
function absentIn(error: unknown, how: Membership, { instances }: MembersStep): readonly string[] {
  if (how !== 'add' || !(error instanceof CloudError) || !(error.cause instanceof GoogleAnswer)) return []
  const { code } = error.cause
  if (code !== 'NOT_FOUND' && code !== 'RESOURCE_NOT_FOUND') return []
  return namedIn(error, instances)
}

function namedIn({ cause }: CloudError, instances: readonly string[]): readonly string[] {
  const named = new Set((cause instanceof GoogleAnswer ? (cause.message.match(IDS_IN_TEXT) ?? []) : []).map(keyOfId))
  return instances.filter((instance) => named.has(keyOfId(instance)))
}

function isSame(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean {
  return a?.size === b?.size && [...(a ?? [])].every((one) => b?.has(one) === true)
}
