/** Where one family of a Service is served: its frontend, or what has to happen before there can be one. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import type { Scheme } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Frontend } from '../../api/documents.ts'
import { keyOfId } from '../../api/ids.ts'
import { publicFrontendName } from '../../names.ts'
import type { AddressPart } from '../../view.ts'
import type { WantedChild } from '../balancer/children.ts'

export interface Site {
  readonly family: Family
  readonly scheme: Scheme
  readonly name: string
  readonly frontend: WantedChild<Frontend>
  /** Of a public one: the key of its address' id. */
  readonly addressKey?: string
}

/** A public address that is made for the Service. */
export interface AddressToMake {
  readonly id: string
  readonly family: Family
}

/** `ip`, of one that is sought: it is not known which object has it. */
export type Sought = { readonly id: string } | { readonly group: string; readonly ip: string }

/**
 * - `make`: it does not exist yet;
 * - `waits`: it is being changed, or is of no use until another change ends;
 * - `seek`: the Service names it, and it is not in the view;
 * - `adopt`: our mark has to be written on it first.
 */
export type Resolved =
  | { readonly kind: 'site'; readonly site: Site }
  | { readonly kind: 'make'; readonly address: AddressToMake }
  | { readonly kind: 'waits'; readonly addressKey: string }
  | { readonly kind: 'seek'; readonly sought: Sought }
  | { readonly kind: 'adopt'; readonly part: AddressPart }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** The frontend of a public address, which all who use it share. */
export function publicSite({ id }: Pick<AddressPart, 'id'>, family: Family): Resolved {
  const addressKey = keyOfId(id)
  const frontend: WantedChild<Frontend> = { properties: { publicIPAddress: { id } } }
  return { kind: 'site', site: { family, scheme: 'internet-facing', name: publicFrontendName(id), frontend, addressKey } }
}

export function problem(field: string, value: string | undefined, wrong: string, more: Partial<Problem> = {}): Extract<Resolved, { kind: 'problem' }> {
  return { kind: 'problem', problem: { reason: 'Invalid', field, ...(value === undefined ? {} : { value }), wrong, ...more } }
}
