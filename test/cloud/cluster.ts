/** What a user of kubectl has at hand: Services in a namespace of their own, and what runs behind them. */
import type { Condition, Service } from '../../src/model/cluster.ts'
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
  readonly namespace: string
}

export class Cluster {
  readonly namespace: string
  readonly #server: Server
  readonly #props: ClusterProps
  /** Addresses of the pods of each Service. */
  readonly #pods = new Map<string, readonly string[]>()

  constructor(props: ClusterProps) {
    this.#props = props
    this.#server = props.server
    this.namespace = props.namespace
  }

  async open(): Promise<void> {
    await this.#server.user('POST', '/api/v1/namespaces', { metadata: { name: this.namespace } })
    for (const machine of this.#props.machines) await this.#addNode(machine)
  }

  async #addNode({ name, providerId, ip, zone }: Machine): Promise<void> {
    const there = await this.#server.user('GET', `/api/v1/nodes/${name}`).catch(() => undefined)
    if (there !== undefined) return
    await this.#server.user('POST', '/api/v1/nodes', {
      metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
      spec: { providerID: providerId },
    })
    await this.#server.user('PATCH', `/api/v1/nodes/${name}/status`, { status: { addresses: [{ type: 'InternalIP', address: ip }] } })
  }

  /** A Node whose machine the cloud does not know, or that is not running. */
  async addGhost({ name, providerId, ip }: Omit<Machine, 'zone'>): Promise<void> {
    await this.#server.user('POST', '/api/v1/nodes', { metadata: { name }, spec: { providerID: providerId } })
    await this.#server.user('PATCH', `/api/v1/nodes/${name}/status`, { status: { addresses: [{ type: 'InternalIP', address: ip }] } })
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
  async create(
    name: string,
    { annotations = {}, spec = {} }: ServiceParts = {},
    pods: readonly string[] = [`10.244.1.${this.#pods.size + 1}`],
  ): Promise<Service> {
    const service = (await this.#server.user('POST', this.#services, {
      metadata: { name, annotations },
      spec: { type: 'LoadBalancer', loadBalancerClass: this.#props.className, selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }], ...spec },
    })) as Service
    this.#pods.set(name, pods)
    await this.#run()
    return service
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

  async list(): Promise<readonly Service[]> {
    return ((await this.#server.user('GET', this.#services)) as { items: readonly Service[] }).items
  }

  async events(name?: string): Promise<readonly PublishedEvent[]> {
    const { items } = (await this.#server.user('GET', `/apis/events.k8s.io/v1/namespaces/${this.namespace}/events`)) as {
      items: readonly (PublishedEvent & { readonly regarding: { readonly name: string } })[]
    }
    return items.filter(({ regarding }) => name === undefined || regarding.name === name)
  }

  /** Pods answer with the name of their Service. Slices, pods and node ports are as the Services ask for them now. */
  async #run(): Promise<void> {
    const services = (await this.list()).filter(({ metadata }) => this.#pods.has(metadata.name))
    for (const service of services) await this.#writeSlices(service)
    this.#props.emulator.setMachines({
      pods: [...this.#pods].flatMap(([name, ips]) => ips.map((ip) => ({ name, ips: [ip], ports: [POD_PORT] }))),
      nodePorts: services.flatMap(({ metadata, spec }) =>
        (spec.ports ?? []).flatMap(({ nodePort, protocol }) =>
          nodePort === undefined
            ? []
            : this.#props.machines.map(({ name, providerId, ip }) => ({
                node: { name, providerId, addresses: [ip] },
                port: nodePort,
                protocol: protocol === 'UDP' ? ('UDP' as const) : ('TCP' as const),
                to: (this.#pods.get(metadata.name) ?? []).map((pod) => ({ ip: pod, port: POD_PORT })),
              })),
        ),
      ),
      health: [],
    })
  }

  async #writeSlices({ metadata: { name }, spec }: Service): Promise<void> {
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${this.namespace}/endpointslices`
    for (const family of ['IPv4', 'IPv6'] as const) {
      const ips = (this.#pods.get(name) ?? []).filter((ip) => ip.includes(':') === (family === 'IPv6'))
      const title = `${name}-${family.toLowerCase()}`
      const endpoints = ips.map((ip, i) => ({
        addresses: [ip],
        nodeName: this.#props.machines[i % this.#props.machines.length]?.name,
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
    for (const { metadata } of await this.list()) {
      await this.#server.user('PATCH', `${this.#services}/${metadata.name}`, { metadata: { finalizers: null } }).catch(() => undefined)
      await this.#server.user('DELETE', `${this.#services}/${metadata.name}`).catch(() => undefined)
    }
  }
}

export function readyOf({ status }: Service): Condition | undefined {
  return status.conditions?.find(({ type }) => type === 'fairlead.dev/Ready')
}

export function hostOf({ status }: Service): string | undefined {
  return status.loadBalancer?.ingress?.[0]?.hostname
}
