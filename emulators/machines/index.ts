/** The machines of the playground: nodes that forward node ports, and pods that answer, on loopback addresses that stand for the cluster's own. */
import type { ApiObject, ClusterAccess } from '../kubernetes/resource.ts'
import { claimNetworks } from './networks.ts'
import { type NodeProxy, startNodeProxy } from './node-proxy.ts'
import type { ClusterDns } from './pod/pod.ts'
import { createPodRunner, type PodRunner } from './pods.ts'

export interface MachinesOptions {
  readonly cluster: ClusterAccess
  readonly nodes: number
  readonly random: () => number
  readonly onError: (message: string) => void
  /** The cluster's DNS: each pod has it in its `/etc/resolv.conf`, and its commands ask it. */
  readonly dns?: ClusterDns
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
  close(): Promise<void>
}

const LABELS = { 'kubernetes.io/os': 'linux' }

/** Creates the nodes and opens their ports; pods start when the cluster's controllers say so. */
export async function startMachines({ cluster, nodes, random, onError, dns, place = inNoCloud }: MachinesOptions): Promise<Machines> {
  const { networkMap, foundAt, standsFor, release } = await claimNetworks()
  const names = Array.from({ length: nodes }, (_, i) => `node-${i + 1}`)
  for (const [i, name] of names.entries()) createNode(cluster, name, i + 1, place({ name, address: nodeAddress(i + 1), number: i + 1 }))
  const pods = createPodRunner({
    cluster,
    podPrefix: (node) => `10.244.${names.indexOf(node) + 1}`,
    foundAt,
    standsFor,
    onError,
    dns,
  })
  const proxies = names.map((node, i): NodeProxy => startNodeProxy({ cluster, node, address: foundAt(nodeAddress(i + 1), 0).ip, foundAt, random, onError }))
  const sync = (): void => {
    for (const proxy of proxies) proxy.sync()
  }
  const unsubscribe = ['services', 'endpointslices'].map((resource) => cluster.subscribe(resource, sync))
  return {
    pods,
    networkMap,
    async close() {
      for (const stop of unsubscribe) stop()
      await Promise.all([pods.close(), ...proxies.map((proxy) => proxy.close())])
      await release()
    },
  }
}

const inNoCloud: NonNullable<MachinesOptions['place']> = ({ name, number }) => ({
  providerId: `playground://${name}`,
  region: 'local',
  zone: `local-${number}`,
})

function createNode(cluster: ClusterAccess, name: string, number: number, { providerId, region, zone }: Place): ApiObject {
  const labels = { ...LABELS, 'kubernetes.io/hostname': name, 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': zone }
  const node = cluster.create('nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { podCIDR: `10.244.${number}.0/24`, podCIDRs: [`10.244.${number}.0/24`], providerID: providerId },
  })
  const now = cluster
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
  return cluster.patchStatus('nodes', node.metadata, {
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeAddress(number) },
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
