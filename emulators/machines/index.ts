/** The machines of the playground: nodes that answer on node ports and cluster IPs, and pods, on loopback addresses that stand for the cluster's own. */
import type { ApiObject, ClusterAccess } from '../kubernetes/resource.ts'
import { claimNetworks } from './networks.ts'
import type { ClusterDns } from './pod/pod.ts'
import { createPodRunner, type PodRunner } from './pods.ts'
import { DEFAULT_PROXY_MODE, type ProxyMode } from './proxy-mode.ts'
import type { ProxyNode } from './service-fronts.ts'
import { type ServiceProxy, startServiceProxy } from './service-proxy.ts'

export interface MachinesOptions {
  readonly cluster: ClusterAccess
  readonly nodes: number
  readonly random: () => number
  readonly onError: (message: string) => void
  /** The cluster's DNS: each pod has it in its `/etc/resolv.conf`, and its commands ask it. */
  readonly dns?: ClusterDns
  /** Default: iptables. */
  readonly mode?: ProxyMode
  /** How a cloud knows a node, and the zone it stands in; without it the nodes are in no cloud. */
  readonly place?: (node: { readonly name: string; readonly address: string; readonly number: number }) => Place
}

export interface Place {
  readonly providerId: string
  readonly region: string
  readonly zone: string
}

export interface Machines {
  readonly pods: PodRunner
  /** Where the networks of these machines are found on this one, as `FROM=TO`. */
  readonly networkMap: readonly string[]
  /** The same of cluster IPs. */
  readonly clusterIpMap: readonly string[]
  readonly proxy: Omit<ServiceProxy, 'close'>
  close(): Promise<void>
}

const LABELS = { 'kubernetes.io/os': 'linux' }

/** Creates the nodes and opens their ports; pods start when the cluster's controllers say so. */
export async function startMachines({
  cluster,
  nodes: count,
  random,
  onError,
  dns,
  mode = DEFAULT_PROXY_MODE,
  place = inNoCloud,
}: MachinesOptions): Promise<Machines> {
  const networks = await claimNetworks()
  if (!networks.hasIpv6) onError('this machine has no IPv6: pods and cluster IPs have IPv4 addresses alone')
  const nodes = Array.from({ length: count }, (_, i): ProxyNode => ({ name: `node-${i + 1}`, address: nodeAddress(i + 1) }))
  for (const [i, { name, address }] of nodes.entries())
    createNode(cluster, { name, ranges: podRanges(i + 1, networks.hasIpv6), address }, place({ name, address, number: i + 1 }))
  const number = (name: string): number => nodes.findIndex((node) => node.name === name) + 1
  const pods = createPodRunner({
    cluster,
    podPrefix: (node) => `10.244.${number(node)}`,
    foundAt: networks.foundAt,
    onError,
    ...(networks.hasIpv6 ? { secondAddress: pairedAddress } : {}),
    standsFor: networks.standsFor,
    dns,
  })
  const proxy = startServiceProxy({ cluster, nodes, networks, nodeAt: (address) => nodes[nodeNumberAt(address) - 1] ?? firstOf(nodes), mode, random, onError })
  return {
    pods,
    networkMap: networks.networkMap,
    clusterIpMap: networks.clusterIpMap,
    proxy,
    async close() {
      proxy.close()
      await pods.close()
      await networks.release()
    },
  }
}

function firstOf(nodes: readonly ProxyNode[]): ProxyNode {
  const [first] = nodes
  if (first === undefined) throw new TypeError('there is no node')
  return first
}

const inNoCloud: NonNullable<MachinesOptions['place']> = ({ name, number }) => ({
  providerId: `playground://${name}`,
  region: 'local',
  zone: `local-${number}`,
})

interface NewNode extends ProxyNode {
  /** Of its pods, one for each family. */
  readonly ranges: readonly string[]
}

function createNode(cluster: ClusterAccess, { name, address, ranges }: NewNode, { providerId, region, zone }: Place): ApiObject {
  const labels = { ...LABELS, 'kubernetes.io/hostname': name, 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': zone }
  const node = cluster.create('nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { podCIDRs: ranges, providerID: providerId },
  })
  const now = cluster
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
  return cluster.patchStatus('nodes', node.metadata, {
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the playground runs this node', lastHeartbeatTime: now, lastTransitionTime: now },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.33.0',
        osImage: 'playground',
        kernelVersion: 'none',
        containerRuntimeVersion: 'none',
        architecture: 'amd64',
        operatingSystem: 'linux',
      },
    },
  })
}

function nodeAddress(number: number): string {
  return `172.18.0.${number + 1}`
}

function podRanges(node: number, hasIpv6: boolean): readonly string[] {
  return [`10.244.${node}.0/24`, ...(hasIpv6 ? [`fd00:244::${(node * 256).toString(16)}/120`] : [])]
}

/** The IPv6 address of a pod, by that of IPv4: fd00:244::102 beside 10.244.1.2. */
function pairedAddress(ip: string): string {
  const [, , node = 0, host = 0] = ip.split('.').map(Number)
  return `fd00:244::${(node * 256 + host).toString(16)}`
}

/** The number of the node that an address is on, its own or that of a pod; 0: on none. */
function nodeNumberAt(address = ''): number {
  const [, node] = /^172\.18\.0\.(\d+)$/.exec(address) ?? []
  if (node !== undefined) return Number(node) - 1
  const [, pods] = /^10\.244\.(\d+)\.\d+$/.exec(address) ?? []
  if (pods !== undefined) return Number(pods)
  const [, low] = /^fd00:244::([0-9a-f]{1,4})$/.exec(address) ?? []
  return low === undefined ? 0 : Number.parseInt(low, 16) >> 8
}
