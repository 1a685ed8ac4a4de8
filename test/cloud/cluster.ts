/** What a user of kubectl has at hand: Services in a namespace of their own, and what runs behind them. */
import { isDeepStrictEqual } from 'node:util'
import type { ClusterAccess } from '../../emulators/kubernetes/resource.ts'
import type { Machines, MachineNode, NodePort, PublishedPort } from '../../emulators/cloud/machines.ts'
import type { Condition, Service, ServicePort } from '../../src/model/cluster.ts'
import type { NodesReachedBy } from '../../src/provider/provider.ts'
import type { Server } from '../controller/server.ts'
import type { Emulator } from './under-test.ts'

export interface ServiceParts {
  readonly annotations?: Readonly<Record<string, string | null>>
  readonly spec?: object
}

export interface PublishedEvent {
  readonly type: string
  readonly reason: string
  readonly note: string
}

/** A machine of the cluster, as its Node names it. */
export interface Machine {
  readonly name: string
  readonly providerId: string
  readonly ip: string
  readonly ipv6?: string
  /** The cloud's name of the zone. */
  readonly zone: string
}

/** Where every pod listens. */
export const POD_PORT = 8080

export interface ClusterProps {
  readonly server: Server
  readonly emulator: Pick<Emulator, 'setMachines'>
  readonly className: string
  readonly machines: readonly Machine[]
  /** As the provider says. Absent: by node ports. */
  readonly nodesReachedBy?: NodesReachedBy
  readonly namespace: string
}

export class Cluster {
  readonly namespace: string
  readonly #server: Server
  readonly #props: ClusterProps
  /** Whose Nodes are there. */
  readonly #nodes: Machine[]
  /** Addresses of the pods of each Service. */
  readonly #pods = new Map<string, readonly string[]>()
  /** As the cloud knows them. */
  #machines: Machines | undefined
  #unsubscribe: () => void = () => {}

  constructor(props: ClusterProps) {
    this.#props = props
    this.#server = props.server
    this.#nodes = [...props.machines]
    this.namespace = props.namespace
  }

  async open(): Promise<void> {
    await this.#server.user('POST', '/api/v1/namespaces', { metadata: { name: this.namespace } })
    for (const machine of this.#nodes) await this.#addNode(machine)
    // As kube-proxy does: nodes take what comes for an address as soon as it is in the status.
    if (this.#props.nodesReachedBy === 'publishedAddress') this.#unsubscribe = this.#access.subscribe('services', () => this.#setMachines(this.#shown()))
  }

  get #access(): ClusterAccess {
    const { cluster } = this.#server
    if (cluster === undefined) throw new Error('this server does not show at once what Services publish')
    return cluster
  }

  /** Services as they are now, without a request: an answer may be older than what was heard meanwhile. */
  #shown(): readonly Service[] {
    return this.#access.list('services', this.namespace) as unknown as readonly Service[]
  }

