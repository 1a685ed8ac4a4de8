/** Registers before it deregisters. What is only trusted to be registered is looked at before anything is taken out. */
import type { NodeSet } from '../../../../src/model/load-balancer.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import { step } from '../../steps.ts'
import type { Target, TargetGroupPart, TargetSet } from '../../view.ts'
import { type PhasedStep, phased } from './phases.ts'
import { ADOPTED_FINGERPRINT } from '../wanted/fingerprint.ts'
import { nodeNames, targetsMissing } from '../wanted/targets.ts'

/** What one call takes. */
const BATCH = 200
/** AWS' default quota for a target group: beyond it room has to be made first. */
const USUAL_TARGETS = 1000

interface Registered {
  readonly name: string
  readonly owner: Owner
  readonly listener: string
  /** Absent: it was not read. */
  readonly targets?: TargetSet
  /** Whether a listener leads to it, which is made only after its targets are registered. */
  readonly isServing: boolean
  /** Of a group that was taken over: who shall serve in place of the ones found has to be healthy first. */
  readonly isAdopted?: boolean
  /** Of the cluster: a Node that AWS does not take is reported by its name. */
  readonly nodes: NodeSet
}

export function targetSteps(
  { name, owner, listener, targets: set, isServing, isAdopted = false, nodes }: Registered,
  wanted: readonly Target[],
): readonly PhasedStep[] {
  const serves = [owner]
  const read = (why: string): readonly PhasedStep[] => [phased('read', step('read targets', { key: name, serves, why, call: { targetGroup: name } }))]
  if (set === undefined && !isServing) return read(`${listener} was left unfinished, with targets or without`)
  if (set === undefined) {
    const call = { targetGroup: name, trust: wanted }
    return [phased('assume', step('read targets', { key: name, serves, why: `what is wanted for ${listener} is taken for what is registered`, call }))]
  }
  if (set.source === 'unread') return read(`what is registered for ${listener} is not known`)
  const [joining, leaving] = [targetsMissing(wanted, set.targets), targetsMissing(set.targets, wanted)]
  if (leaving.length > 0 && set.source === 'trusted') return read(`${countOf(leaving)} of ${listener} leave, and what is registered was not read yet`)
  const isFull = set.targets.length + joining.length > USUAL_TARGETS
  const call = { targetGroup: name, targets: joining, ...nodeNames(joining, nodes) }
  return [
    // In one step, however many calls it takes: beyond a quota those who fit are chosen from all.
    ...(joining.length === 0 ? [] : [phased('balancer', step('update targets', { key: name, serves, why: `${countOf(joining)} of ${listener} join`, call }))]),
    ...(isAdopted && isAnotherPort(wanted, leaving) ? [awaitHealth({ name, listener, serves }, wanted)] : []),
    ...batches(name, leaving).map(({ key, targets }) =>
      phased(
        isFull ? 'free first' : 'close',
        step('update obsolete targets', { key, serves, why: `${countOf(targets)} of ${listener} leave`, call: { targetGroup: name, targets } }),
      ),
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
): PhasedStep {
  const why = `those of ${listener} that were taken over serve until the new ones can`
  return phased('await', step('read targets', { key: `${name} health`, serves, why, call: { targetGroup: name, healthy } }))
}

/** Of a group found, by its marks; nothing for one without an owner. */
export function foundTargetSteps({ name, mark, targets, loadBalancerArns }: TargetGroupPart, wanted: readonly Target[], nodes: NodeSet): readonly PhasedStep[] {
  if (mark.owner === undefined) return []
  // What others registered is not what is wanted.
  const isServing = loadBalancerArns.length > 0 && mark.settings !== ADOPTED_FINGERPRINT
  return targetSteps(
    {
      name,
      owner: mark.owner,
      listener: mark.listener ?? name,
      isServing,
      isAdopted: mark.adopted === true,
      nodes,
      ...(targets === undefined ? {} : { targets }),
    },
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
