/**
 * What kube-proxy does on the nodes of the playground: cluster IPs, node ports, and answers to health checks, on sockets that come and go with Services and
 * endpoints. No packet filter.
 */
import { keyOf, placeOf, Work } from '../kubernetes/controllers/work.ts'
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { createBalancers } from './balancers.ts'
import type { ServiceObject } from './endpoints.ts'
import type { Opened } from './front.ts'
import type { Networks } from './networks.ts'
import { KUBE_PROXY_HEALTH_PORT, localHealth, openHealth, proxyIsHealthy } from './node-health.ts'
import type { ProxyMode } from './proxy-mode.ts'
import { frontsOf, type FrontContext, type ProxyNode } from './service-fronts.ts'
import { openTcpFront } from './tcp-front.ts'
import { openUdpFront } from './udp-front.ts'
import { reportBadWeights, weightOf } from './pod-weights.ts'

export interface ServiceProxyOptions {
  readonly cluster: ClusterAccess
  readonly nodes: readonly ProxyNode[]
  readonly networks: Pick<Networks, 'foundAt' | 'standsFor' | 'hasIpv6'>
  /** The node that a client is on, by its address in the cluster; undefined: it has none there. */
  readonly nodeAt: FrontContext['nodeAt']
  readonly mode: ProxyMode
  /** At least 0, less than 1. */
  readonly random: () => number
  readonly onError: (message: string) => void
}

export interface ServiceProxy {
  mode(): ProxyMode
  /** New connections are spread in this way; nothing is left of affinity and turns, and open connections go on. */
  setMode(mode: ProxyMode): void
  /** Puts the clock of session affinity, and of connections that schedulers remember, forward. Answers how many clients' affinity ended. */
  advance(seconds: number): number
  close(): void
}

export function startServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { cluster, nodes, networks, onError } = options
  let [mode, skipped] = [options.mode, 0]
  const now = (): number => cluster.now().getTime() + skipped
  const balancers = createBalancers(mode, { random: options.random, weightOf: (endpoint) => weightOf(cluster, endpoint) })
  const context = { cluster, networks, balancers, mode: () => mode.mode, nodeAt: options.nodeAt, now, onError }
  const healthOf = ({ name, address }: ProxyNode): Opened =>
    openHealth(networks.foundAt(address, KUBE_PROXY_HEALTH_PORT), () => proxyIsHealthy, { what: `node ${name}, port ${KUBE_PROXY_HEALTH_PORT}`, onError })
  const health = nodes.map(healthOf)
  const sockets = new ServiceSockets(nodes, context)
  const stops = [...follow(sockets, context), reportBadWeights(cluster, onError)]
  return {
    mode: () => mode,
    setMode(next) {
      mode = next
      balancers.restart(next)
    },
    advance(seconds) {
      skipped += seconds * 1000
      return balancers.expire(now())
    },
    close() {
      for (const stop of stops) stop()
      sockets.close()
      for (const opened of health) opened.close()
    },
  }
}

/** Each Service is looked at once for all events of one moment. */
function follow(sockets: ServiceSockets, { cluster, onError }: FrontContext): readonly (() => void)[] {
  const work = new Work(
    (key) => sockets.sync(key),
    (error) => onError(String(error)),
  )
  for (const service of cluster.list('services')) work.add(keyOf(service))
  return [
    cluster.subscribe('services', ({ object }) => work.add(keyOf(object))),
    cluster.subscribe('endpointslices', ({ object: { metadata } }) => work.add(`${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`)),
    () => work.stop(),
  ]
}

/** The open sockets by Service and by what they are for. */
class ServiceSockets {
  readonly #opened = new Map<string, { readonly uid: string; readonly sockets: Map<string, Opened> }>()
  readonly #nodes: readonly ProxyNode[]
  readonly #context: FrontContext

  constructor(nodes: readonly ProxyNode[], context: FrontContext) {
    this.#nodes = nodes
    this.#context = context
  }

  /** Opens and closes what the Service and its endpoints, as they are now, ask for. */
  sync(key: string): void {
    const { namespace, name } = placeOf(key)
    const service = this.#context.cluster.get('services', namespace, name) as ServiceObject | undefined
    const known = this.#opened.get(key)
    if (known !== undefined && known.uid !== service?.metadata.uid) this.#forget(key)
    if (service === undefined) return
    const { sockets } = this.#opened.get(key) ?? { sockets: new Map<string, Opened>() }
    this.#opened.set(key, { uid: service.metadata.uid, sockets })
    const wanted = this.#wanted(service)
    for (const [of, socket] of sockets) {
      if (wanted.has(of)) continue
      socket.close()
      sockets.delete(of)
    }
    for (const [of, open] of wanted) if (!sockets.has(of)) sockets.set(of, open())
  }

  close(): void {
    for (const key of this.#opened.keys()) this.#forget(key)
  }

  #forget(key: string): void {
    const known = this.#opened.get(key)
    this.#opened.delete(key)
    for (const socket of known?.sockets.values() ?? []) socket.close()
    if (known !== undefined) this.#context.balancers.forget(known.uid)
  }

  #wanted(service: ServiceObject): ReadonlyMap<string, () => Opened> {
    const fronts = frontsOf(service, this.#nodes, this.#context).map(({ key, protocol, front }): [string, () => Opened] => [
      key,
      () => (protocol === 'TCP' ? openTcpFront(front) : openUdpFront(front)),
    ])
    return new Map([...fronts, ...this.#health(service)])
  }

  #health(service: ServiceObject): readonly [string, () => Opened][] {
    const { cluster, networks, onError } = this.#context
    const { healthCheckNodePort: port } = service.spec
    if (port === undefined) return []
    return this.#nodes.map(({ name, address }) => {
      const what = `node ${name}, port ${port}`
      const answer = (): ReturnType<typeof localHealth> => localHealth(cluster, service, name)
      return [`health ${what}`, () => openHealth(networks.foundAt(address, port), answer, { what, onError })]
    })
  }
}
