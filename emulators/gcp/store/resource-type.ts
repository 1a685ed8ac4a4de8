/** What is special to one type of resource, as a row of a table; everything else is the same for all. */
import type { JsonObject } from '../../cloud/json.ts'
import type { Delays } from '../options.ts'
import type { Fields } from '../schema/field.ts'
import type { ScopeKind } from '../schema/paths.ts'
import type { Compute } from './compute.ts'

export interface Resource {
  readonly type: ResourceType
  /** `projects/P/regions/R/addresses/A` */
  readonly path: string
  readonly project: string
  /** `global`, `regions/R`, `zones/Z` */
  readonly scope: string
  readonly name: string
  /** 19 digits. */
  readonly id: string
  readonly body: JsonObject
  readonly labels: JsonObject
  /** Of a group: its instances, or its endpoints. */
  readonly members: readonly JsonObject[]
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** The operation that made it is over. */
  readonly isReady: boolean
}

/** A write, before it is done. */
export interface Change {
  readonly compute: Compute
  readonly type: ResourceType
  readonly path: string
  readonly project: string
  readonly scope: string
  readonly name: string
  /** As read from the client, and filled in. */
  readonly next: JsonObject
  readonly previous: Resource | undefined
}

/** Throws a Refusal. */
export type Check = (change: Change) => void

export interface ResourceType {
  readonly collection: string
  /** `forwardingRule`: its kind is `compute#forwardingRule`. */
  readonly kind: string
  /** In the names of methods: `regionBackendServices`. */
  readonly service: string
  readonly scope: ScopeKind
  readonly fields: Fields
  /** Those of the common methods that it has. */
  readonly methods: readonly ('insert' | 'delete' | 'patch' | 'update' | 'setLabels')[]
  readonly delay: keyof Delays
  /** It has a `fingerprint`; `required`: an update without it is refused. */
  readonly fingerprint?: 'required' | 'optional'
  readonly hasLabels?: true
  /** `selfLinkWithId` is shown. */
  readonly hasLinkWithId?: true
  /** Names and references are checked for all types. */
  readonly checks: readonly Check[]
  /** Fills in what is decided at once. */
  readonly assign?: (change: Change) => JsonObject
  /** Fills in what is known at the end of the insert. Throws `OperationFailed`. */
  readonly finish?: (compute: Compute, resource: Resource) => JsonObject
  /** What is refused only while the operation runs, of an insert and of an update. Throws `OperationFailed`. */
  readonly verify?: (compute: Compute, resource: Resource) => void
  /** Members that are worked out when it is shown. */
  readonly show?: (compute: Compute, resource: Resource) => JsonObject
  /** When a deletion of what is in use is refused. Default `at once`. */
  readonly refusesInUse?: 'in the operation'
  /** `operationType` of a PATCH. Default `patch`. */
  readonly patchOperation?: string
  /** What counts against a quota, and which. */
  readonly quota?: (change: Change) => Counted | undefined
}

export interface Counted {
  /** `FORWARDING_RULES` */
  readonly metric: string
  readonly limit: number
  readonly used: number
  /** `in region us-central1` */
  readonly where: string
}
