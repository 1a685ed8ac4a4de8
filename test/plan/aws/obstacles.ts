/** The core over AWS on paper, where steps meet obstacles by chance: refused, missing permissions, waits, no answer. What takes something away meets none. */
import assert from 'node:assert/strict'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { Backends, ListenerKey } from '../../../src/model/load-balancer.ts'
import type { Owner } from '../../../src/model/owner.ts'
import { contains } from '../../../src/model/source-ranges.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Cloud, Outcome } from '../../../src/provider/cloud.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Desired, Intent, Provider } from '../../../src/provider/provider.ts'
import { stepName } from '../../../src/provider/engine/plan-text.ts'
import { planner } from '../../../providers/aws/plan/index.ts'
import { BASE } from '../../../providers/aws/names.ts'
import { ownerInDescription } from '../../../providers/aws/plan/owners.ts'
import { instanceOf } from '../../../providers/aws/plan/wanted/targets.ts'
import type { AwsStep } from '../../../providers/aws/steps.ts'
import { type AwsView, EMPTY_VIEW, type GroupRule } from '../../../providers/aws/view.ts'
import { inMemoryCloud, inMemoryProvider } from '../../in-memory/index.ts'
import { base, CLUSTER, CLUSTER_NAME, type Land } from './build.ts'
import { type Account, applyOnPaper, asObserved, isProtected } from './paper.ts'

export const OBSTACLES = ['refused', 'refused, no one is named', 'denied', 'wait', 'no answer', 'answer lost'] as const
export type Obstacle = (typeof OBSTACLES)[number]

const STACK = 'share/default/edge'
const forever = new AbortController().signal

export class ObstacleWorld {
  account: Account
  /** What happens to a step, by its name. */
  befalls: (step: string) => Obstacle | undefined = () => undefined
  now = 0
  readonly #cloud: Cloud

  constructor(land: Land) {
    this.account = { view: EMPTY_VIEW, base: base(land), hidden: new Map() }
    this.#cloud = bind(this.#provider())
  }

  async turn(intents: readonly Intent<AwsOptions>[]): Promise<Outcome> {
    return this.#cloud.converge({ stack: STACK, intents, now: this.now, signal: forever, mayWrite: () => true })
  }

  async settle(intents: readonly Intent<AwsOptions>[]): Promise<Outcome> {
    for (let turn = 0; turn < 20; turn++) {
      const { againAfterMs, ...outcome } = await this.turn(intents)
      if (againAfterMs === undefined) return outcome
      this.now += againAfterMs
    }
    return assert.fail('twenty turns, and something is still due')
  }

  #provider(): Provider<AwsOptions, AwsView, AwsStep> {
    const decides = planner({ clusterId: CLUSTER, clusterName: CLUSTER_NAME })
    const { capabilities, annotations } = inMemoryProvider(inMemoryCloud()) as unknown as Provider<AwsOptions, AwsView, AwsStep>
    return {
      calledAs: 'AWS',
      name: 'aws',
      capabilities,
      annotations,
      defaultTargets: 'nodes',
      ...decides,
      // The base is as it has to be: this is about the Stack.
      base: { ...decides.base, lacks: () => undefined },
      async *inventory() {},
      observe: async (stack) => (stack === BASE ? this.account.base : this.#look()),
      apply: async (step) => this.#apply(step),
    }
  }

  #look(): AwsView {
    this.account = { ...this.account, view: asObserved(this.account) }
    return this.account.view
  }

  #apply(step: AwsStep): ReturnType<Provider<AwsOptions, AwsView, AwsStep>['apply']> {
    const obstacle = step.verb === 'read' || (step.takesFrom?.length ?? 0) > 0 ? undefined : this.befalls(stepName(step))
    const blames = step.serves.map(({ uid }) => uid)
    switch (obstacle) {
      case 'refused':
        throw new CloudError('refused', { reason: 'Refused', publicMessage: 'not this', blames })
      case 'refused, no one is named':
        throw new CloudError('refused', { reason: 'Refused', publicMessage: 'not this' })
      case 'denied':
        throw new CloudError('refused', { reason: 'Denied', publicMessage: 'a permission is missing', blames: [] })
      case 'wait':
        throw new CloudError('later', { reason: 'Waiting', publicMessage: 'it is being updated' })
      case 'no answer':
        throw new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'no answer' })
      case 'answer lost':
      case undefined:
        break
      default:
        obstacle satisfies never
    }
    if (isProtected(this.account, step)) {
      const name = step.kind === 'load balancer' ? step.call.name : ''
      this.account = applyOnPaper(this.account, { verb: 'read', kind: 'load balancer attributes', key: name, serves: [], why: '', call: { name } })
      return Promise.resolve({ fold: () => this.account.view, isUndone: true as const })
    }
    this.account = applyOnPaper(this.account, step)
    if (obstacle === 'answer lost') throw new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'the answer was lost' })
    return Promise.resolve(() => this.account.view)
  }
}

/** What the account has open that an owner does not ask for, in words. */
export function tooOpen(world: ObstacleWorld, owner: Owner, asked: Desired<AwsOptions>): readonly string[] {
  const { view, hidden } = world.account
  const { listeners } = asked.settings
  const isAsked = (mark: string | undefined): boolean => {
    const [number, protocols = ''] = mark?.split('/') ?? []
    return listeners.some(({ port, protocol }) => String(port) === number && protocols.split('_').includes(protocol))
  }
  const open = [...view.listeners.values()].filter(({ mark }) => mark.owner?.uid === owner.uid)
  const rules = [...view.securityGroups.values()]
    .flatMap((group) => group.rules)
    .filter(({ description = '' }) => ownerInDescription(description)?.uid === owner.uid)
  const groups = open.flatMap(({ arn }) => {
    const to = hidden.get(arn)?.details?.targetGroupArn
    return [...view.targetGroups.values()].filter((group) => group.arn === to)
  })
  return [
    ...open.filter(({ mark }) => !isAsked(mark.listener)).map(({ mark }) => `listener ${mark.listener}`),
    ...rules.filter((rule) => !isRuleAsked(rule, asked)).map(({ protocol, from, source }) => `rule ${protocol} ${from} ${source}`),
    ...groups.flatMap(({ arn, mark, targetType }) =>
      (hidden.get(arn)?.targets ?? [])
        .filter((target) => !isBackend(target, mark.listener, targetType, asked.backends))
        .map(({ id }) => `target ${id} of ${mark.listener}`),
    ),
  ]
}

function isRuleAsked({ protocol, from, source }: GroupRule, { settings }: Desired<AwsOptions>): boolean {
  return settings.listeners.some((listener) => {
    const ranges = listener.sourceRanges ?? settings.sourceRanges
    return listener.port === from && listener.protocol.toLowerCase() === protocol && (ranges === undefined || ranges.some((range) => contains(range, source)))
  })
}

function isBackend({ id }: { readonly id: string }, listener: string | undefined, type: 'instance' | 'ip', { nodes, ports }: Backends): boolean {
  if (type === 'instance') return nodes.nodes.some((node) => instanceOf(node) === id)
  const [number, protocols = ''] = listener?.split('/') ?? []
  return protocols.split('_').some((protocol) => ports[`${number}/${protocol}` as ListenerKey]?.endpoints.some(({ ip }) => ip === id))
}
