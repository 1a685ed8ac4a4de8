/** The AWS provider on the emulated cloud, over real HTTP: a VPC with three zones, an instance in each, and a foreign load balancer that nobody may touch. */
import { vi } from 'vitest'
import { type AwsEmulator, type CloudObject, IMMEDIATE, startAws } from '../../emulators/aws/index.ts'
import { systemClock } from '../../src/model/clock.ts'
import type { ClusterNode } from '../../src/model/load-balancer.ts'
import type { Limit } from '../../src/provider/budget.ts'
import { LIMITS } from '../../providers/aws/api.ts'
import { type AwsConnection, connect } from '../../providers/aws/index.ts'
import { CLUSTER_TAG } from '../../providers/aws/marks.ts'
import type { Contender, World } from './world.ts'

const CLUSTER = 'contract'

export function awsContender(targets: 'nodes' | 'pods'): Contender {
  return { name: `aws, ${targets}`, patienceMs: 900_000, open: () => awsWorld(targets) }
}

async function awsWorld(targets: 'nodes' | 'pods'): Promise<World> {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'contract')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'contract')
  const emulator = await startAws({ virtualTime: true, delays: IMMEDIATE, answersWhileProvisioning: true })
  const nodes = ['a', 'b', 'c'].map((zone, i) => addNode(emulator, zone as 'a' | 'b' | 'c', i + 1))
  addForeign(emulator)
  let connection: AwsConnection | undefined
  return {
    targets,
    nodes,
    clients: ['192.0.2.5', '198.51.100.6', '2001:db8:c::5'],
    requestable: ['10.0.32.9', '10.0.32.10'],
    unserved: { addressNames: emulator.cloud.ids.addresses.slice(0, 2) },
    async boot(bind) {
      connection?.close()
      connection = await connectTo(emulator)
      return bind(connection.provider)
    },
    async run(machines) {
      emulator.setMachines(machines)
    },
    async deliver(packet) {
      return emulator.deliver(packet)
    },
    owned: () => emulator.cloud.objects().filter(isOurs(emulator)).map(textOf),
    foreign: () =>
      emulator.cloud
        .objects()
        .filter((one) => !isOurs(emulator)(one))
        .map(textOf),
    async advance(ms) {
      emulator.advance(ms)
    },
    async close() {
      connection?.close()
      await emulator.close()
    },
  }
}

/** As many calls a second as there are: time stands still in these worlds. */
const UNLIMITED = Object.fromEntries(Object.keys(LIMITS).map((family) => [family, { perSecond: 1e6, burst: 1e6 }])) as Record<keyof typeof LIMITS, Limit>

function connectTo({ url, cloud }: AwsEmulator): Promise<AwsConnection> {
  const settings = { clusterId: CLUSTER, clusterName: cloud.ids.cluster, region: cloud.region, vpcId: cloud.ids.vpc, endpoint: url }
  return connect({ settings, clock: systemClock, version: 'contract', limits: UNLIMITED })
}

function addNode({ cloud }: AwsEmulator, zone: 'a' | 'b' | 'c', number: number): ClusterNode {
  const name = `node-${number}`
  const id = cloud.addInstance({ name, zone, privateIp: `10.0.${number * 32}.${number}0` })
  const zoneName = cloud.zones.find((one) => one.endsWith(zone)) ?? ''
  return { name, providerId: `aws:///${zoneName}/${id}`, addresses: [`10.0.${number * 32}.${number}0`], zone: zoneName }
}

/** Somebody else's, in the same VPC and without our marks. */
function addForeign({ cloud }: AwsEmulator): void {
  cloud.call('elb', 'CreateLoadBalancer', { Name: 'foreign', Type: 'network', Scheme: 'internal', Subnets: [cloud.ids.privateSubnets[0]] })
  cloud.call('elb', 'CreateTargetGroup', { Name: 'foreign', Protocol: 'TCP', Port: 80, VpcId: cloud.ids.vpc, TargetType: 'instance' })
}

/** What bears our mark, and rules that stand in a group of ours or let one of ours in. */
function isOurs({ cloud }: AwsEmulator): (object: CloudObject) => boolean {
  const groups = cloud.objects().flatMap(({ kind, name, tags }) => (kind === 'security group' && CLUSTER_TAG in tags ? [name] : []))
  return ({ kind, tags, settings }) =>
    kind === 'rule' ? groups.some((name) => settings['group'] === name || String(settings['rule']).includes(name)) : CLUSTER_TAG in tags
}

function textOf({ kind, name, tags, settings }: CloudObject): string {
  return `${kind} ${name} ${JSON.stringify(tags)} ${JSON.stringify(settings)}`
}
