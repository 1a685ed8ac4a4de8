/** The cluster's back-end group, and the rules that let it reach the instances: what all load balancers of the cluster depend on. */
import type { NodeSet } from '../../../../src/model/load-balancer.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Base, Desired, Need, Plan, Refusal } from '../../../../src/provider/provider.ts'
import { changeRules, put, withRules } from '../../read/view-changes.ts'
import { BASE, backendGroupName } from '../../names.ts'
import type { AwsOptions } from '../../../../annotations/aws.ts'
import { type AwsStep, step } from '../../steps.ts'
import type { AwsView, GroupRule, InstanceGroup, Network, SecurityGroupPart } from '../../view.ts'
import { type PhasedStep, phased, stagesOf } from '../steps/phases.ts'
import { NETWORK, needsOf, permissionsOf, usesOf } from './base-needs.ts'
import { rulesMissing } from './rules.ts'
import type { PlannerConfig } from '../plan-context.ts'
import { instanceOf } from './targets.ts'

export function basePlanner(config: PlannerConfig): Base<AwsOptions, AwsView, AwsStep> {
  return {
    stack: BASE,
    needs: (want: Desired<AwsOptions>) => needsOf(want),
    uses: usesOf,
    lacks: (base, need) => lacks(base, need, config),
    plan: (needs, nodes, view) => planBase(needs, nodes, view, config),
    grown,
  }
}

/** Stands for the id that AWS will give. */
const ID_TO_COME = 'sg-to-come'

function grown(base: AwsView, steps: readonly AwsStep[]): AwsView {
  let view = base
  for (const growing of steps) {
    if (growing.kind === 'security group' && growing.verb === 'create') {
      const { name, mark, tags } = growing.call
      view = put('securityGroups', ID_TO_COME, { id: ID_TO_COME, name, mark, tags, rules: [] })(view)
    }
    if (growing.kind === 'security group rules' && 'id' in growing.call.group) {
      const source = backendOf(view)?.id ?? ID_TO_COME
      view = changeRules(growing.call.group.id, withRules(growing.call.rules.map((rule) => (rule.source === 'backend' ? { ...rule, source } : rule))))(view)
    }
  }
  return view
}

function backendOf({ securityGroups }: AwsView): SecurityGroupPart | undefined {
  return [...securityGroups.values()].toSorted((a, b) => compareText(a.id, b.id))[0]
}

/** A need is met where the instances that are known allow the back-end group; in a cluster without instances none has to. */
function lacks(base: AwsView, need: string, { clusterName }: PlannerConfig): string | undefined {
  const { network } = base
  if (network === undefined) return 'the network has not been read yet'
  if (need === NETWORK) return undefined
  const backend = backendOf(base)
  if (backend === undefined) return "the cluster's back-end security group is not there yet"
  const groups = [...network.instanceGroups.values()]
  const clusterTag = clusterName === undefined ? undefined : `kubernetes.io/cluster/${clusterName}`
  const tagged = groups.filter(({ tags }) => clusterTag !== undefined && clusterTag in tags)
  const opened = groups.filter(({ rules }) => rules.some(({ source }) => source === backend.id))
  const asked = opened.length > 0 ? opened : tagged.length > 0 ? tagged : groups
  const permissions = permissionsOf(need, backend.id)
  const isMet = asked.length === 0 || asked.some(({ rules }) => rulesMissing(permissions, rules).length === 0)
  return isMet ? undefined : `the nodes' security groups do not let the load balancers in yet (${need})`
}

function planBase(needs: readonly Need[], nodes: NodeSet, view: AwsView, config: PlannerConfig): Plan<AwsStep> {
  const leaning = needs.filter(({ need }) => need !== NETWORK)
  const owners = ownersOf(leaning)
  const backend = backendOf(view)
  const { network } = view
  const steps: PhasedStep[] = []
  if (leaning.length === 0) return { stages: stagesOf(backend === undefined ? [] : takeDown(backend, network)), refused: [], waiting: [] }
  const name = backendGroupName(config.clusterId)
  if (backend === undefined) {
    const call = { name, description: 'Load balancers of the cluster, as seen by its nodes', mark: { stack: BASE }, tags: {} }
    steps.push(phased('group first', step('create security group', { key: name, serves: owners, why: 'the nodes know the load balancers by it', call })))
  }
  const chosen = network === undefined ? { groups: [], unclear: [] } : nodeGroups(nodes, network, config)
  const source = backend?.id ?? 'backend'
  const wanted = distinctRules(leaning.flatMap(({ need }) => permissionsOf(need, source)))
  for (const group of chosen.groups) {
    const joining = rulesMissing(wanted, group.rules)
    if (joining.length > 0) steps.push(openStep(group, joining, owners))
    const leaving = rulesMissing(
      group.rules.filter((rule) => rule.source === source),
      wanted,
    )
    if (leaving.length > 0) steps.push(shutStep(group, leaving))
  }
  return { stages: stagesOf(steps), refused: refusals(chosen.unclear, owners), waiting: [] }
}

