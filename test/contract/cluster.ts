/** A cluster as far as a load balancer meets it: nodes, pods, and Services that ask for something. It keeps what a Service has published, as the API server would. */
import type { Backends, ClusterNode, HealthCheck, ListenerKey, LoadBalancer, NodeSet, PortBackends, Protocol } from '../../src/model/load-balancer.ts'
import type { Machines, NodePort, PublishedPort } from '../../emulators/cloud/machines.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import type { Place } from '../../src/model/status.ts'
import type { Desired, NodesReachedBy } from '../../src/provider/provider.ts'
import { type Ask, owner, wish } from './wish.ts'

export type { Machines } from '../../emulators/cloud/machines.ts'

/** What answers where something left the cluster. */
export const STRAY = 'stray'
const STRAY_IP = '10.244.250.250'

export interface Pod {
  readonly name: string
  readonly ips: readonly string[]
  readonly node: string
  /** `broken`: the cluster takes it for ready, and it does not answer. */
  readonly state: 'ready' | 'unready' | 'terminating' | 'broken'
}

export interface ContractService {
  readonly owner: NamedOwner
  readonly ask: Ask
  /** Names of its pods, whichever of them are there. */
  readonly pods: readonly string[]
  readonly createdAt: string
  /** `follow`: its wish may not be carried out (malformed, paused). */
  readonly mode: 'want' | 'follow'
  /** `hidden`: it lives, and the present view of the cluster does not show it. */
  readonly isHidden: boolean
  readonly published: readonly Place[]
  readonly lingering: readonly { readonly place: Place; readonly until: number }[]
}

export interface ClusterProps {
  readonly targets: 'nodes' | 'pods'
  /** `publishedAddress`: no Service has a node port. Default `nodePort`. */
  readonly nodesReachedBy?: NodesReachedBy
  readonly nodes: readonly ClusterNode[]
}

export class Cluster {
  readonly targets: 'nodes' | 'pods'
  readonly #hasNodePorts: boolean
  readonly pods = new Map<string, Pod>()
  readonly services = new Map<string, ContractService>()
  /** All that ever were: one that left is somebody else's machine now. */
  readonly #allNodes: ClusterNode[]
  #nodeSet: NodeSet
  /** Addresses of pods that left: something else answers there now. */
  readonly #left = new Set<string>()
  readonly #nodePorts = new Map<number, string>()
  #born = 0

  constructor({ targets, nodesReachedBy = 'nodePort', nodes }: ClusterProps) {
    this.targets = targets
    this.#hasNodePorts = nodesReachedBy === 'nodePort'
    this.#allNodes = [...nodes]
    this.#nodeSet = { nodes }
  }

  get nodes(): readonly ClusterNode[] {
    return this.#nodeSet.nodes
  }

  addNode(node: ClusterNode): void {
    this.#allNodes.push(node)
    this.#nodeSet = { nodes: [...this.nodes, node] }
  }

  /** What is sent to its node ports, or to published addresses through it, is answered by a stray pod from now on. */
  removeNode(name: string): void {
    this.#nodeSet = { nodes: this.nodes.filter((node) => node.name !== name) }
  }

  /** Its address belongs to a stray pod from now on. */
  removePod(name: string): void {
    for (const ip of this.pods.get(name)?.ips ?? []) this.#left.add(ip)
    this.pods.delete(name)
  }

