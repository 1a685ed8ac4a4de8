/** The calls of one plan: a document that is written, an object that is deleted, or something that is read. */
import type { Step } from '../../src/provider/provider.ts'
import type { LoadBalancerDocument, PublicAddressDocument, SecurityGroupDocument } from './api/documents.ts'
import type { BalancerKey } from './balancer-keys.ts'

interface Documents {
  'load balancer': LoadBalancerDocument
  'security group': SecurityGroupDocument
  'public address': PublicAddressDocument
}

export type Kind = keyof Documents

/** `etag`: absent where the object does not exist yet. */
type Writing<K extends Kind> = Step & {
  readonly verb: 'create' | 'update'
  readonly kind: K
  readonly id: string
  readonly body: Documents[K]
  readonly etag?: string
}
type Removing<K extends Kind> = Step & { readonly verb: 'delete'; readonly kind: K; readonly id: string; readonly etag?: string }
/** Of an object that is changing: polls once, and is `later` as long as it does. Of an address that is not known: looks for it. */
type Reading<K extends Kind> = Step & { readonly verb: 'read'; readonly kind: K; readonly id: string }

export type BalancerStep = (Writing<'load balancer'> | Removing<'load balancer'> | Reading<'load balancer'>) & { readonly balancerKey: BalancerKey }
export type GroupStep = Writing<'security group'> | Reading<'security group'>
export type AddressStep = Writing<'public address'> | Removing<'public address'> | Reading<'public address'>

/** All addresses of a resource group, in one list. `sought`: addresses that are looked for. `isPoll`: those that are changing are of interest, and are waited for. */
export type ListStep = Step & {
  readonly verb: 'read'
  readonly kind: 'public addresses'
  readonly group: string
  readonly sought: readonly string[]
  readonly isPoll: boolean
}

export type AzureStep = BalancerStep | GroupStep | AddressStep | ListStep
