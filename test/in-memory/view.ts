/** What the in-memory cloud holds, in its own words. */
import type { Protocol } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { StackId, Step } from '../../src/provider/provider.ts'

export const BASE: StackId = 'base'

/** An address made for one Service carries its owner; one that Services share carries none, and goes with the last rule that uses it. */
export interface Address {
  readonly name: string
  readonly stack: StackId
  readonly ip: string
  readonly isRequested: boolean
  readonly state: 'provisioning' | 'ready'
  readonly owner?: Owner
}

export type RuleBackends =
  | {
      readonly kind: 'group'
      readonly group: string
      readonly groupId: string
      /** Absent: packets arrive at the nodes as they were sent. */
      readonly nodePort?: number
      readonly healthPort?: number
    }
  | { readonly kind: 'endpoints'; readonly endpoints: readonly string[] }

/** One listener of one Service. All rules of a Stack are one document, which is written as a whole. */
export interface Rule {
  readonly owner: Owner
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly sourceRanges?: readonly string[]
  readonly backends: RuleBackends
  /** The Service is published elsewhere by now: only old clients come here. */
  readonly isLingering?: boolean
}

export interface Document {
  readonly stack: StackId
  readonly etag: number
  readonly rules: readonly Rule[]
  /** How many rules it may hold. No listing shows it, and it has to be sent back with each write. */
  readonly limit?: number
  /** Children and fields of other writers, as they came: sent back with each write, unread. */
  readonly others?: string
  /** A change that is under way. */
  readonly operation?: DocumentOperation
}

/** Of one that another process began, and of one whose answer was lost, only that it is there can be seen. */
export interface DocumentOperation {
  readonly id?: number
  /** Uids of the owners whose parts it changes. */
  readonly of?: readonly string[]
  /** By uid, the name of the address at which such an owner is served until it ends; who is not in it is served nowhere yet. */
  readonly before?: Readonly<Record<string, string>>
  /** Groups that were used when it began. */
  readonly groups?: readonly string[]
}

/** The base: nodes, under an id that the cloud assigns. */
export interface Group {
  readonly name: string
  readonly id: string
  readonly nodes: readonly string[]
}

export interface View {
  readonly addresses: Readonly<Record<string, Address>>
  readonly document?: Document
  readonly groups: Readonly<Record<string, Group>>
}

export const emptyView: View = { addresses: {}, groups: {} }

interface AddressToMake {
  readonly name: string
  readonly stack: StackId
  readonly ip?: string
  readonly owner?: Owner
}

export type CreateAddress = Step & { readonly verb: 'create'; readonly kind: 'address'; readonly address: AddressToMake }
export type PutDocument = Step & { readonly verb: 'update'; readonly kind: 'document'; readonly rules: readonly Rule[] }
export type PutGroup = Step & { readonly verb: 'create' | 'update'; readonly kind: 'group'; readonly nodes: readonly string[] }

export type InMemoryStep =
  | CreateAddress
  | (Step & { readonly verb: 'delete' | 'read'; readonly kind: 'address' })
  | PutDocument
  | (Step & { readonly verb: 'delete' | 'read'; readonly kind: 'document' })
  /** What stands on no listing of a document. */
  | (Step & { readonly verb: 'read'; readonly kind: 'limit' })
  | PutGroup
  | (Step & { readonly verb: 'delete'; readonly kind: 'group' })
