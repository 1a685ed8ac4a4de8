/** What all load balancers of the cluster stand on: the instance groups, the health check that asks kube-proxy, and the firewall rules for its probes. Pure. */
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import type { Family } from '../../../../src/model/address.ts'
import type { NodeSet } from '../../../../src/model/load-balancer.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import type { Base, Need, Plan } from '../../../../src/provider/provider.ts'
import { foreseen } from '../../foreseen.ts'
import type { GcpConfig } from '../../api/config.ts'
import { urlOf } from '../../api/ids.ts'
import { describe } from '../../marks.ts'
import { BASE, firewallName } from '../../names.ts'
import { deleting, type GcpStep, making, patching } from '../../steps.ts'
import { type AnyPart, type GcpView, isLeaving, isSettled } from '../../view.ts'
import { firewallChange } from '../firewall/compare.ts'
import { firewallId } from '../firewall/wanted.ts'
import { inPhase, type PhasedStep, stagesOf } from '../phases.ts'
import { about } from '../steps/about.ts'
import { checkChange } from '../steps/checks.ts'
import { baseNaming, sharedCheckId } from '../steps/context.ts'
import { isBarredIn } from '../steps/firewalls.ts'
import { pollSteps } from '../steps/polls.ts'
import { admittingProbes } from '../wanted/firewall.ts'
import { SHARED_CHECK, SHARED_CHECK_PORT } from '../wanted/health-check.ts'
import { wantedGroups } from './groups.ts'
import { memberChanges } from './members.ts'
import { CHECK, NETWORK, needsOf, NODES, PROBES, usesOf } from './needs.ts'

export function basePlanner(config: GcpConfig): Base<GcpOptions, GcpView, GcpStep> {
  return {
    stack: BASE,
    needs: needsOf,
    uses: (view) => usesOf(view, config),
    lacks: (base, need) => lacks(base, need, config),
    plan: (needs, nodes, view) => planBase(needs, nodes, view, config),
    grown: foreseen,
  }
}

const MARK = { stack: BASE } as const

function lacks(base: GcpView, need: string, config: GcpConfig): string | undefined {
  if (base.network === undefined) return 'the network has not been read yet'
  if (need === NODES) return groupsLack(base)
  if (need === CHECK) return isSettled(base.checks.get(sharedCheckId(config))) ? undefined : 'the health check of all Services is not there yet'
  const family = FAMILIES.find((one) => PROBES[one] === need)
  if (family === undefined) return undefined
  const id = probesId(family, config)
  const isThere = base.network.firewallsAreHidden === true || isBarredIn(base, id) || isSettled(base.firewalls.get(id))
  return isThere ? undefined : `the firewall rule that lets in ${need} is not there yet`
}

const FAMILIES = ['IPv4', 'IPv6'] as const

/** All that are being made are waited for, so that a backend service is written once. */
function groupsLack({ groups }: GcpView): string | undefined {
  const parts = [...groups.values()]
  return parts.length === 0 || parts.some((part) => !isLeaving(part) && !isSettled(part)) ? 'the instance groups of the nodes are not there yet' : undefined
}

function probesId(family: Family, config: GcpConfig): string {
  const { clusterId, network } = config
  return firewallId(config, firewallName(baseNaming(clusterId), { family, network, purpose: 'probes' }))
}

function planBase(needs: readonly Need[], nodes: NodeSet, view: GcpView, config: GcpConfig): Plan<GcpStep> {
  const needed = new Map(needs.map(({ need, owners }) => [need, owners]))
  const serves = ownersOf(needs.filter(({ need }) => need !== NETWORK))
  const steps = [
    ...(needed.has(NODES) ? groupSteps(nodes, view, serves, config) : unneeded('instance group', view.groups)),
    ...(needed.has(CHECK) ? checkSteps(view, serves, config) : unneeded('health check', view.checks)),
    ...FAMILIES.flatMap((family) => probeSteps(family, needed.get(PROBES[family]), view, config)),
    ...pollSteps(
      serves.map((owner) => ({ owner, gone: true })),
      view,
    ),
  ]
  return { stages: stagesOf(steps), refused: [], waiting: [] }
}

