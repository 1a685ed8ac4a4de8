/** The AWS provider on the emulated cloud, over real HTTP: a VPC with three zones, an instance in each, and a foreign load balancer that is not to be touched. */
import { type AwsEmulator, IMMEDIATE, startAws } from '../../../emulators/aws/index.ts'
import { systemClock } from '../../../src/model/clock.ts'
import type { ClusterNode } from '../../../src/model/load-balancer.ts'
import type { AwsConnection } from '../../../providers/aws/index.ts'
import type { Contender, World } from '../../contract/world.ts'
import { textOf } from '../world.ts'
import { connectTo } from './connect.ts'
import { addForeign, isOurs } from './foreign.ts'

const CLUSTER = 'contract'

export function awsContender(targets: 'nodes' | 'pods'): Contender {
  return { name: `aws, ${targets}`, patienceMs: 900_000, open: () => awsWorld(targets) }
}

/** A Node whose instance does not exist. */
const GHOST: ClusterNode = { name: 'ghost', providerId: 'aws:///eu-west-1a/i-0123456789abcdef0', addresses: ['10.0.32.99'] }

async function awsWorld(targets: 'nodes' | 'pods'): Promise<World> {
  const emulator = await startAws({ virtualTime: true, delays: IMMEDIATE, answersWhileProvisioning: true })
  const nodes = ['a', 'b', 'c'].map((zone, i) => addNode(emulator, zone as 'a' | 'b' | 'c', i + 1))
  addForeign(emulator)
  let connection: AwsConnection | undefined
  return {
    targets,
    nodes,
    clients: ['192.0.2.5', '198.51.100.6', '2001:db8:c::5'],
    requestable: ['10.0.32.9', '10.0.32.10'],
    refusedBackend: targets === 'pods' ? { pod: '203.0.113.7' } : { node: GHOST },
    unserved: { addressNames: emulator.cloud.ids.addresses.slice(0, 2) },
    async boot(bind) {
      connection?.close()
      connection = await connectTo(emulator, { clusterId: CLUSTER, clock: systemClock })
      return bind(connection.provider)
    },
    async run(machines) {
      emulator.setMachines(machines)
    },
    async deliver(packet) {
      return emulator.deliver(packet)
    },
    requests: () => emulator.journal.calls.length,
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

function addNode({ cloud }: AwsEmulator, zone: 'a' | 'b' | 'c', number: number): ClusterNode {
  const name = `node-${number}`
  const id = cloud.addInstance({ name, zone, privateIp: `10.0.${number * 32}.${number}0` })
  const zoneName = cloud.zones.find((one) => one.endsWith(zone)) ?? ''
  return { name, providerId: `aws:///${zoneName}/${id}`, addresses: [`10.0.${number * 32}.${number}0`], zone: zoneName }
}
