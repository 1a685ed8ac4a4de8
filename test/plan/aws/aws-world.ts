/** A Stack on paper: plans, and folds each step as AWS would answer it. Panics when a plan is not what the contract says a plan is. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { ownerName } from '../../../src/model/owner.ts'
import { placeText } from '../../../src/model/status.ts'
import { problemText } from '../../../src/model/problem.ts'
import type { Need, Plan } from '../../../src/provider/provider.ts'
import type { NodeSet } from '../../../src/model/load-balancer.ts'
import { planner } from '../../../providers/aws/plan/index.ts'
import type { AwsStep } from '../../../providers/aws/steps.ts'
import { type AwsView, EMPTY_VIEW } from '../../../providers/aws/view.ts'
import type { PlanWorld } from '../../cloud/plan-walk.ts'
import { owner } from '../../contract/wish.ts'
import { base, CLUSTER, CLUSTER_NAME, intentOf, type Land, nodes, type Reported } from './build.ts'
import { type Account, applyOnPaper, asListed, asObserved, isProtected } from './paper.ts'

const MOST_PLANS = 8
const CONFIG = { clusterId: CLUSTER, clusterName: CLUSTER_NAME }
const provider = planner(CONFIG)

export type Reports = Readonly<Record<string, Reported>>

export class AwsWorld implements PlanWorld<Reported> {
  account: Account

  constructor(land: Land = {}) {
    this.account = { view: EMPTY_VIEW, base: base(land), hidden: new Map() }
  }

  get view(): AwsView {
    return this.account.view
  }

  plan(reported: Reports): Plan<AwsStep> {
    const intents = Object.entries(reported).map(([name, one]) => intentOf(name, one))
    const plan = provider.plan(intents, this.account.view, this.account.base)
    assert.deepEqual(provider.plan(intents.toReversed(), this.account.view, this.account.base), plan, 'the order of intents changes the plan')
    assert.deepEqual(planner(CONFIG).plan(intents, this.account.view, this.account.base), plan, 'what the planner remembers changes the plan')
    const mentioned = new Set(intents.map((intent) => intent.owner.uid))
    for (const step of plan.stages.flat()) for (const { uid } of step.serves) assert.ok(mentioned.has(uid), `${step.key} serves ${uid}, whom nobody mentioned`)
    const names = plan.stages.flat().map(({ verb, kind, key }) => `${verb} ${kind} ${key}`)
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
      'two steps of one name',
    )
    return plan
  }

  /** Plans and applies until nothing is left to plan. A line of two dashes stands between one plan and the next. `most`: steps until the process ends. */
  run(reported: Reports, most = Number.POSITIVE_INFINITY): readonly string[] {
    const lines: string[] = []
    const done: AwsStep[] = []
    for (let round = 0; ; round++) {
      const plan = this.plan(reported)
      if (plan.stages.length === 0) return [...lines, ...transcript(plan)]
      assert.ok(round < MOST_PLANS, `plan after plan:\n${lines.join('\n')}`)
      lines.push(...(round === 0 ? [] : ['--']), ...transcript({ ...plan, refused: [], waiting: [] }))
      for (const step of plan.stages.flat()) {
        if (done.length >= most) return lines
        if (isProtected(this.account, step)) {
          const name = step.kind === 'load balancer' ? step.call.name : ''
          this.account = applyOnPaper(this.account, { verb: 'read', kind: 'load balancer attributes', key: name, serves: [], why: '', call: { name } })
          break
        }
        assert.ok(!done.some((other) => isDeepStrictEqual(other, step)), `${step.verb} ${step.kind} ${step.key} is wanted again, after\n${lines.join('\n')}`)
        done.push(step)
        this.account = applyOnPaper(this.account, step)
      }
    }
  }

  /** Another process takes the inventory. */
  restart(): void {
    this.account = { ...this.account, view: asListed(this.account) }
  }

  /** Something was not clear, and the Stack is observed: what is registered is not known any more. */
  observe(): void {
    this.account = { ...this.account, view: asObserved(this.account) }
  }

  /** What the Service publishes. */
  places(name = 'web'): readonly string[] {
    return provider.status(this.account.view, owner(name)).places.map(placeText)
  }
}

export class BaseWorld {
  account: Account

  constructor(land: Land = {}) {
    this.account = { view: EMPTY_VIEW, base: { ...base(land), securityGroups: new Map() }, hidden: new Map() }
  }

