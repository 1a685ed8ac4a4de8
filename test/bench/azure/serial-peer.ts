/**
 * The way of cloud-provider-azure, as far as it takes time: one Service after the other, and for each all its reads, then one write after the other, each of which
 * is polled until it has ended and read again. It decides nothing.
 */
import type { LoadBalancer, LoadBalancerDocument, PublicAddressDocument, SecurityGroupDocument } from '../../../providers/azure/api/documents.ts'
import { openSdk, type ArmAnswer, type ArmRequest } from '../../../providers/azure/api/sdk.ts'
import { API_VERSION } from '../../../providers/azure/api/calls.ts'
import { CLOUDS } from '../../../providers/azure/api/clouds.ts'
import { type Clock, wait } from '../../../src/model/clock.ts'
import { ANY_CREDENTIAL } from './connect.ts'
import type { Place } from './subscription.ts'

/** It asks every five seconds, or when Azure says: here more often, so that the difference is not one of polling. */
const POLL_MS = 1_000
/** Plain reads for a Service that is not the first, measured. */
const READS = 9
const NODES = ['10.64.0.0', '10.64.0.1', '10.64.0.2']

export class SerialPeer {
  readonly #place: Place
  readonly #clock: Clock
  readonly #send: (request: ArmRequest) => Promise<ArmAnswer>
  readonly #signal = new AbortController().signal
  readonly #addresses: string[] = []

  constructor(place: Place, clock: Clock) {
    const { subscription, url: endpoint, authority } = place
    const sdk = openSdk({ cloud: CLOUDS.public, subscription, version: 'bench', credential: ANY_CREDENTIAL, endpoint, authority })
    this.#place = place
    this.#clock = clock
    this.#send = (request) => sdk.send(request, this.#signal)
  }

  /** Resolves when it would be served. */
  async create(number: number): Promise<void> {
    const [balancer, group, address] = [this.#idOf('loadBalancers/serial'), this.#place.securityGroup, this.#idOf(`publicIPAddresses/serial-${number}`)]
    for (let read = 3; read < READS; read++) await this.#get(this.#idOf('publicIPAddresses'))
    await this.#get(address)
    const known = await this.#get<LoadBalancerDocument>(balancer)
    const rules = await this.#get<SecurityGroupDocument>(group)
    const made = await this.#put<PublicAddressDocument>(address, this.#address())
    this.#addresses.push(made.properties?.ipAddress ?? '')
    await this.#put(balancer, this.#balancer(balancer, address, number, known), known?.etag)
    await this.#put(group, this.#group(rules), rules?.etag)
  }

  #idOf(path: string): string {
    const { subscription, resourceGroup } = this.#place
    return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/${path}`
  }

  #address(): PublicAddressDocument {
    return { location: this.#place.location, sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' } }
  }

  #balancer(id: string, addressId: string, number: number, known: LoadBalancerDocument | undefined): LoadBalancerDocument {
    const name = `service-${number}`
    const child = (list: keyof LoadBalancer, of = name): { readonly id: string } => ({ id: `${id}/${list}/${of}` })
    const virtualNetwork = { id: this.#place.virtualNetwork }
    const { frontendIPConfigurations = [], loadBalancingRules = [], probes = [], backendAddressPools } = known?.properties ?? {}
    const rule = {
      protocol: 'Tcp',
      frontendPort: 8_000,
      backendPort: 8_000,
      enableFloatingIP: true,
      disableOutboundSnat: true,
      frontendIPConfiguration: child('frontendIPConfigurations'),
      backendAddressPool: child('backendAddressPools', 'nodes'),
      probe: child('probes'),
    } as const
    const members = NODES.map((ipAddress) => ({ name: ipAddress, properties: { ipAddress, virtualNetwork } }))
    const properties: LoadBalancer = {
      frontendIPConfigurations: [...frontendIPConfigurations, { name, properties: { publicIPAddress: { id: addressId } } }],
      loadBalancingRules: [...loadBalancingRules, { name, properties: rule }],
      probes: [...probes, { name, properties: { protocol: 'Tcp', port: 10_256, intervalInSeconds: 5, probeThreshold: 2 } }],
      backendAddressPools: backendAddressPools ?? [{ name: 'nodes', properties: { loadBalancerBackendAddresses: members } }],
    }
    return { location: this.#place.location, sku: { name: 'Standard' }, properties }
  }

  #group(known: SecurityGroupDocument | undefined): SecurityGroupDocument {
    const rule = {
      protocol: 'Tcp',
      access: 'Allow',
      direction: 'Inbound',
      priority: 500,
      sourceAddressPrefix: 'Internet',
      sourcePortRange: '*',
      destinationPortRange: '8000',
      destinationAddressPrefixes: this.#addresses,
    } as const
    return { location: known?.location ?? this.#place.location, properties: { securityRules: [{ name: 'serial', properties: rule }] } }
  }

  /** Undefined: there is none. */
  async #get<D>(id: string): Promise<D | undefined> {
    const { status, body } = await this.#send({ method: 'GET', url: versioned(id) })
    return status === 404 ? undefined : (body as D)
  }

  async #put<D extends object>(id: string, body: D, etag?: string): Promise<D> {
    const answer = await this.#send({ method: 'PUT', url: versioned(id), body, ...(etag === undefined ? {} : { etag }) })
    if (answer.status >= 300) throw new Error(`PUT ${id}: ${answer.status} ${JSON.stringify(answer.body)}`)
    const operation = answer.headers['azure-asyncoperation']
    // Absent where the write was over at once.
    if (operation !== undefined) await this.#ended(operation)
    const written = await this.#get<D>(id)
    if (written === undefined) throw new Error(`${id} is not there after it was written`)
    return written
  }

  async #ended(url: string): Promise<void> {
    for (;;) {
      const { body } = await this.#send({ method: 'GET', url })
      const { status } = body as { readonly status: string }
      if (status === 'Succeeded') return
      if (status !== 'InProgress') throw new Error(`an operation ended as ${status}`)
      await wait(this.#clock, POLL_MS, this.#signal)
    }
  }
}

function versioned(id: string): string {
  return `${id}?api-version=${API_VERSION}`
}
