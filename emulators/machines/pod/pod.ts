/** One pod of the playground while it runs: its address, its containers with their variables and logs, its files, and what its little server answers. */
import type { Answer, Question } from '../../dns/index.ts'
import type { Execution } from '../../kubernetes/index.ts'
import type { ApiObject, ClusterAccess } from '../../kubernetes/resource.ts'
import type { Networks } from '../networks.ts'
import type { Served } from '../pod-server.ts'
import type { Inside } from './commands/command.ts'
import { type Container, environmentOf } from './environment.ts'
import { execute } from './execution.ts'
import { filesOf, HOSTS, hostnameOf, RESOLV_CONF } from './files.ts'
import { type HttpAsked, type HttpResponse, ONLY_HOST, responseTo } from './http-response.ts'
import { type ContainerLog, createLog } from './log.ts'
import { reach } from './reach.ts'
import { readHosts, readResolvConf } from './resolution.ts'

export interface ClusterDns {
  readonly ip: string
  readonly port: number
  readonly answerTo: (question: Question) => Answer
}

export interface PodOptions {
  readonly cluster: ClusterAccess
  readonly foundAt: Networks['foundAt']
  readonly dns: ClusterDns | undefined
  readonly podIps: readonly string[]
}

export interface RunningPod {
  /** `port`: of the container that names it, or else of the first one. */
  readonly respond: (port: number, asked: HttpAsked, greeting: string) => HttpResponse
  readonly log: (served: Served) => void
  logOf(container: string): ContainerLog | undefined
  execute(execution: Execution): Promise<number>
  end(): void
}

interface RunningContainer {
  readonly environment: ReadonlyMap<string, string>
  readonly log: ContainerLog
  readonly ports: readonly number[]
}

/** With what the cluster has now: a Service that is created later is in no variable. */
export function runPod(pod: ApiObject, options: PodOptions): RunningPod {
  const { cluster } = options
  const files = filesOf(pod, options)
  const containers = containersOf(pod, options)
  const at = (port: number): RunningContainer | undefined => [...containers.values()].find(({ ports }) => ports.includes(port)) ?? [...containers.values()][0]
  const ended = new AbortController()
  return {
    respond(port, asked, greeting) {
      // An annotation may be changed while the pod runs.
      const { annotations } = (cluster.get('pods', pod.metadata.namespace, pod.metadata.name) ?? pod).metadata
      return responseTo(asked, { onlyHost: annotations?.[ONLY_HOST], files, environment: at(port)?.environment ?? new Map(), greeting })
    },
    log({ port, client, protocol, what }) {
      at(port)?.log.add(`${cluster.now().toISOString()} ${client} ${protocol} ${port} ${what}`.trimEnd())
    },
    logOf: (container) => containers.get(container)?.log,
    async execute(execution) {
      const container = containers.get(execution.container)
      if (container === undefined) throw new Error(`container ${execution.container} of pod ${pod.metadata.name} does not run`)
      return execute(execution, { pod: insideOf(pod, { ...options, files, environment: container.environment }), ended: ended.signal })
    },
    end() {
      ended.abort()
      for (const { log } of containers.values()) log.end()
    },
  }
}

interface ContainerSpec extends Container {
  readonly ports?: readonly { readonly containerPort: number }[]
}

function containersOf(pod: ApiObject, { cluster, podIps }: PodOptions): ReadonlyMap<string, RunningContainer> {
  const { containers = [], nodeName = '' } = pod['spec'] as { readonly containers?: readonly ContainerSpec[]; readonly nodeName?: string }
  const { namespace } = pod.metadata
  const source = { pod, podIps, hostIps: addressesOfNode(cluster, nodeName), hostname: hostnameOf(pod), services: cluster.list('services') }
  const dataOf = (kind: 'configmaps' | 'secrets', name: string): ReadonlyMap<string, string> | undefined => dataIn(kind, cluster.get(kind, namespace, name))
  return new Map(
    containers.map((container) => {
      const { variables, leftOut } = environmentOf({ ...source, container, dataOf })
      const log = createLog(() => cluster.now())
      for (const reason of leftOut) log.add(`left out of the environment: ${reason}`)
      return [container.name, { environment: variables, log, ports: (container.ports ?? []).map(({ containerPort }) => containerPort) }]
    }),
  )
}

function addressesOfNode(cluster: ClusterAccess, name: string): readonly string[] {
  const { addresses = [] } = (cluster.get('nodes', undefined, name)?.['status'] ?? {}) as { readonly addresses?: readonly { type: string; address: string }[] }
  return addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address)
}

function dataIn(kind: 'configmaps' | 'secrets', object: ApiObject | undefined): ReadonlyMap<string, string> | undefined {
  if (object === undefined) return undefined
  const data = Object.entries((object['data'] ?? {}) as Readonly<Record<string, string>>)
  return new Map(kind === 'configmaps' ? data : data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

type Surroundings = PodOptions & Pick<Inside, 'files' | 'environment'>

function insideOf(pod: ApiObject, { files, environment, podIps, dns, foundAt }: Surroundings): Omit<Inside, 'input' | 'out' | 'err' | 'signal'> {
  const conf = readResolvConf(files.get(RESOLV_CONF) ?? '')
  const nameserver = dns !== undefined && conf.nameservers.includes(dns.ip) ? dns : undefined
  const [podIp = ''] = podIps
  return {
    environment,
    files,
    hostname: hostnameOf(pod),
    podIps,
    resolution: { conf, hosts: readHosts(files.get(HOSTS) ?? ''), ask: nameserver?.answerTo },
    nameserver,
    reach: (target) => reach(podIp, target, foundAt),
    sourceFor: ({ ip }) => foundAt(podIps.find((own) => own.includes(':') === ip.includes(':')) ?? podIp, 0).ip,
  }
}
