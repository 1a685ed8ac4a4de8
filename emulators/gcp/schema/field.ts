/** Which members a resource has, as data: what a client may send, what is filled in, what refers to what, and what is only shown. */
import type { Json } from '../../cloud/json.ts'

interface Common {
  /** Filled in where a client sends nothing. */
  readonly or?: Json
  /** Clients may send it back; what they send is not taken. */
  readonly isReadOnly?: true
  /** Decided by the insert: a write that says something else is refused. */
  readonly isFixed?: true
  readonly isRequired?: true
}

export type Field = Common &
  (
    | { readonly kind: 'text'; readonly oneOf?: readonly string[] }
    | { readonly kind: 'number'; readonly from?: number; readonly to?: number }
    | { readonly kind: 'flag' }
    | { readonly kind: 'texts' }
    | { readonly kind: 'any' }
    | { readonly kind: 'object'; readonly fields: Fields }
    | { readonly kind: 'items'; readonly fields: Fields }
    /** A URL. `to`: collections of what it may name, and what must be there; none: anything, and it need not. */
    | { readonly kind: 'link'; readonly to: readonly string[] }
    | { readonly kind: 'links'; readonly to: readonly string[] }
  )

export interface Fields {
  readonly [name: string]: Field
}

export const text = (options: Common = {}): Field => ({ kind: 'text', ...options })
export const oneOf = (values: readonly string[], options: Common = {}): Field => ({ kind: 'text', oneOf: values, ...options })
export const number = (options: Common & { readonly from?: number; readonly to?: number } = {}): Field => ({ kind: 'number', ...options })
export const flag = (options: Common = {}): Field => ({ kind: 'flag', ...options })
export const texts = (options: Common = {}): Field => ({ kind: 'texts', ...options })
export const any = (options: Common = {}): Field => ({ kind: 'any', ...options })
export const object = (fields: Fields, options: Common = {}): Field => ({ kind: 'object', fields, ...options })
export const items = (fields: Fields, options: Common = {}): Field => ({ kind: 'items', fields, ...options })
export const link = (to: readonly string[], options: Common = {}): Field => ({ kind: 'link', to, ...options })
export const links = (to: readonly string[], options: Common = {}): Field => ({ kind: 'links', to, ...options })

/** What every resource may have. */
export const COMMON: Fields = { description: text() }
