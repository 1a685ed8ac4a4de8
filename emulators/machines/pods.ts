/**
 * Runs the pods of the playground: an address from the node's range for each, and a little server that answers on its container ports and on whatever
 * port a Service sends its traffic to. A port that cannot be opened keeps the pod from being ready, and the reason is shown.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Execution, PodLog } from '../kubernetes/index.ts'
import type { ApiObject, ClusterAccess } from '../kubernetes/resource.ts'
import type { Networks } from './networks.ts'
import { createPodServer, type PodServer } from './pod-server.ts'
import { type ClusterDns, type RunningPod, runPod } from './pod/pod.ts'

export interface PodRunner {
  /** Resolves when the pod answers. */
  start(pod: ApiObject): Promise<{ readonly podIP: string; readonly podIPs: readonly string[] }>
  stop(pod: ApiObject): Promise<void>
  /** A connection to a TCP port of a pod, for port-forwards. Rejects when the pod does not run, or nothing listens there. */
  dial(pod: ApiObject, port: number): Promise<Socket>
  /** Runs one of the commands that the pods know; answers its exit code. Rejects when the container does not run. */
  exec(execution: Execution): Promise<number>
  /** Undefined: the container has not started. */
  logOf(pod: ApiObject, container: string): PodLog | undefined
  close(): Promise<void>
}

export interface PodRunnerOptions {
  readonly cluster: ClusterAccess
  /** The range of a node's pods by the node's name: `10.244.1`. */
  readonly podPrefix: (node: string) => string
  readonly foundAt: Networks['foundAt']
  /** Of the other family, by the address of the pod; absent: pods have one address. */
  readonly secondAddress?: (podIp: string) => string
  readonly onError: (message: string) => void
  readonly standsFor: Networks['standsFor']
  /** Undefined: the cluster has none. */
  readonly dns: ClusterDns | undefined
}

/** .1 is the node's own. */
const FIRST_HOST = 2
const HOSTS = 253

interface Running {
  readonly podIp: string
  /** One for each of its addresses. */
  readonly servers: readonly { readonly ip: string; readonly server: PodServer }[]
  readonly pod: RunningPod
}

interface PodSpec {
  readonly nodeName?: string
  readonly containers?: readonly { readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[] }[]
}

interface Slice {
  readonly ports?: readonly { readonly port?: number; readonly protocol?: string }[] | null
  readonly endpoints?: readonly { readonly targetRef?: { readonly uid?: string } }[] | null
}

export function createPodRunner(options: PodRunnerOptions): PodRunner {
  const running = new Map<string, Running>()
  const lastHosts = new Map<string, number>()
  const openPort = (pod: Running, port: number, protocol?: string): Promise<void> => open(pod, { port, protocol, onError: options.onError })
  const runningAs = ({ metadata: { uid, name } }: ApiObject): Running => {
    const it = running.get(uid)
    if (it === undefined) throw new Error(`pod ${name} does not run`)
    return it
  }
  const unsubscribe = onTargetPort(options.cluster, (uid, port, protocol) => {
    const pod = running.get(uid)
    if (pod !== undefined) void openPort(pod, port, protocol)
  })
  return {
    async start(pod) {
      const { nodeName = '', containers = [] } = pod['spec'] as PodSpec
      const podIp = nextAddress(options.podPrefix(nodeName), new Set([...running.values()].map((other) => other.podIp)), lastHosts)
      const ips = [podIp, ...(options.secondAddress === undefined ? [] : [options.secondAddress(podIp)])] as const
      const it = run(pod, ips, options)
      running.set(pod.metadata.uid, it)
      for (const { containerPort, protocol } of containers.flatMap(({ ports = [] }) => ports)) await openPort(it, containerPort, protocol)
      return { podIP: podIp, podIPs: ips }
    },
    async stop(pod) {
      const it = running.get(pod.metadata.uid)
      running.delete(pod.metadata.uid)
      if (it !== undefined) await end(it)
    },
    dial: async (pod, port) => connected(options.foundAt(runningAs(pod).podIp, port)),
    exec: async (execution) => runningAs(execution.pod).pod.execute(execution),
    logOf: ({ metadata: { uid } }, container) => running.get(uid)?.pod.logOf(container),
    async close() {
      unsubscribe()
      await Promise.all([...running.values()].map(end))
      running.clear()
    },
  }
}

/** Calls for each port that a Service sends its traffic to, with the uid of the pod. Answers how to stop. */
function onTargetPort(cluster: ClusterAccess, found: (uid: string, port: number, protocol: string | undefined) => void): () => void {
  return cluster.subscribe('endpointslices', ({ type, object }) => {
    if (type === 'DELETED') return
    const { endpoints, ports } = object as unknown as Slice
    for (const { targetRef } of endpoints ?? []) {
      for (const { port, protocol } of ports ?? []) if (targetRef?.uid !== undefined && port !== undefined) found(targetRef.uid, port, protocol)
    }
  })
}

/** `podIps`: the first is the one that it is dialled at. */
function run(object: ApiObject, podIps: readonly [string, ...string[]], options: PodRunnerOptions): Running {
  const { foundAt, standsFor } = options
  const pod = runPod(object, { ...options, podIps })
  const { respond, log: onServed } = pod
  const serverAt = (podIp: string): PodServer =>
    createPodServer({ name: object.metadata.name, podIp, foundAt: (port) => foundAt(podIp, port), standsFor, respond, onServed })
  return { podIp: podIps[0], servers: podIps.map((ip) => ({ ip, server: serverAt(ip) })), pod }
}

async function end({ pod, servers }: Running): Promise<void> {
  pod.end()
  await Promise.all(servers.map(({ server }) => server.close()))
}

async function connected({ ip, port }: { readonly ip: string; readonly port: number }): Promise<Socket> {
  const socket = connect({ host: ip, port, noDelay: true })
  await once(socket, 'connect')
  return socket
}

interface Opening extends Pick<PodRunnerOptions, 'onError'> {
  readonly port: number
  /** Default: TCP. */
  readonly protocol: string | undefined
}

async function open({ servers }: Running, { port, protocol = 'TCP', onError }: Opening): Promise<void> {
  if (protocol !== 'TCP' && protocol !== 'UDP') return
  for (const { ip, server } of servers) {
    try {
      await server.open(port, protocol)
    } catch (error) {
      onError(`pod ${ip} cannot listen on port ${port}/${protocol}: ${String(error)}`)
    }
  }
}

/** The next host of the node's /24 that is free. Not the lowest: an address that was just given back is not given to another pod at once. */
function nextAddress(prefix: string, taken: ReadonlySet<string>, last: Map<string, number>): string {
  const before = last.get(prefix) ?? FIRST_HOST - 1
  for (let step = 1; step <= HOSTS; step++) {
    const host = FIRST_HOST + ((before - FIRST_HOST + step + HOSTS) % HOSTS)
    if (taken.has(`${prefix}.${host}`)) continue
    last.set(prefix, host)
    return `${prefix}.${host}`
  }
  throw new Error(`All ${HOSTS} pod addresses of the node (${prefix}.0/24) are in use. Scale down, or start the playground with more --nodes.`)
}
