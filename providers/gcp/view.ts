/**
 * What Compute Engine holds for a cluster, each object as Google answered it: the view of one Stack (a Service or a share key), or of the base (instance groups,
 * the shared health check, and the network that load balancers stand in).
 */
import type { NamedOwner } from '../../src/model/owner.ts'
import type {
  Address,
  BackendService,
  Document,
  Firewall,
  ForwardingRule,
  HealthCheck,
  InstanceGroup,
  NetworkEndpointGroup,
  Subnetwork,
} from './api/documents.ts'
import type { Mark } from './marks.ts'

/** A change that Google goes on with. */
export interface Operation<D> {
  /** `projects/P/regions/R/operations/NAME`. */
  readonly id: string
  /** When it began, in milliseconds by the account's clock. */
  readonly since: number
  /** Uids of the owners whose part it changes. */
  readonly of: readonly string[]
  /** The document that was in force when it began; absent: the object is being made. */
  readonly before?: D
  /** The object is there no more when it ends. */
  readonly isDeletion?: true
}

/** While an operation runs, `document` is as it is to be. */
export interface Part<D extends Document> {
  readonly id: string
  readonly mark: Mark
  readonly document: D
  readonly operation?: Operation<D>
}

/** What is known of the instances in a group. */
interface Membership {
  /** Ids of its instances. Absent: they have not been read. */
  readonly members?: ReadonlySet<string>
  /** Ids of instances that Google does not take, each with the reason as a clause. Until the next listing. */
  readonly leftOut?: ReadonlyMap<string, string>
  /** Ids of those that join by the operation that runs. */
  readonly joining?: readonly string[]
  /** How many may join in one call: of more, Google refused all and did not say because of which. Absent: any number. */
  readonly most?: number
}

export type GroupPart = Part<InstanceGroup> & Membership
/** Of one Service, in one zone. */
export type EndpointGroupPart = Part<NetworkEndpointGroup> & Membership

export type AddressPart = Part<Address>
export type RulePart = Part<ForwardingRule>
export type ServicePart = Part<BackendService>
export type CheckPart = Part<HealthCheck>
export type FirewallPart = Part<Firewall>
export type AnyPart = AddressPart | RulePart | ServicePart | CheckPart | FirewallPart | GroupPart | EndpointGroupPart

/** Parts by the keys of their ids (`keyOfId`). */
export interface GcpView {
  readonly addresses: ReadonlyMap<string, AddressPart>
  readonly rules: ReadonlyMap<string, RulePart>
  readonly services: ReadonlyMap<string, ServicePart>
  readonly checks: ReadonlyMap<string, CheckPart>
  readonly firewalls: ReadonlyMap<string, FirewallPart>
  readonly endpointGroups: ReadonlyMap<string, EndpointGroupPart>
  /** In the base alone. */
  readonly groups: ReadonlyMap<string, GroupPart>
  /** Firewall rules that the controller may not write, by key of id. Until the next listing. */
  readonly barred: ReadonlyMap<string, Barred>
  /** Addresses that a Service names and does not have yet, as they were when they were looked for, by what names them. */
  readonly looked: ReadonlyMap<string, LookedFor>
  /** In the base alone. */
  readonly network?: Network
}

export interface Barred {
  /** What an administrator of the network has to run. */
  readonly command: string
  /** Of a rule that has to be deleted, which the view does not show any more: uids of those whose it was. */
  readonly was?: readonly string[]
}

/** `address`: absent, there is none. `network`: what the base showed then; a later one is newer. */
export interface LookedFor {
  readonly address?: Address
  /** What has it and is not of this Stack. */
  readonly user?: AddressUser
  readonly network?: Network
}

/** `controller`: another one, and for what. Neither: it is not known who made it. */
export interface AddressUser {
  /** Key of id. */
  readonly id: string
  readonly owner?: NamedOwner
  readonly controller?: string
}

/** Where load balancers stand: read with the inventory. */
export interface Network {
  /** All reserved addresses of the region, those of users too, by name. */
  readonly addresses: ReadonlyMap<string, Address>
  /** Of the region, by key of id. Absent: they may not be listed. */
  readonly subnetworks?: ReadonlyMap<string, Subnetwork>
  /** Firewall rules of the project of the network may not be listed: none is written, and what has to be there is said. */
  readonly firewallsAreHidden?: true
}

export function emptyView(): GcpView {
  return {
    addresses: new Map(),
    rules: new Map(),
    services: new Map(),
    checks: new Map(),
    firewalls: new Map(),
    endpointGroups: new Map(),
    groups: new Map(),
    barred: new Map(),
    looked: new Map(),
  }
}

/** The maps of a view that hold parts. */
export const PART_MAPS = ['addresses', 'rules', 'services', 'checks', 'firewalls', 'endpointGroups', 'groups'] as const
export type PartMap = (typeof PART_MAPS)[number]

export function partsIn(view: GcpView): readonly AnyPart[] {
  return PART_MAPS.flatMap((kind): readonly AnyPart[] => [...view[kind].values()])
}

/** Whether an insert of it that another process began still runs: what Google decides at its end is not there yet. */
export function isBeingMade(map: PartMap, document: Address | ForwardingRule | Document): boolean {
  if (map === 'rules') return !('IPAddress' in document)
  return map === 'addresses' && (!('address' in document) || ('status' in document && document.status === 'RESERVING'))
}

/** Whether it is being deleted. */
export function isLeaving({ operation }: AnyPart): boolean {
  return operation?.isDeletion === true
}

/** Whether it is there, and stays: others may refer to it. */
export function isSettled(part: AnyPart | undefined): boolean {
  return part !== undefined && (part.operation === undefined || (part.operation.before !== undefined && part.operation.isDeletion !== true))
}
