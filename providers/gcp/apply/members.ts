/** Instances of an instance group, taken in and out. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Fold } from '../../../src/provider/provider.ts'
import { GoogleAnswer } from '../api/errors.ts'
import { IDS_IN_TEXT, keyOfId, nameOf } from '../api/ids.ts'
import { membersOf } from '../read/observe.ts'
import type { MembersStep } from '../steps.ts'
import type { GcpView, GroupPart } from '../view.ts'
import type { Context } from './context.ts'
import { folded } from '../fold.ts'

/** What Google says of a member that is there already, or that is not there: the group was changed by another, and is read. */
const OTHERWISE = new Set(['MEMBER_ALREADY_EXISTS', 'MEMBER_NOT_FOUND', 'NOT_FOUND', 'RESOURCE_NOT_FOUND'])

/** Throws a CloudError. An instance that Google does not know is left out of the rest. */
export async function applyMembers(step: MembersStep, context: Context): Promise<Fold<GcpView>> {
  const { account, view, signal } = context
  const group = view.groups.get(step.id)
  if (group === undefined) throw new Error(`a step is about instance group ${nameOf(step.id)}, which its view does not show`)
  const how = step.kind === 'instance group members' ? 'add' : 'remove'
  const fold = (part: GroupPart): Fold<GcpView> => folded({ kind: 'instance group', id: step.id }, part)
  try {
    const { operation } = await account.api.changeInstances(step.id, how, step.instances, signal)
    if (operation === undefined) return fold(await membersOf(group, account, signal))
    return fold({
      ...group,
      members: changed(group, step),
      operation: { id: operation.id, since: account.clock.now(), of: [], before: group.operation?.before ?? group.document },
    })
  } catch (error) {
    const absent = absentIn(error, step)
    if (absent.length > 0) return withoutAbsent(step, group, absent, context)
    const isOld = error instanceof CloudError && error.cause instanceof GoogleAnswer && OTHERWISE.has(error.cause.code)
    if (!isOld) throw error
    const read = await membersOf(group, account, signal)
    if (isSame(read.members, group.members)) throw error
    return fold(read)
  }
}

/** Google names one at a time, and takes none of the others: many nodes may have lost their instances at once. */
async function withoutAbsent(step: MembersStep, group: GroupPart, out: readonly string[], context: Context): Promise<Fold<GcpView>> {
  const absent = new Set([...(group.absent ?? []), ...out])
  const known = { ...group, absent }
  const instances = step.instances.filter((instance) => !absent.has(instance))
  if (instances.length === 0) return folded({ kind: 'instance group', id: step.id }, known)
  const view = folded({ kind: 'instance group', id: step.id }, known)(context.view)
  return applyMembers({ ...step, instances }, { ...context, view })
}

/** Instances of joining nodes that Google does not know. */
function absentIn(error: unknown, { kind, instances }: MembersStep): readonly string[] {
  if (kind !== 'instance group members' || !(error instanceof CloudError) || !(error.cause instanceof GoogleAnswer)) return []
  const { code, message } = error.cause
  if (code !== 'NOT_FOUND' && code !== 'RESOURCE_NOT_FOUND') return []
  const named = new Set((message.match(IDS_IN_TEXT) ?? []).map(keyOfId))
  return instances.filter((instance) => named.has(keyOfId(instance)))
}

function changed({ members = new Set() }: GroupPart, { kind, instances }: MembersStep): ReadonlySet<string> {
  const out = new Set(instances)
  return kind === 'instance group members' ? new Set([...members, ...instances]) : new Set([...members].filter((id) => !out.has(id)))
}

function isSame(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean {
  return a?.size === b?.size && [...(a ?? [])].every((one) => b?.has(one) === true)
}
