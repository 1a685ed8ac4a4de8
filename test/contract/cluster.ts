/** A cluster as far as a load balancer meets it: nodes, pods, and Services that ask for something. It keeps what a Service has published, as the API server would. */
import type { Backends, ClusterNode, ListenerKey, NodeSet, PortBackends } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Place } from '../../src/model/status.ts'
import type { Desired } from '../../src/provider/provider.ts'
import { type Ask, owner, wish } from './wish.ts'

export interface Pod {
  readonly name: string
  readonly ips: readonly string[]
  readonly node: string
  /** `broken`: the cluster takes it for ready, and it does not answer. */
  readonly state: 'ready' | 'unready' | 'terminating' | 'broken'
}

export interface ContractService {
  readonly owner: Owner
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

/** A port of a node that leads to pods, as kube-proxy opens it. */
export interface NodePort {
  readonly node: ClusterNode
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly to: readonly { readonly ip: string; readonly port: number }[]
}

/** What runs, for whoever makes it real: pods that answer with their name, and what the nodes forward. */
export interface Machines {
  readonly pods: readonly { readonly name: string; readonly ips: readonly string[]; readonly ports: readonly number[] }[]
  readonly nodePorts: readonly NodePort[]
  /** What each node answers on a Service's `healthCheckNodePort`. */
  readonly health: readonly { readonly node: ClusterNode; readonly port: number; readonly isHealthy: boolean }[]
}

export class Cluster {
  readonly targets: 'nodes' | 'pods'
  readonly nodes: readonly ClusterNode[]
  readonly pods = new Map<string, Pod>()
  readonly services = new Map<string, ContractService>()
  readonly #nodeSet: NodeSet
  readonly #nodePorts = new Map<number, string>()
  #born = 0

  constructor(targets: 'nodes' | 'pods', nodes: readonly ClusterNode[]) {
    this.targets = targets
    this.nodes = nodes
    this.#nodeSet = { nodes }
  }

  /** A pod on a node, `a` on the first, with an IPv4 address. A name that is there already changes its state. */
  pod(name: string, node = 0, state: Pod['state'] = 'ready'): void {
    const known = this.pods.get(name)
    const number = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 250, 7) + 1
    const ips = known?.ips ?? [`10.244.${node + 1}.${number}`]
    this.pods.set(name, { name, ips, node: known?.node ?? this.nodes[node]?.name ?? '', state })
  }

  service(name: string, ask: Ask, pods: readonly string[], more: Partial<Pick<ContractService, 'mode' | 'isHidden'>> = {}): Owner {
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

  /** Keeps these Services, as they are until told anew; the others are deleted. */
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
      healthCheck: ask.externalTrafficPolicy === 'Local' ? this.#localCheck(who) : one.healthCheck,
    }))
    return { ...bare, settings: { ...bare.settings, listeners }, backends: ask.backends ?? backends }
  }

  machines(): Machines {
    const wants = [...this.services.values()].map((service) => ({ service, desired: this.desired(service) }))
    const ports = new Map<string, Set<number>>()
    for (const { service, desired } of wants) {
      for (const name of service.pods) for (const { port } of desired.settings.listeners) ports.set(name, (ports.get(name) ?? new Set()).add(podPort(port)))
    }
    return {
      pods: [...this.pods.values()].filter(({ state }) => state !== 'broken').map(({ name, ips }) => ({ name, ips, ports: [...(ports.get(name) ?? [])] })),
      nodePorts: wants.flatMap(({ service, desired }) => this.#forwarded(service, desired)),
      health: wants.flatMap(({ service, desired }) => this.#health(service, desired)),
    }
  }

  #backendsOf(who: Owner, key: ListenerKey, names: readonly string[]): PortBackends {
    const pods = names.flatMap((name) => this.pods.get(name) ?? [])
    const ready = pods.filter(({ state }) => state === 'ready' || state === 'broken')
    const usable = ready.length > 0 ? ready : pods.filter(({ state }) => state === 'terminating')
    const port = podPort(Number(key.split('/')[0]))
    const endpoints = usable.flatMap(({ ips, node }) => ips.map((ip) => ({ ip, port, node }))).toSorted((a, b) => (a.ip < b.ip ? -1 : 1))
    return { nodePort: this.#nodePort(who, key), endpoints }
  }

  #forwarded(service: ContractService, { settings }: Desired<never>): readonly NodePort[] {
    if (this.targets !== 'nodes') return []
    return settings.listeners.flatMap(({ key, protocol }) =>
      this.nodes.map((node) => {
        const all = this.#backendsOf(service.owner, key, service.pods).endpoints
        const to = settings.externalTrafficPolicy === 'Local' ? all.filter((one) => one.node === node.name) : all
        return { node, port: this.#nodePort(service.owner, key), protocol: protocol === 'UDP' ? 'UDP' : 'TCP', to }
      }),
    )
  }

  #health({ owner: who, pods }: ContractService, { settings }: Desired<never>): Machines['health'] {
    if (settings.externalTrafficPolicy !== 'Local') return []
    const ready = new Set(pods.flatMap((name) => this.pods.get(name) ?? []).flatMap(({ node, state }) => (state === 'ready' ? [node] : [])))
    return this.nodes.map((node) => ({ node, port: this.#nodePort(who, 'health'), isHealthy: ready.has(node.name) }))
  }

  #localCheck(who: Owner): Desired<never>['settings']['listeners'][number]['healthCheck'] {
    return { protocol: 'http', port: this.#nodePort(who, 'health'), path: '/', from: 'healthCheckNodePort' }
  }

  /** The same for the same port, whatever else there is or was; one for TCP and UDP on one number, as Kubernetes gives to ports that are made together. */
  #nodePort({ uid }: Owner, what: string): number {
    const name = `${uid} ${what.split('/')[0]}`
    let port = 30_000 + Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2_749, 0)
    while ((this.#nodePorts.get(port) ?? name) !== name) port++
    this.#nodePorts.set(port, name)
    return port
  }
}

/** Where a pod listens for what arrives at a Service's port. */
export function podPort(port: number): number {
  return 8000 + port
}