function ownersOf(needs: readonly Need[]): readonly Owner[] {
  const all = new Map(needs.flatMap(({ owners }) => owners.map((owner) => [owner.uid, owner])))
  return [...all.values()].toSorted((a, b) => compareText(a.uid, b.uid))
}

function unneeded(kind: 'instance group' | 'health check', parts: ReadonlyMap<string, AnyPart>): readonly PhasedStep[] {
  const all = [...parts.values()].filter((part) => !isLeaving(part))
  return all.map(({ id }) => inPhase('let go', deleting(kind, about(id, [], 'no Service needs it any more'))))
}

function groupSteps(nodes: NodeSet, view: GcpView, serves: readonly Owner[], config: GcpConfig): readonly PhasedStep[] {
  const wanted = wantedGroups(nodes, view.groups, config)
  // A zone without nodes keeps its group: they may come back, and a group that is linked again takes minutes to get traffic.
  const emptied = [...view.groups.keys()].filter((id) => !wanted.has(id)).map((id) => [id, []] as const)
  return [...wanted, ...emptied].flatMap(([id, members]): readonly PhasedStep[] => {
    const part = view.groups.get(id)
    if (part !== undefined) return isSettled(part) ? memberSteps(id, members, view, serves) : []
    const body = { network: urlOf(config.network), description: describe(config.clusterId, MARK) }
    return [inPhase('make', making('instance group', { ...about(id, serves, 'the nodes of the zone get traffic by it'), body, mark: MARK }))]
  })
}

/** One call each, for all nodes that come or go. They are for all Services, of whom none has a part of its own changed. */
function memberSteps(id: string, wanted: readonly string[], { groups }: GcpView, serves: readonly Owner[]): readonly PhasedStep[] {
  const group = groups.get(id)
  if (group?.members === undefined) return []
  const { leaving, joining } = memberChanges(group, wanted)
  const count = (all: readonly string[]): string => (all.length === 1 ? 'a node' : `${all.length} nodes`)
  const gone = {
    ...about(id, [], `${count(leaving)} left`, { takesFrom: serves, shrinks: true }),
    verb: 'update',
    kind: 'obsolete instance group members',
    instances: leaving,
  } as const
  const come = { ...about(id, [], `${count(joining)} joined`), verb: 'update', kind: 'instance group members', instances: joining } as const
  return [...(leaving.length === 0 ? [] : [inPhase('close', gone)]), ...(joining.length === 0 ? [] : [inPhase('serve', come)])]
}

function checkSteps(view: GcpView, serves: readonly Owner[], config: GcpConfig): readonly PhasedStep[] {
  const id = sharedCheckId(config)
  const part = view.checks.get(id)
  if (part === undefined) {
    const body = { ...SHARED_CHECK, description: describe(config.clusterId, MARK) }
    return [inPhase('make', making('health check', { ...about(id, serves, 'it asks kube-proxy on each node'), body, mark: MARK }))]
  }
  const body = part.operation === undefined ? checkChange(part.document, SHARED_CHECK) : undefined
  return body === undefined ? [] : [inPhase('make', patching('health check', { ...about(id, serves, 'it is not as it was made'), body }))]
}

/** Of both schemes, as both have the check. */
function probeSteps(family: Family, serves: readonly Owner[] | undefined, view: GcpView, config: GcpConfig): readonly PhasedStep[] {
  const id = probesId(family, config)
  const part = view.firewalls.get(id)
  if (view.network?.firewallsAreHidden === true || isBarredIn(view, id)) return []
  if (serves === undefined) {
    return part === undefined || isLeaving(part) ? [] : [inPhase('let go', deleting('firewall rule', about(id, [], 'no Service needs it any more')))]
  }
  const { network, firewallTargets: targets } = config
  const wanted = admittingProbes({ network, targets, family, schemes: ['internal', 'internet-facing'], port: SHARED_CHECK_PORT })
  if (part === undefined) {
    const body = { ...wanted, description: describe(config.clusterId, MARK) }
    return [inPhase('make', making('firewall rule', { ...about(id, serves, `it lets in ${PROBES[family]}`), body, mark: MARK }))]
  }
  const change = part.operation === undefined ? firewallChange(part.document, wanted) : undefined
  return change === undefined ? [] : [inPhase('make', patching('firewall rule', { ...about(id, serves, 'it is not as it was made'), body: change.body }))]
}
