/** Which members a resource has, as data: what a client may send, what is filled in, what refers to what, and what is only shown. */
import type { Json, JsonObject } from './json.ts'

/** Where a member stands that may be shown. */
export interface Place {
  /** The `properties` that it stands in. */
  readonly properties: JsonObject
  /** The document around them, children included. */
  readonly document: JsonObject
  /** Of the request: `2025-05-01`. */
  readonly version: string
}

interface Common {
  /** Filled in where a client sends nothing. */
  readonly or?: Json
  /** Clients may send it back; what they send is not taken. */
  readonly isReadOnly?: true
  /** Default: always. */
  readonly isShown?: (place: Place) => boolean
}

/** What a write says where the resource that it names is not there, or is being changed. */
export interface Reference {
  /** Paths of the types that it may name: `virtualNetworks/subnets`. None: any resource, which need not be there. */
  readonly to: readonly string[]
  /** Default: 400 `InvalidResourceReference`. `NotFound`: 404. */
  readonly whenMissing?: 'NotFound'
  /** Default `refuse`: 429. `accept`: it does not matter. `wait`: the write takes as long. */
  readonly whileUpdating?: 'refuse' | 'accept' | 'wait'
}

/** Those that refer to this element, as ids. */
export interface Users {
  /** Paths of the types of the users: `loadBalancers/loadBalancingRules`. */
  readonly from: readonly string[]
  readonly isSingle?: true
  /** Of users of these types the names come in upper case. */
  readonly upperCaseFrom?: readonly string[]
}

export type Field = Common &
  (
    | { readonly kind: 'text'; readonly oneOf?: readonly string[] }
    | { readonly kind: 'number' }
    | { readonly kind: 'flag' }
    | { readonly kind: 'texts' }
    | { readonly kind: 'any' }
    | { readonly kind: 'object'; readonly fields: Fields }
    | { readonly kind: 'items'; readonly fields: Fields }
    | { readonly kind: 'children'; readonly type: ElementType }
    | ({ readonly kind: 'reference' } & Reference)
    | ({ readonly kind: 'references' } & Reference)
    | ({ readonly kind: 'users' } & Users)
  )

export interface Fields {
  readonly [name: string]: Field
}

/** A resource, or a part of one that has an id of its own. */
export interface ElementType {
  /** `loadBalancers/backendAddressPools` */
  readonly path: string
  /** In operations and in the journal: `Put` + this + `Operation`. */
  readonly action: string
  readonly namespace: 'Microsoft.Network' | 'Microsoft.Compute'
  /** Members of `properties`. */
  readonly fields: Fields
  /** Members beside `properties`, besides id, name, type and etag. */
  readonly envelope: Fields
  /** It can be written and deleted by a request of its own. */
  readonly isWritable: boolean
  /** It stays `Succeeded` while the document around it is being changed. */
  readonly isSteady?: true
}

type Options = Common

export const text = (options: Options = {}): Field => ({ kind: 'text', ...options })
export const number = (options: Options = {}): Field => ({ kind: 'number', ...options })
export const flag = (options: Options = {}): Field => ({ kind: 'flag', ...options })
export const texts = (options: Options = {}): Field => ({ kind: 'texts', ...options })
export const any = (options: Options = {}): Field => ({ kind: 'any', ...options })
export const oneOf = (values: readonly string[], options: Options = {}): Field => ({ kind: 'text', oneOf: values, ...options })
export const object = (fields: Fields, options: Options = {}): Field => ({ kind: 'object', fields, ...options })
export const items = (fields: Fields, options: Options = {}): Field => ({ kind: 'items', fields, ...options })
export const children = (type: ElementType, options: Options = {}): Field => ({ kind: 'children', type, or: [], ...options })
export const reference = (to: readonly string[], more: Omit<Reference, 'to'> = {}): Field => ({ kind: 'reference', to, ...more })
export const references = (to: readonly string[], more: Omit<Reference, 'to'> & Options = {}): Field => ({ kind: 'references', to, ...more })
export const users = (from: readonly string[], more: Omit<Users, 'from'> & Options = {}): Field => ({ kind: 'users', from, isReadOnly: true, ...more })

/** Shown from this api-version on. */
export const since =
  (first: string) =>
  ({ version }: Place): boolean =>
    version >= first
