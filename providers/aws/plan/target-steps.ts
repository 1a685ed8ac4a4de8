/** Registers before it deregisters. What is only trusted to be registered is looked at before anything is taken out. */
import type { Owner } from '../../../src/model/owner.ts'
import type { Target, TargetGroupPart, TargetSet } from '../view.ts'
import { type Draft, draft } from './draft.ts'
import { ADOPTED_PRINT } from './fingerprint.ts'
import { targetsMissing } from './targets.ts'

/** What one call takes. */
const BATCH = 200
/** AWS' default quota for a target group: beyond it room has to be made first. */
const USUAL_TARGETS = 1000

interface Registered {
  readonly name: string
  readonly owner: Owner
  readonly listener: string
  /** Absent: nobody has looked. */
  readonly targets?: TargetSet
  /** Whether a listener leads to it, which is made only after its targets are registered. */
  readonly isServing: boolean
  /** Of a group that was taken over: who shall serve in place of the ones found has to be healthy first. */
  readonly isAdopted?: boolean
}

export function targetDrafts({ name, owner, listener, targets: set, isServing, isAdopted = false }: Registered, wanted: readonly Target[]): readonly Draft[] {
  const serves = [owner]
  if (set === undefined && !isServing) {
    const why = `${listener} was left unfinished, with targets or without`
    return [draft('read', { verb: 'read', kind: 'targets', key: name, serves, why, call: { targetGroup: name } })]
  }
  if (set === undefined) {
    const call = { targetGroup: name, trust: wanted }
    return [draft('trust', { verb: 'read', kind: 'targets', key: name, serves, why: `what is wanted for ${listener} is taken for what is registered`, call })]
  }
  if (set.source === 'unread') {
    const why = `what is registered for ${listener} is not known`
    return [draft('read', { verb: 'read', kind: 'targets', key: name, serves, why, call: { targetGroup: name } })]
  }
  const [joining, leaving] = [targetsMissing(wanted, set.targets), targetsMissing(set.targets, wanted)]
  if (leaving.length > 0 && set.source === 'trusted') {
    const why = `${countOf(leaving)} of ${listener} leave, and nobody has looked yet at what is registered`
    return [draft('read', { verb: 'read', kind: 'targets', key: name, serves, why, call: { targetGroup: name } })]
  }
  const isFull = set.targets.length + joining.length > USUAL_TARGETS
  return [
    ...batches(name, joining).map(({ key, targets }) =>
      draft('balancer', { verb: 'create', kind: 'targets', key, serves, why: `${countOf(targets)} of ${listener} join`, call: { targetGroup: name, targets } }),
    ),
    ...(isAdopted && isAnotherPort(wanted, leaving) ? [awaitHealth({ name, listener, serves }, wanted)] : []),
    ...batches(name, leaving).map(({ key, targets }) =>
      draft(isFull ? 'make room' : 'close', {
        verb: 'delete',
        kind: 'targets',
        key,
        serves,
        why: `${countOf(targets)} of ${listener} leave`,
        call: { targetGroup: name, targets },
      }),
    ),
  ]
}

/** Whether those who leave were served by another port of the backends, so that no target says yet whether the new one answers. */
function isAnotherPort(wanted: readonly Target[], leaving: readonly Target[]): boolean {
  const ports = new Set(wanted.map(({ port }) => port))
  return ports.size > 0 && leaving.some(({ port }) => !ports.has(port))
}

function awaitHealth(
  { name, listener, serves }: Pick<Registered, 'name' | 'listener'> & { readonly serves: readonly Owner[] },
  healthy: readonly Target[],
): Draft {
  const why = `those of ${listener} that were taken over serve until the new ones can`
  return draft('await', { verb: 'read', kind: 'targets', key: `${name} health`, serves, why, call: { targetGroup: name, healthy } })
}

/** Of a group found, by its marks; nothing for one without an owner. */
export function foundTargetDrafts({ name, mark, targets, loadBalancerArns }: TargetGroupPart, wanted: readonly Target[]): readonly Draft[] {
  if (mark.owner === undefined) return []
  // What others registered is not what is wanted.
  const isServing = loadBalancerArns.length > 0 && mark.settings !== ADOPTED_PRINT
  return targetDrafts(
    { name, owner: mark.owner, listener: mark.listener ?? name, isServing, isAdopted: mark.adopted === true, ...(targets === undefined ? {} : { targets }) },
    wanted,
  )
}

function batches(name: string, targets: readonly Target[]): readonly { readonly key: string; readonly targets: readonly Target[] }[] {
  const count = Math.ceil(targets.length / BATCH)
  return Array.from({ length: count }, (_, i) => ({
    key: count === 1 ? name : `${name} ${i + 1}/${count}`,
    targets: targets.slice(i * BATCH, (i + 1) * BATCH),
  }))
}

function countOf({ length }: readonly Target[]): string {
  return length === 1 ? 'a target' : `${length} targets`
}
