/** As much of the SDK's types as we use: what is sent and answered has types of its own (`documents.ts`). */

export interface ClientOptions {
  /** In place of credentials: asked for a client once, and called with each request. */
  readonly auth: object
  /** A host alone, without protocol and port. */
  readonly apiEndpoint?: string
  readonly port?: number
  readonly protocol?: string
  readonly libName: string
  readonly libVersion: string
}

export interface CallOptions {
  /** In milliseconds. */
  readonly timeout: number
  /** None. */
  readonly retry: null
  readonly autoPaginate: false
}

export interface Client {
  initialize(): Promise<unknown>
}

type ClientClass = new (options: ClientOptions) => Client

export const AddressesClient: ClientClass
export const FirewallsClient: ClientClass
export const ForwardingRulesClient: ClientClass
export const GlobalOperationsClient: ClientClass
export const InstanceGroupsClient: ClientClass
export const NetworkEndpointGroupsClient: ClientClass
export const RegionBackendServicesClient: ClientClass
export const RegionHealthChecksClient: ClientClass
export const RegionOperationsClient: ClientClass
export const SubnetworksClient: ClientClass
export const ZoneOperationsClient: ClientClass