function ownersOf(needs: readonly Need[]): readonly Owner[] {
  const all = new Map(needs.flatMap(({ owners }) => owners.map((owner) => [owner.uid, owner])))
  return [...all.values()].toSorted((a, b) => compareText(a.uid, b.uid))
}

function takeDown(backend: SecurityGroupPart, network: Network | undefined): readonly PhasedStep[] {
  const open = [...(network?.instanceGroups.values() ?? [])].flatMap((group) => {
    const rules = group.rules.filter(({ source }) => source === backend.id)
    return rules.length === 0 ? [] : [shutStep(group, rules)]
  })
  const call = { id: backend.id }
  return [...open, phased('group last', step('delete security group', { key: backend.name, serves: [], why: 'no load balancer uses it any more', call }))]
}

/** The view names our group by its id; a step says `backend`, as it may be planned before there is one. */
function openStep({ id, name }: InstanceGroup, rules: readonly GroupRule[], serves: readonly Owner[]): PhasedStep {
  const call = { group: { id }, rules: rules.map((rule) => ({ ...rule, source: 'backend' })) }
  return phased('open', step('update security group rules', { key: id, title: name, serves, why: `the nodes in ${name} let the load balancers in`, call }))
}

function shutStep({ id, name }: InstanceGroup, rules: readonly GroupRule[]): PhasedStep {
  const call = { group: { id }, rules: rules.map((rule) => ({ ...rule, source: 'backend' })) }
  return phased(
    'close',
    step('update obsolete security group rules', { key: id, title: name, serves: [], why: `no load balancer needs it of the nodes in ${name} any more`, call }),
  )
}

function distinctRules(rules: readonly GroupRule[]): readonly GroupRule[] {
  return [...new Map(rules.map((rule) => [`${rule.protocol} ${rule.from} ${rule.to}`, rule])).values()]
}

interface Chosen {
  readonly groups: readonly InstanceGroup[]
  /** Instances whose group is not clear, each with how many could be meant. */
  readonly unclear: readonly { readonly instance: string; readonly groups: readonly string[]; readonly tagged: number }[]
}

/** One group for each instance: its only one, or the one that is tagged for the cluster. An instance that was not seen yet is presumed to be in these. */
function nodeGroups({ nodes }: NodeSet, network: Network, { clusterName }: PlannerConfig): Chosen {
  const groups = new Map<string, InstanceGroup>()
  const unclear: Chosen['unclear'][number][] = []
  for (const node of nodes) {
    const instance = network.instances.get(instanceOf(node) ?? '')
    if (instance === undefined) continue
    const known = instance.groups.flatMap((id) => network.instanceGroups.get(id) ?? [])
    const tagged = known.filter(({ tags }) => Object.keys(tags).some((key) => isClusterTag(key, clusterName)))
    const [group] = known.length === 1 ? known : tagged
    if (group !== undefined && (known.length === 1 || tagged.length === 1)) groups.set(group.id, group)
    else unclear.push({ instance: instance.id, groups: known.map(({ id }) => id), tagged: tagged.length })
  }
  return { groups: [...groups.values()].toSorted((a, b) => compareText(a.id, b.id)), unclear }
}

function isClusterTag(key: string, clusterName: string | undefined): boolean {
  return clusterName === undefined ? key.startsWith('kubernetes.io/cluster/') : key === `kubernetes.io/cluster/${clusterName}`
}

function refusals(unclear: Chosen['unclear'], owners: readonly Owner[]): readonly Refusal[] {
  const [first] = unclear
  if (first === undefined) return []
  const others = unclear.length === 1 ? '' : ` (and ${unclear.length - 1} more)`
  const problem: Problem = {
    reason: 'Conflict',
    field: 'the security groups of the nodes',
    value: first.groups.join(','),
    wrong: `of instance ${first.instance}${others} do not say which one is the cluster's: ${first.tagged} of them are tagged kubernetes.io/cluster/<name>`,
    allowed: 'one group, or one that is tagged',
    pace: 'by reading',
  }
  return owners.map((owner) => ({ owner, problem }))
}