  run(needs: Readonly<Record<string, readonly string[]>>, on: NodeSet = nodes(1, 2)): readonly string[] {
    const asked: readonly Need[] = Object.entries(needs).map(([need, names]) => ({ need, owners: names.map((name) => owner(name)) }))
    const lines: string[] = []
    for (let round = 0; round < MOST_PLANS; round++) {
      const plan = provider.base.plan(asked, on, this.account.base)
      lines.push(...(round > 0 && plan.stages.length > 0 ? ['--'] : []), ...transcript(plan.stages.length === 0 ? plan : { ...plan, refused: [], waiting: [] }))
      if (plan.stages.length === 0) return lines
      for (const step of plan.stages.flat()) this.account = applyOnPaper(this.account, step)
    }
    return assert.fail(`plan after plan:\n${lines.join('\n')}`)
  }

  lacks(need: string): string | undefined {
    return provider.base.lacks(this.account.base, need)
  }
}

export { provider }

/** One line a step, a dash between stages; then who is refused and who waits. Hashes are left out of names. */
export function transcript({ stages, refused, waiting }: Plan<AwsStep>): readonly string[] {
  const steps = stages.flatMap((stage, i) => [...(i === 0 ? [] : ['-']), ...stage.map(line)])
  const no = refused.map(({ owner: who, ports, problem }) => {
    const which = ports === undefined ? '' : ` ${ports.map(({ port, protocol, error }) => `${port}/${protocol} ${error}`).join(', ')}`
    return `refused ${ownerName(who)}${which}: ${problem.reason}: ${problemText(problem)}`
  })
  return [...steps, ...no, ...waiting.map(({ owner: who, because }) => `waits ${ownerName(who)}: ${because}`)]
}

function line(step: AwsStep): string {
  const reported = detail(step)
  return `${step.verb} ${step.kind} ${plain(step.key)}${reported === '' ? '' : ` ${plain(reported)}`}${step.interrupts === undefined ? '' : ` INTERRUPTS ${step.interrupts}`}`
}

function plain(text: string): string {
  return text.replaceAll(/-[0-9a-f]{10}(-[0-9a-f]{8})?(?![0-9a-f])/g, '').replaceAll(/\b[0-9a-f]{16}\b/g, '#')
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}

function detail(step: AwsStep): string {
  switch (step.kind) {
    case 'security group rules':
    case 'obsolete security group rules':
      return step.call.rules.map(({ protocol, from, to, source }) => `${protocol} ${from === to ? from : `${from}-${to}`} ${source}`).join(', ')
    case 'load balancer':
      return step.verb === 'create' ? `${step.call.scheme} ${step.call.ipAddressType} ${step.call.zones.map(place).join(' ')}` : ''
    case 'load balancer subnets':
      return step.call.sourceNat === undefined ? '' : `source NAT ${String(step.call.sourceNat)}`
    case 'load balancer address type':
      return step.call.ipAddressType
    case 'load balancer security groups':
      return step.call.securityGroups.map((ref) => ('id' in ref ? ref.id : 'name' in ref ? 'ours' : 'backend')).join(' ')
    case 'load balancer attributes':
    case 'target group attributes':
    case 'listener attributes':
      return step.verb === 'update' ? pairs(step.call.attributes) : ''
    case 'load balancer capacity':
      return step.verb === 'update' ? String(step.call.units) : ''
    case 'target group':
      return step.verb === 'create' ? `${step.call.mark.listener ?? ''} ${step.call.protocol} ${step.call.targetType} ${step.call.ipAddressType}` : ''
    case 'health check':
      return `${step.call.healthCheck.protocol} ${step.call.healthCheck.port}`
    case 'targets':
    case 'obsolete targets':
      return step.verb === 'read'
        ? step.call.trust === undefined
          ? ''
          : `trust ${step.call.trust.length}`
        : step.call.targets.map(({ id, port }) => `${id}:${port}`).join(' ')
    case 'listener':
      return step.verb === 'delete' ? '' : [step.call.protocol, step.call.certificate, step.call.alpn].filter((part) => part !== undefined).join(' ')
    case 'listener certificates':
    case 'obsolete listener certificates':
      return step.verb === 'read' ? '' : step.call.certificates.join(' ')
    case 'tags':
      return step.verb === 'update' ? pairs(step.call.tags) : ''
    case 'security group':
    case 'security group tags':
    case 'obsolete security group tags':
    case 'obsolete tags':
    case 'listeners':
    case 'adoption':
    case 'elastic addresses':
      return ''
    default:
      return step satisfies never
  }
}

function place({ subnetId, allocationId, privateIpv4 }: { readonly subnetId: string; readonly allocationId?: string; readonly privateIpv4?: string }): string {
  return [subnetId, allocationId, privateIpv4].filter((part) => part !== undefined).join('=')
}