  async #addNode({ name, providerId, zone, ...machine }: Machine): Promise<void> {
    const there = await this.#server.user('GET', `/api/v1/nodes/${name}`).catch(() => undefined)
    if (there !== undefined) return
    await this.#server.user('POST', '/api/v1/nodes', {
      metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
      spec: { providerID: providerId },
    })
    await this.#address(name, addressesOf(machine))
  }

  async #address(node: string, addresses: readonly string[]): Promise<void> {
    await this.#server.user('PATCH', `/api/v1/nodes/${node}/status`, { status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) } })
  }

  /** A Node of a machine that the cloud has. Pods take turns on it too from now on. */
  async join(machine: Machine): Promise<void> {
    this.#nodes.push(machine)
    await this.#addNode(machine)
    await this.#run()
  }

  /** A Node whose machine the cloud does not know, or that is not running. */
  async addGhost({ name, providerId, ip }: Omit<Machine, 'zone'>): Promise<void> {
    await this.#server.user('POST', '/api/v1/nodes', { metadata: { name }, spec: { providerID: providerId } })
    await this.#address(name, [ip])
  }

  async label(node: string, labels: Readonly<Record<string, string | null>>): Promise<void> {
    await this.#server.user('PATCH', `/api/v1/nodes/${node}`, { metadata: { labels } })
  }

  async removeNode(name: string): Promise<void> {
    await this.#server.user('DELETE', `/api/v1/nodes/${name}`)
  }

  get #services(): string {
    return `/api/v1/namespaces/${this.namespace}/services`
  }

  /** With one pod behind it, unless others are named. */
  async create(name: string, parts: ServiceParts = {}, pods: readonly string[] = [`10.244.1.${this.#pods.size + 1}`]): Promise<Service> {
    const service = await this.#post(name, parts)
    this.#pods.set(name, pods)
    await this.#run()
    return service
  }

  /** Several at once, whose endpoints are written when all of them are there. */
  async createAll(services: readonly { readonly name: string; readonly parts: ServiceParts; readonly pods: readonly string[] }[]): Promise<void> {
    for (const { name, parts, pods } of services) {
      await this.#post(name, parts)
      this.#pods.set(name, pods)
    }
    await this.#run()
  }

  async #post(name: string, { annotations = {}, spec = {} }: ServiceParts): Promise<Service> {
    const service = {
      metadata: { name, annotations },
      spec: { type: 'LoadBalancer', loadBalancerClass: this.#props.className, selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }], ...spec },
    }
    return (await this.#server.user('POST', this.#services, service)) as Service
  }

  /** An annotation that is null goes. */
  async change(name: string, { annotations, spec }: ServiceParts): Promise<Service> {
    const body = { ...(annotations === undefined ? {} : { metadata: { annotations } }), ...(spec === undefined ? {} : { spec }) }
    const service = (await this.#server.user('PATCH', `${this.#services}/${name}`, body)) as Service
    await this.#run()
    return service
  }

  async pods(name: string, ips: readonly string[]): Promise<void> {
    this.#pods.set(name, ips)
    await this.#run()
  }

  async remove(name: string): Promise<void> {
    await this.#server.user('DELETE', `${this.#services}/${name}`)
  }

  async get(name: string): Promise<Service> {
    return (await this.#server.user('GET', `${this.#services}/${name}`)) as Service
  }

  async isThere(name: string): Promise<boolean> {
    return this.get(name).then(
      () => true,
      () => false,
    )
  }

  /** What is published now, without a request; only where nodes are reached by it. */
  published(name: string): readonly string[] {
    return [...new Set((this.#machines?.published ?? []).filter(({ to }) => to.length > 0 && this.#isOf(name, to)).map(({ address }) => address))]
  }

  #isOf(name: string, to: NodePort['to']): boolean {
    return to.every(({ ip }) => this.#pods.get(name)?.includes(ip) === true)
  }

  async list(): Promise<readonly Service[]> {
    return ((await this.#server.user('GET', this.#services)) as { items: readonly Service[] }).items
  }

  async events(name?: string): Promise<readonly PublishedEvent[]> {
    const { items } = (await this.#server.user('GET', `/apis/events.k8s.io/v1/namespaces/${this.namespace}/events`)) as {
      items: readonly (PublishedEvent & { readonly regarding: { readonly name: string } })[]
    }
    return items.filter(({ regarding }) => name === undefined || regarding.name === name)
  }

  /** Slices, pods and what nodes forward are as the Services ask for them now. */
  async #run(): Promise<void> {
    const services = await this.list()
    for (const service of this.#backed(services)) await this.#writeSlices(service)
    this.#setMachines(this.#server.cluster === undefined ? services : this.#shown())
  }

  #backed(services: readonly Service[]): readonly Service[] {
    return services.filter(({ metadata }) => this.#pods.has(metadata.name))
  }

  /** Pods answer with the name of their Service. */
  #setMachines(all: readonly Service[]): void {
    const services = this.#backed(all)
    const each = <T>(of: (service: Service, machine: Machine) => readonly T[]): T[] =>
      services.flatMap((service) => this.#nodes.flatMap((machine) => of(service, machine)))
    const machines: Machines = {
      pods: [...this.#pods].flatMap(([name, ips]) => ips.map((ip) => ({ name, ips: [ip], ports: [POD_PORT] }))),
      nodePorts: each((service, machine) => this.#forwarded(service, machine)),
      published: this.#props.nodesReachedBy === 'publishedAddress' ? each((service, machine) => this.#opened(service, machine)) : [],
      health: each(({ metadata, spec: { healthCheckNodePort: port } }, machine) =>
        port === undefined ? [] : [{ node: nodeOf(machine), port, isHealthy: this.#podsOn(metadata.name, machine).length > 0 }],
      ),
    }
    // The cloud judges health anew after each change.
    if (isDeepStrictEqual(machines, this.#machines)) return
    this.#machines = machines
    this.#props.emulator.setMachines(machines)
  }

  #forwarded(service: Service, machine: Machine): readonly NodePort[] {
    return (service.spec.ports ?? []).flatMap((port) =>
      port.nodePort === undefined ? [] : [{ node: nodeOf(machine), port: port.nodePort, protocol: wireOf(port), to: this.#leadsTo(service, machine) }],
    )
  }

  /** What comes for an address in the status, with ipMode `VIP` or none. */
  #opened(service: Service, machine: Machine): readonly PublishedPort[] {
    const addresses = (service.status.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode = 'VIP' }) => (ip === undefined || ipMode !== 'VIP' ? [] : [ip]))
    return addresses.flatMap((address) => {
      const to = this.#leadsTo(service, machine).filter(({ ip }) => ip.includes(':') === address.includes(':'))
      const isClosed = service.spec.externalTrafficPolicy === 'Local' && to.length === 0
      return isClosed ? [] : (service.spec.ports ?? []).map((port) => ({ node: nodeOf(machine), address, port: port.port, protocol: wireOf(port), to }))
    })
  }

  #leadsTo({ metadata: { name }, spec }: Service, machine: Machine): NodePort['to'] {
    const ips = spec.externalTrafficPolicy === 'Local' ? this.#podsOn(name, machine) : (this.#pods.get(name) ?? [])
    return ips.map((ip) => ({ ip, port: POD_PORT }))
  }

  /** Pods of a family take turns on the machines. */
  #podsOn(name: string, machine: Machine): readonly string[] {
    return (['IPv4', 'IPv6'] as const).flatMap((family) => this.#podsOf(name, family).filter((_, i) => this.#nodes[i % this.#nodes.length] === machine))
  }

  #podsOf(name: string, family: 'IPv4' | 'IPv6'): readonly string[] {
    return (this.#pods.get(name) ?? []).filter((ip) => ip.includes(':') === (family === 'IPv6'))
  }

  async #writeSlices({ metadata: { name }, spec }: Service): Promise<void> {
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${this.namespace}/endpointslices`
    for (const family of ['IPv4', 'IPv6'] as const) {
      const ips = this.#podsOf(name, family)
      const title = `${name}-${family.toLowerCase()}`
      const endpoints = ips.map((ip, i) => ({
        addresses: [ip],
        nodeName: this.#nodes[i % this.#nodes.length]?.name,
        conditions: { ready: true, serving: true, terminating: false },
      }))
      const ports = (spec.ports ?? []).map((port) => ({ name: port.name ?? '', protocol: port.protocol ?? 'TCP', port: POD_PORT }))
      const labels = { 'kubernetes.io/service-name': name }
      const there = await this.#server.user('GET', `${slices}/${title}`).catch(() => undefined)
      if (there !== undefined) await this.#server.user('PATCH', `${slices}/${title}`, { endpoints, ports })
      else if (ips.length > 0) await this.#server.user('POST', slices, { metadata: { name: title, labels }, addressType: family, endpoints, ports })
    }
  }

  /** So that the next world on this server finds nothing of this one. */
  async close(): Promise<void> {
    this.#unsubscribe()
    for (const { name } of this.#nodes) await this.removeNode(name).catch(() => undefined)
    for (const { metadata } of await this.list()) {
      await this.#server.user('PATCH', `${this.#services}/${metadata.name}`, { metadata: { finalizers: null } }).catch(() => undefined)
      await this.#server.user('DELETE', `${this.#services}/${metadata.name}`).catch(() => undefined)
    }
  }
}

function nodeOf({ name, providerId, ...machine }: Machine): MachineNode {
  return { name, providerId, addresses: addressesOf(machine) }
}

export function addressesOf({ ip, ipv6 }: Pick<Machine, 'ip' | 'ipv6'>): readonly string[] {
  return ipv6 === undefined ? [ip] : [ip, ipv6]
}

function wireOf({ protocol }: ServicePort): 'TCP' | 'UDP' {
  return protocol === 'UDP' ? 'UDP' : 'TCP'
}

export function readyOf({ status }: Service): Condition | undefined {
  return status.conditions?.find(({ type }) => type === 'fairlead.dev/Ready')
}

/** The first place that is published: a name, or an address where the cloud gives no names. */
export function hostOf({ status }: Service): string | undefined {
  const [first] = status.loadBalancer?.ingress ?? []
  return first?.hostname ?? first?.ip
}
