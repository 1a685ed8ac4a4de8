/** What clients meet at our load balancers: which packets from where reach which nodes, by IP family, as the emulated cloud carries them. */
import type { GcpEmulator, JsonObject, Sent } from '../../../emulators/gcp/index.ts'
import { familyOf, parseAddress } from '../../../src/model/address.ts'
import type { CloudObject } from '../under-test.ts'
import { insert, read } from './foreign.ts'

/** Of machines inside the network, in a zone that has a node too. */
const COLLEAGUES = '10.0.0.5'
/** In each of the ranges that Services of the walks name, in none of them, and inside the network: what a last digit is added to. */
const CLIENTS = {
  IPv4: ['192.0.2.', '198.51.100.', '203.0.113.', COLLEAGUES],
  IPv6: ['2001:db8::', '2001:db8:1::', '2001:db9::', 'fd20:db8:0:9::'],
} as const
/** More than there are nodes: with affinity too, clients that follow each other come to all of them. */
const DIGITS = [1, 2, 3, 4, 5]
/** Those of the walks, and two that no Service has. */
const PORTS = [22, 53, 80, 90, 443, 8_000, 8_001, 8_002, 8_006, 8_007, 8_080, 9_000, 9_090]
/** Longer than any health check takes to decide. */
const HEALTH_MS = 3_600_000
/** Ports that health checks of the walks ask: kube-proxy's own is answered unless something else is said. */
const ASKED = [8_080, 32_000]
const KUBE_PROXY = 10_256

type Gcp = Pick<GcpEmulator, 'cloud' | 'deliver' | 'setMachines' | 'advance'>

/** The clients inside, and what many networks have: a rule that lets in all that is inside. Only what denies keeps it out. */
export function addColleagues(gcp: Gcp): void {
  const { ids, zones } = gcp.cloud
  for (const digit of DIGITS) gcp.cloud.addMachine({ name: `colleague-${digit}`, privateIp: `${COLLEAGUES}${digit}`, zone: zones[1] ?? '' })
  const inside = { network: ids.network, priority: 65_534, allowed: [{ IPProtocol: 'all' }] }
  insert(gcp, 'firewalls', { ...inside, name: 'inside', sourceRanges: ['10.0.0.0/8'] })
  insert(gcp, 'firewalls', { ...inside, name: 'inside-six', sourceRanges: ['fd20::/16'] })
}

interface Node {
  readonly name: string
  readonly providerId: string
  readonly addresses: readonly string[]
}

/** A line for each address and client: the ports that are answered, and by which nodes; and who answers while a node says that it is not healthy. Sorted. */
export function packetsThrough(gcp: Gcp, nodes: readonly Node[], ours: readonly CloudObject[]): readonly string[] {
  const addresses = new Set(ours.flatMap(({ kind, id }) => (kind === 'forwardingRules' ? [addressIn(read(gcp, id))] : [])))
  const linesOf = (): readonly string[] => [...addresses].flatMap((to) => linesAt(gcp, to))
  setHealth(gcp, nodes, nodes)
  const healthy = linesOf()
  setHealth(
    gcp,
    nodes,
    nodes.filter((_, i) => i !== 1),
  )
  return [...healthy, ...linesOf().map((line) => `${line}, while the second node is not healthy`)].toSorted()
}

/** Canonical. An IPv6 rule has a network of 96 bits, of which the first address is published. */
function addressIn({ IPAddress }: JsonObject): string {
  const [literal = ''] = typeof IPAddress === 'string' ? IPAddress.split('/') : []
  return parseAddress(literal) ?? literal
}

function setHealth(gcp: Gcp, nodes: readonly Node[], healthy: readonly Node[]): void {
  const answers = nodes.flatMap((node) => {
    const isHealthy = healthy.includes(node)
    // A check by TCP is content with any answer.
    return [{ node, port: KUBE_PROXY, isHealthy }, ...(isHealthy ? ASKED.map((port) => ({ node, port, isHealthy })) : [])]
  })
  gcp.setMachines({ pods: [], nodePorts: [], health: answers })
  gcp.advance(HEALTH_MS)
}

function linesAt(gcp: Gcp, to: string): readonly string[] {
  const family = familyOf(to)
  return CLIENTS[family].map((from) => {
    const open = PORTS.flatMap((port) =>
      (['TCP', 'UDP'] as const).flatMap((protocol) => {
        const reached = nodesReached(gcp, from, { to, port, protocol })
        return reached.length === 0 ? [] : [`${port}/${protocol} by ${reached.join('+')}`]
      }),
    )
    return `${family} from ${from}: ${open.length === 0 ? 'nothing' : open.join(', ')}`
  })
}

/** No pod runs there: a packet that comes as far as a node is dropped by that node. */
function nodesReached(gcp: Gcp, from: string, sent: Omit<Sent, 'from'>): readonly string[] {
  const reached = new Set<string>()
  for (const digit of DIGITS) {
    const delivery = gcp.deliver({ ...sent, from: `${from}${digit}` })
    if (!('dropped' in delivery) || delivery.at !== 'target') break
    reached.add(delivery.dropped.split(' ')[0] ?? '')
  }
  return [...reached].toSorted()
}
