/** The objects of a large cluster as people and tools write them, labels, annotations and image lists included, so that what is read has its usual size. */
import type { Draft } from '../../../emulators/kubernetes/index.ts'

export interface ServiceOptions {
  readonly namespace: string
  readonly name: string
  readonly provider: string
  readonly ports?: number
  /** False: pods are reached directly. A cluster has 2,768 node ports unless it is set otherwise. */
  readonly nodePorts?: boolean
}

export function serviceObject({ namespace, name, provider, ports = 1, nodePorts = false }: ServiceOptions): Draft {
  const spec = {
    type: 'LoadBalancer',
    loadBalancerClass: `fairlead.dev/${provider}`,
    allocateLoadBalancerNodePorts: nodePorts,
    selector: { 'app.kubernetes.io/name': name },
    ports: Array.from({ length: ports }, (_, i) => ({ name: `port-${i}`, protocol: 'TCP', port: 8000 + i, targetPort: 9000 + i })),
  }
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'shop', 'app.kubernetes.io/managed-by': 'Helm', 'helm.sh/chart': 'shop-1.24.3' }
  const annotations = { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace, 'prometheus.io/scrape': 'true' }
  const applied = JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { annotations, labels, name, namespace }, spec })
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, labels, annotations: { ...annotations, 'kubectl.kubernetes.io/last-applied-configuration': `${applied}\n` } },
    spec,
  }
}

/** What a controller that served it at this address has written on a Service made by `serviceObject`: with it a start finds nothing to write. */
export function servedMarks(provider: string, ip: string, now: Date): { readonly metadata: object; readonly status: object } {
  const lastTransitionTime = now.toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    metadata: {
      finalizers: [`fairlead.dev/load-balancer-${provider}`],
      annotations: { [`fairlead.dev/stack-${provider}`]: provider },
    },
    status: {
      loadBalancer: { ingress: [{ ip, ipMode: 'Proxy' }] },
      conditions: [{ type: 'fairlead.dev/Ready', status: 'True', reason: 'Ready', message: `Served at ${ip}.`, lastTransitionTime }],
    },
  }
}

/** The slice of a Service made by `serviceObject`, with so many ready pods. `number`: tells one Service's pods from another's. */
export function sliceObject({ namespace, name, ports = 1 }: ServiceOptions, number: number, pods: number, nodes: number): Draft {
  const endpoint = (i: number): object => {
    const pod = number * pods + i
    const podName = `${name}-6d4cf56db6-${(pod + 100_000).toString(36)}`
    return {
      addresses: [`10.${128 + ((pod >> 16) & 127)}.${(pod >> 8) & 255}.${pod & 255}`],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: nodeName(pod % nodes),
      zone: `eu-west-1${'abc'[pod % 3]}`,
      targetRef: { kind: 'Pod', namespace, name: podName, uid: `00000000-0000-4000-8000-${String(pod).padStart(12, '0')}` },
    }
  }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      name: `${name}-x7k2p`,
      labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'bench' },
    },
    addressType: 'IPv4',
    endpoints: Array.from({ length: pods }, (_, i) => endpoint(i)),
    ports: Array.from({ length: ports }, (_, i) => ({ name: `port-${i}`, protocol: 'TCP', port: 9000 + i })),
  }
}

/** The instance behind a node, as its provider id names it, and where it stands. */
export function instanceOf(number: number): { readonly id: string; readonly zone: 'a' | 'b' | 'c' } {
  return { id: `i-${number.toString(16).padStart(17, '0')}`, zone: (['a', 'b', 'c'] as const)[number % 3] ?? 'a' }
}

export function nodeName(number: number): string {
  return `ip-10-${64 + (number >> 16)}-${(number >> 8) & 255}-${number & 255}.eu-west-1.compute.internal`
}

function addressOf(number: number): string {
  return `10.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
}

/** The machine behind a node, as its cloud knows it. */
export interface Machine {
  readonly name: string
  readonly region: string
  readonly zone: string
  readonly providerId: string
  readonly address: string
}

/** Google's are found by project, zone and name; of the others AWS' by their ids, and Azure's by their addresses. */
export function machineOf(provider: string, number: number): Machine {
  const { id, zone } = instanceOf(number)
  const address = addressOf(number)
  if (provider !== 'gcp') return { name: nodeName(number), region: 'eu-west-1', zone: `eu-west-1${zone}`, providerId: `aws:///eu-west-1${zone}/${id}`, address }
  const [region, name] = ['us-central1', `node-${number}`]
  return { name, region, zone: `${region}-${zone}`, providerId: `gce://fairlead/${region}-${zone}/${name}`, address }
}

export function nodeObject(number: number, provider = 'aws'): Draft {
  const name = nodeName(number)
  const { region, zone, providerId } = machineOf(provider, number)
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'm6i.2xlarge',
    'topology.kubernetes.io/region': region,
    'topology.kubernetes.io/zone': zone,
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
    spec: { providerID: providerId },
  }
}

const IMAGES = 35

/** What the kubelet writes. */
export function nodeStatus(number: number, now: Date): { readonly status: object } {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z')
  const condition = (type: string, status: string, reason: string): object => ({
    type,
    status,
    reason,
    message: `kubelet has ${reason}`,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  })
  const digest = (i: number): string => ((number % 7) * 1000 + i).toString(16).padStart(64, 'c0ffee')
  return {
    status: {
      addresses: [
        { type: 'InternalIP', address: addressOf(number) },
        { type: 'Hostname', address: nodeName(number) },
      ],
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
        condition('Ready', 'True', 'KubeletReady'),
      ],
      images: Array.from({ length: IMAGES }, (_, i) => ({
        names: [`registry.example.com/shop/part-${i}@sha256:${digest(i)}`, `registry.example.com/shop/part-${i}:v1.${i}.0`],
        sizeBytes: 40_000_000 + i * 1_234_567,
      })),
      nodeInfo: {
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.12.0',
        kubeletVersion: 'v1.33.4',
        operatingSystem: 'linux',
        osImage: 'Linux',
      },
    },
  }
}