  /** A pod on a node, `a` on the first, with an IPv4 address. A name that is there already changes its state. */
  pod(name: string, node = 0, state: Pod['state'] = 'ready', ip?: string): void {
    const known = this.pods.get(name)
    const number = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 250, 7) + 1
    const ips = known?.ips ?? [ip ?? `10.244.${node + 1}.${number}`]
    this.pods.set(name, { name, ips, node: known?.node ?? this.nodes[node]?.name ?? '', state })
  }

  service(name: string, ask: Ask, pods: readonly string[], more: Partial<Pick<ContractService, 'mode' | 'isHidden'>> = {}): NamedOwner {
    const known = this.services.get(name)
    const service: ContractService = {
      owner: known?.owner ?? owner(name),
      createdAt: known?.createdAt ?? new Date(Date.UTC(2026, 0, 1) + 1000 * this.#born++).toISOString(),
      published: known?.published ?? [],
      lingering: known?.lingering ?? [],
      mode: 'want',
      isHidden: false,
      ask,
      pods,
      ...more,
    }
    this.services.set(name, service)
    return service.owner
  }

  /** Keeps these Services, as they are until set anew; the others are deleted. */
  keep(...names: readonly string[]): void {
    for (const name of this.services.keys()) if (!names.includes(name)) this.services.delete(name)
  }

  desired({ owner: who, ask, pods }: ContractService): Desired<never> {
    const bare = wish({ targets: this.targets, ...ask })
    const ports = bare.settings.listeners.map(({ key }): [ListenerKey, PortBackends] => [key, this.#backendsOf(who, key, pods)])
    const backends: Backends = {
      nodes: this.#nodeSet,
      ports: Object.fromEntries(ports),
      ...(ask.externalTrafficPolicy === 'Local' ? { healthCheckNodePort: this.#nodePort(who, 'health') } : {}),
    }
    const listeners = bare.settings.listeners.map((one) => ({
      ...one,
      healthCheck: ask.externalTrafficPolicy === 'Local' ? this.#localCheck(who) : this.#reachable(one.healthCheck),
    }))
    return { ...bare, settings: { ...bare.settings, listeners }, backends: ask.backends ?? backends }
  }

  /** What runs, for the world that makes it real: pods that answer with their name, and what the nodes forward. */
  machines(): Machines {
    const wants = [...this.services.values()].map((service) => ({ service, desired: this.desired(service) }))
    const ports = new Map<string, Set<number>>()
    for (const { service, desired } of wants) {
      for (const name of service.pods) for (const { port } of desired.settings.listeners) ports.set(name, (ports.get(name) ?? new Set()).add(podPort(port)))
    }
    const all = [...new Set([...ports.values()].flatMap((some) => [...some]))]
    const strays = [...this.#left, ...(this.nodes.length < this.#allNodes.length ? [STRAY_IP] : [])]
    return {
      pods: [
        ...[...this.pods.values()].filter(({ state }) => state !== 'broken').map(({ name, ips }) => ({ name, ips, ports: [...(ports.get(name) ?? [])] })),
        ...(strays.length === 0 ? [] : [{ name: STRAY, ips: strays, ports: all }]),
      ],
      nodePorts: wants.flatMap(({ service, desired }) => this.#forwarded(service, desired)),
      published: wants.flatMap(({ service, desired }) => this.#opened(service, desired)),
      health: wants.flatMap(({ service, desired }) => this.#health(service, desired)),
    }
  }

  #backendsOf(who: NamedOwner, key: ListenerKey, names: readonly string[]): PortBackends {
    const pods = names.flatMap((name) => this.pods.get(name) ?? [])
    const ready = pods.filter(({ state }) => state === 'ready' || state === 'broken')
    const usable = ready.length > 0 ? ready : pods.filter(({ state }) => state === 'terminating')
    const port = podPort(Number(key.split('/')[0]))
    const endpoints = usable.flatMap(({ ips, node }) => ips.map((ip) => ({ ip, port, node }))).toSorted((a, b) => (a.ip < b.ip ? -1 : 1))
    return { ...(this.#hasNodePorts ? { nodePort: this.#nodePort(who, key) } : {}), endpoints }
  }

  #forwarded(service: ContractService, { settings }: Desired<never>): readonly NodePort[] {
    if (this.targets !== 'nodes' || !this.#hasNodePorts) return []
    return settings.listeners.flatMap(({ key, protocol }) =>
      this.#allNodes.map((node) => ({
        node,
        port: this.#nodePort(service.owner, key),
        protocol: wireProtocol(protocol),
        to: this.#leadsTo(node, key, service, settings),
      })),
    )
  }

  /** As kube-proxy does once the status says so: with ipMode Proxy, and for a host name, nothing. Who may come in is left to the load balancer. */
  #opened(service: ContractService, { settings }: Desired<never>): readonly PublishedPort[] {
    const addresses = service.published.flatMap((place) => ('ip' in place && place.ipMode !== 'Proxy' ? [place.ip] : []))
    if (this.targets !== 'nodes') return []
    return addresses.flatMap((address) =>
      settings.listeners.flatMap(({ key, port, protocol }) =>
        this.#allNodes.flatMap((node) => {
          const to = this.#leadsTo(node, key, service, settings)
          const isClosed = settings.externalTrafficPolicy === 'Local' && to.length === 0
          return isClosed ? [] : [{ node, address, port, protocol: wireProtocol(protocol), to }]
        }),
      ),
    )
  }

  /** Where a node leads what comes for a listener: all endpoints, with policy Local its own. */
  #leadsTo(node: ClusterNode, key: ListenerKey, { owner: who, pods }: ContractService, { externalTrafficPolicy }: LoadBalancer): NodePort['to'] {
    if (!this.nodes.includes(node)) return [{ ip: STRAY_IP, port: podPort(Number(key.split('/')[0])) }]
    const { endpoints } = this.#backendsOf(who, key, pods)
    return externalTrafficPolicy === 'Local' ? endpoints.filter((endpoint) => endpoint.node === node.name) : endpoints
  }

  #health({ owner: who, pods }: ContractService, { settings }: Desired<never>): Machines['health'] {
    if (settings.externalTrafficPolicy !== 'Local') return []
    const ready = new Set(pods.flatMap((name) => this.pods.get(name) ?? []).flatMap(({ node, state }) => (state === 'ready' ? [node] : [])))
    return this.nodes.map((node) => ({ node, port: this.#nodePort(who, 'health'), isHealthy: ready.has(node.name) }))
  }

  /** Nodes without node ports answer for kube-proxy alone. */
  #reachable(check: HealthCheck): HealthCheck {
    return this.#hasNodePorts || check.port !== 'traffic' ? check : { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' }
  }

  #localCheck(who: NamedOwner): Desired<never>['settings']['listeners'][number]['healthCheck'] {
    return { protocol: 'http', port: this.#nodePort(who, 'health'), path: '/', from: 'healthCheckNodePort' }
  }

  /** The same for the same port, whatever else there is or was; one for TCP and UDP on one number, as Kubernetes gives to ports that are made together. */
  #nodePort({ uid }: NamedOwner, what: string): number {
    const name = `${uid} ${what.split('/')[0]}`
    let port = 30_000 + Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2_749, 0)
    while ((this.#nodePorts.get(port) ?? name) !== name) port++
    this.#nodePorts.set(port, name)
    return port
  }
}

function wireProtocol(protocol: Protocol): 'TCP' | 'UDP' {
  return protocol === 'UDP' ? 'UDP' : 'TCP'
}

/** Where a pod listens for what arrives at a Service's port. */
export function podPort(port: number): number {
  return 8000 + port
}
