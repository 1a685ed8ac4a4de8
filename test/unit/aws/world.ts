/** A small account to call into: the emulated AWS on loopback, and the calls of one cluster over real HTTP. */
import { onTestFinished, vi } from 'vitest'
import { type AwsEmulator, type AwsOptions as EmulatorOptions, IMMEDIATE, startAws } from '../../../emulators/aws/index.ts'
import type { Account } from '../../../providers/aws/api/account.ts'
import { apply } from '../../../providers/aws/apply/apply.ts'
import { inspect } from '../../../providers/aws/read/inspect.ts'
import { inventory } from '../../../providers/aws/read/inventory.ts'
import { namingOf } from '../../../providers/aws/names.ts'
import { networkReader } from '../../../providers/aws/read/network.ts'
import { observe } from '../../../providers/aws/read/observe.ts'
import { openAccount } from '../../../providers/aws/api/open.ts'
import type { AwsStep } from '../../../providers/aws/steps.ts'
import { type AwsView, EMPTY_VIEW, type GroupHealthCheck } from '../../../providers/aws/view.ts'
import { systemClock } from '../../../src/model/clock.ts'
import type { PartialAnswer } from '../../../src/provider/provider.ts'
import { partsOf } from '../../../src/provider/engine/stage.ts'

export const CLUSTER = 'c1'
export const OWNER = { namespace: 'default', name: 'web', uid: 'u1' }
export const STACK = 'service/u1'
export const HEALTH: GroupHealthCheck = {
  protocol: 'TCP',
  port: 'traffic-port',
  intervalSeconds: 10,
  timeoutSeconds: 6,
  healthyThreshold: 3,
  unhealthyThreshold: 3,
}

export interface World {
  readonly aws: AwsEmulator
  readonly account: Account
  /** Ids of two running instances. */
  readonly nodes: readonly string[]
  readonly signal: AbortSignal
  /** One step, with what it answers taken into the view; what a step says beside its call does not matter to the call. */
  play(view: AwsView, step: Part, base?: AwsView): Promise<AwsView>
  /** What one step answers. */
  answer(view: AwsView, step: Part, base?: AwsView): Promise<PartialAnswer<AwsView>>
  observe(stack?: string): Promise<AwsView>
  inspect(stack?: string): Promise<AwsView>
  inspectAll(stacks: readonly string[]): Promise<ReadonlyMap<string, AwsView>>
  inventory(): Promise<Map<string, AwsView>>
  /** The same cluster in a new process: nothing is remembered. */
  another(): Promise<World>
}

type Part<S = AwsStep> = S extends AwsStep ? Pick<S, 'kind' | 'verb' | 'call'> : never

export async function startWorld(options: Partial<EmulatorOptions> = {}): Promise<World> {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const aws = await startAws({ delays: IMMEDIATE, ...options })
  onTestFinished(async () => {
    await aws.close()
    vi.unstubAllEnvs()
  })
  const nodes = [aws.cloud.addInstance({ name: 'node-a', zone: 'a' }), aws.cloud.addInstance({ name: 'node-b', zone: 'b' })]
  return connectTo(aws, nodes)
}

async function connectTo(aws: AwsEmulator, nodes: readonly string[]): Promise<World> {
  const config = { clusterId: CLUSTER, region: aws.cloud.region, vpcId: aws.cloud.ids.vpc, endpoint: aws.url }
  const opened = await openAccount(config, { clock: systemClock, version: '0.0.0-test' })
  onTestFinished(() => opened.close())
  const { account } = opened
  const signal = AbortSignal.timeout(60_000)
  const network = networkReader(account)
  const answer: World['answer'] = async (view, part, base) => {
    const step = { key: 'k', serves: [OWNER], why: 'the test says so', ...part } as AwsStep
    return partsOf(await apply(step, { account, view, base, signal }))
  }
  const world: World = {
    aws,
    account,
    nodes,
    signal,
    answer,
    async play(view, part, base) {
      return (await answer(view, part, base)).fold(view)
    },
    observe: (stack = STACK) => observe(account, network, stack, signal),
    inspect: async (stack = STACK) => (await world.inspectAll([stack])).get(stack) ?? EMPTY_VIEW,
    inspectAll: async (stacks) => new Map(await Array.fromAsync(inspect(account, stacks, signal))),
    async inventory() {
      const found = new Map<string, AwsView>()
      for await (const [stack, view] of inventory(account, network, signal)) found.set(stack, view)
      return found
    },
    another: () => connectTo(aws, nodes),
  }
  return world
}

const naming = namingOf(CLUSTER, STACK, OWNER.name)
export const NAMES = {
  securityGroup: `fairlead-web-${naming.stackHash}`,
  balancer: `web-${naming.stackHash}-0123abcd`,
  group: `web-${naming.stackHash}-4567cdef`,
}

/** A load balancer for one port, with everything that belongs to it, as a plan makes it. */
export function plainSteps({ aws, nodes }: Pick<World, 'aws' | 'nodes'>): readonly Part[] {
  const mark = { stack: STACK, owner: OWNER }
  return [
    { kind: 'security group', verb: 'create', call: { name: NAMES.securityGroup, description: 'default/web', mark, tags: { team: 'shop' } } },
    {
      kind: 'security group rules',
      verb: 'update',
      call: { group: { name: NAMES.securityGroup }, rules: [{ protocol: 'tcp', from: 80, to: 80, source: '0.0.0.0/0', description: 'everybody' }] },
    },
    {
      kind: 'target group',
      verb: 'create',
      call: {
        name: NAMES.group,
        mark: { ...mark, listener: '80/TCP' },
        tags: {},
        protocol: 'TCP',
        port: 30080,
        targetType: 'instance',
        ipAddressType: 'ipv4',
        healthCheck: HEALTH,
      },
    },
    {
      kind: 'load balancer',
      verb: 'create',
      call: {
        name: NAMES.balancer,
        mark,
        tags: {},
        scheme: 'internet-facing',
        ipAddressType: 'ipv4',
        zones: aws.cloud.ids.publicSubnets.map((subnetId) => ({ subnetId })),
        securityGroups: [{ name: NAMES.securityGroup }],
        sourceNat: false,
      },
    },
    { kind: 'targets', verb: 'update', call: { targetGroup: NAMES.group, targets: nodes.map((id) => ({ id, port: 30080 })) } },
    {
      kind: 'listener',
      verb: 'create',
      call: {
        loadBalancer: NAMES.balancer,
        port: 80,
        mark: { ...mark, listener: '80/TCP', settings: 'h1' },
        tags: {},
        protocol: 'TCP',
        targetGroup: NAMES.group,
      },
    },
  ]
}

export async function makePlain(world: World): Promise<AwsView> {
  let view: AwsView = EMPTY_VIEW
  for (const step of plainSteps(world)) view = await world.play(view, step)
  return view
}
