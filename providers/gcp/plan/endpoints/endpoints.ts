/**
 * Endpoint groups of one Service, one in each zone: in place of the instance groups where the cluster has more nodes than an internal load balancer takes. Pure.
 */
import type { Backends } from '../../../../src/model/load-balancer.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import { idIn, isSameId, parseId, urlOf } from '../../api/ids.ts'
import { describe } from '../../marks.ts'
import { endpointGroupName } from '../../names.ts'
import { deleting, type GcpStep, making, polling } from '../../steps.ts'
import { type EndpointGroupPart, isLeaving, isSettled } from '../../view.ts'
import type { Serving } from '../accept/serving.ts'
import { memberChanges } from '../base/members.ts'
import { instanceOf, zoneOf } from '../base/nodes.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'
import { about } from '../steps/about.ts'
import { markOf, schemeOf, servicesOf } from '../steps/context.ts'
import { sizeFor, subsetOf } from './subset.ts'

/** Instances behind an internal backend service. Source: cloud.google.com/load-balancing/docs/quotas. */
const MOST_INSTANCES = 250
/** With fewer nodes than this the instance groups will do again. It is less, as another kind of group means that each node is taken in anew. */
const FEW_INSTANCES = 200

export interface EndpointParts {
  /** Ids of the groups, each with its instances. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** They can be referred to, and have their instances. */
  readonly isReady: boolean
  readonly steps: readonly PhasedStep[]
}

/** Undefined: the instance groups will do. */
export function endpointParts(serving: Serving, input: PlanInput): EndpointParts | undefined {
  const { owner, want } = serving.want
  const found = endpointGroupsOf(owner, input)
  if (schemeOf(serving) !== 'INTERNAL' || !isLarge(want.backends, found.length > 0)) return undefined
  const subnetwork = serving.sites.find((site) => site.subnetwork !== undefined)?.subnetwork
  const chosen = chosenOf(want.backends, want.settings.externalTrafficPolicy, { owner, found })
  const { config } = input
  const name = endpointGroupName(serving.naming, config.network, subnetwork ?? '')
  const groups = new Map([...chosen].map(([zone, instances]) => [idIn(config.project, { zone }, 'networkEndpointGroups', name), instances] as const))
  for (const { id } of found) if (!groups.has(id)) groups.set(id, [])
  const steps = [...groups].flatMap(([id, instances]): readonly PhasedStep[] => {
    const part = input.view.endpointGroups.get(id)
    return part === undefined ? [creating(id, serving, subnetwork, input)] : memberSteps(part, instances, owner)
  })
  return { groups, isReady: [...groups].every(([id, instances]) => isFilled(input.view.endpointGroups.get(id), instances)), steps }
}

function isLarge({ nodes: { nodes } }: Backends, isSubset: boolean): boolean {
  return nodes.filter((node) => instanceOf(node) !== undefined).length > (isSubset ? FEW_INSTANCES : MOST_INSTANCES)
}

interface Chosen {
  readonly owner: Owner
  readonly found: readonly EndpointGroupPart[]
}

/** With policy Local the nodes that hold a pod. */
function chosenOf(backends: Backends, policy: 'Cluster' | 'Local', { owner, found }: Chosen): ReadonlyMap<string, readonly string[]> {
  const hosts = new Set(Object.values(backends.ports).flatMap(({ endpoints }) => endpoints.flatMap(({ node }) => node ?? [])))
  const nodes = policy === 'Local' ? backends.nodes.nodes.filter(({ name }) => hosts.has(name)) : backends.nodes.nodes
  const zones = Map.groupBy(
    nodes.flatMap((node) => instanceOf(node) ?? []),
    zoneOf,
  )
  const present = new Set(found.flatMap(({ members = new Set<string>() }) => [...members]))
  return subsetOf({ zones, present, size: sizeFor(policy, zones.size), salt: owner.uid })
}

function creating(id: string, serving: Serving, subnetwork: string | undefined, { config }: PlanInput): PhasedStep {
  const mark = markOf(serving)
  const body = {
    networkEndpointType: 'GCE_VM_IP' as const,
    network: urlOf(config.network),
    ...(subnetwork === undefined ? {} : { subnetwork: urlOf(subnetwork) }),
    description: describe(config.clusterId, mark),
  }
  const why = `the cluster has more than ${MOST_INSTANCES} nodes, and an internal load balancer takes no more`
  return inPhase('make', making('endpoint group', { ...about(id, [serving.want.owner], why), body, mark }))
}

/** What is in a group is read before it is relied on. */
function memberSteps(part: EndpointGroupPart, wanted: readonly string[], owner: Owner): readonly PhasedStep[] {
  if (!isSettled(part)) return []
  const { id, members } = part
  if (members === undefined) return [inPhase('look', polling('endpoint group', about(id, [owner], 'no list shows its endpoints')))]
  const { leaving, joining } = memberChanges(part, wanted)
  const said = (instances: readonly string[], how: string): string => `${instances.length} of the nodes ${how}`
  const gone: GcpStep = {
    ...about(id, [owner], said(leaving, 'leave'), { takesFrom: [owner], shrinks: true }),
    verb: 'update',
    kind: 'obsolete endpoint group members',
    instances: leaving,
  }
  const come: GcpStep = { ...about(id, [owner], said(joining, 'join')), verb: 'update', kind: 'endpoint group members', instances: joining }
  return [...(joining.length === 0 ? [] : [inPhase('make', come, 1)]), ...(leaving.length === 0 ? [] : [inPhase('close', gone)])]
}

function isFilled(part: EndpointGroupPart | undefined, instances: readonly string[]): boolean {
  if (part?.members === undefined || !isSettled(part) || part.operation !== undefined) return false
  return instances.every((instance) => part.members?.has(instance) === true || part.leftOut?.has(instance) === true)
}

export function endpointGroupsOf({ uid }: Owner, { view }: Pick<PlanInput, 'view'>): readonly EndpointGroupPart[] {
  return [...view.endpointGroups.values()].filter((part) => part.mark.owner?.uid === uid && !isLeaving(part))
}

/** Of a Service whose configuration is not carried out: its groups have nodes of the cluster, as many as before. `isLocal`: only nodes with a pod answer its check. */
export function followingEndpoints(owner: Owner, backends: Backends, isLocal: boolean, input: PlanInput): readonly PhasedStep[] {
  const found = endpointGroupsOf(owner, input)
  if (found.length === 0) return []
  const chosen = chosenOf(backends, isLocal ? 'Local' : 'Cluster', { owner, found })
  return found.flatMap((part) => memberSteps(part, chosen.get(zoneOf(part.id)) ?? [], owner))
}

/** Those that no backend service of the owner refers to. */
export function unusedEndpointSteps(owner: Owner, input: PlanInput, kept: ReadonlySet<string> = new Set()): readonly PhasedStep[] {
  const services = servicesOf(owner, input)
  const isUsed = (id: string): boolean =>
    services.some(({ document, operation }) => operation !== undefined || document.backends?.some(({ group }) => isSameId(group, id)) === true)
  return endpointGroupsOf(owner, input).flatMap((part) =>
    kept.has(part.id) || isUsed(part.id) || !isSettled(part)
      ? []
      : [inPhase('let go', deleting('endpoint group', about(part.id, [owner], 'no backend service refers to it', { takesFrom: [] })))],
  )
}

/** Whether a group is an endpoint group. */
export function isEndpointGroup(group: string | undefined): boolean {
  return group !== undefined && parseId(group)?.kind === 'networkEndpointGroups'
}
