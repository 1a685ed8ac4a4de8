/** The contract, for the local provider with real sockets: backends are little servers, clients are bound to loopback addresses of their own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataPlane } from '../../providers/local/balancer/data-plane.ts'
import { parseNetworkMap } from '../../providers/local/balancer/network-map.ts'
import { createDataPlane } from '../../providers/local/balancer/plane.ts'
import { parsePools } from '../../providers/local/config.ts'
import { fileMemory, type Memory } from '../../providers/local/served-state.ts'
import { localProvider } from '../../providers/local/provider.ts'
import { systemClock } from '../../src/model/clock.ts'
import { silentLog } from '../../src/model/log.ts'
import { ownedFrontends } from './frontends.ts'
import { contract } from './harness.ts'
import { deliver, open } from './local-client.ts'
import { LocalMachines } from './local-machines.ts'
import type { World } from './world.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'))
/** Worlds of processes that run at the same time stay apart: each has a /16 of loopback to itself, taken by holding a socket in it. */
const FIRST_NET = 20

async function localWorld(targets: 'nodes' | 'pods'): Promise<World> {
  const { net, guard } = await freeNet()
  const at = (rest: string): string => `127.${net}.${rest}`
  const networkMap = parseNetworkMap([`10.244.0.0/16=127.${net}.0.0/16`, `172.30.0.0/24=${at('200.0/24')}`])
  const machines = new LocalMachines((ip) => networkMap({ ip, port: 0 }).ip)
  const foreign = createServer().listen(0, at('210.9'))
  await once(foreign, 'listening')
  const directory = await mkdtemp(join(tmpdir(), 'fairlead-contract-'))
  let plane: DataPlane | undefined
  let memory: Memory | undefined
  const end = async (): Promise<void> => {
    await plane?.shutdown()
    await memory?.flush()
  }
  return {
    targets,
    nodes: [1, 2, 3].map((number) => ({ name: `node-${number}`, addresses: [`172.30.0.${number}`] })),
    clients: [at('220.5'), at('220.6'), ...(hasIpv6 ? ['::1'] : [])],
    requestable: [at('210.4'), at('210.5')],
    unserved: { addresses: ['192.0.2.1'] },
    async boot(bind) {
      await end()
      memory = fileMemory({ file: join(directory, 'state.json'), cluster: 'contract', clock: systemClock, log: silentLog })
      plane = createDataPlane({ clock: systemClock, random: Math.random, networkMap })
      const pools = parsePools([at('210.0/28'), ...(hasIpv6 ? ['::1/128'] : [])])
      return bind(localProvider({ dataPlane: plane, reach: { kind: 'direct' }, pools, lowestPort: async () => 1, portOffset: 0, kubeProxy: true, memory }))
    },
    run: (wanted) => machines.run(wanted),
    deliver,
    async connect(packet) {
      const connection = await open(packet)
      if ('dropped' in connection) throw new Error(`no connection: ${connection.dropped}`)
      return connection
    },
    owned: () => ownedFrontends((plane?.states() ?? []).map(({ frontend }) => frontend)).map((text) => text.replaceAll(`127.${net}.`, '127.X.')),
    foreign: () => [foreign.listening ? 'a server of somebody else listens' : 'a server of somebody else was closed'],
    async close() {
      await end()
      await rm(directory, { recursive: true })
      await machines.run({ pods: [], nodePorts: [], health: [] })
      foreign.close()
      guard.close()
      await once(guard, 'close')
    },
  }
}

async function freeNet(): Promise<{ readonly net: number; readonly guard: Server }> {
  for (let net = FIRST_NET; net < 240; net++) {
    const guard = createServer()
    guard.listen(39_999, `127.${net}.255.1`)
    if (await Promise.race([once(guard, 'listening').then(() => true), once(guard, 'error').then(() => false)])) return { net, guard }
  }
  throw new Error('no loopback network is free for a test')
}

const LACKS = hasIpv6 ? {} : ({ ipv6: 'this machine has no IPv6 loopback', 'dual-stack': 'this machine has no IPv6 loopback' } as const)

for (const targets of ['pods', 'nodes'] as const) {
  contract({ name: `local, ${targets} as targets`, lacks: LACKS, open: () => localWorld(targets) })
}
