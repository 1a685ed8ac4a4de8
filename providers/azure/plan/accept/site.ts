/** Where one family of a Service is served: its frontend, or what has to happen before there can be one. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import type { Scheme } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Frontend } from '../../api/documents.ts'
import { keyOfId } from '../../api/ids.ts'
import { FIELDS } from '../../fields.ts'
import type { BalancerKey } from '../../balancer-keys.ts'
import { publicFrontendName } from '../../names.ts'
import type { AddressPart } from '../../view.ts'
import type { WantedChild } from '../balancer/children.ts'
import type { Placement } from './placement.ts'

export interface Site {
  readonly family: Family
  readonly balancerKey: BalancerKey
  readonly name: string
  readonly frontend: WantedChild<Frontend>
  /** Of a public one: the key of its address' id. */
  readonly addressKey?: string
}

/** For which family a site is looked for, and on which load balancers it may be. */
export interface SiteRequest {
  readonly family: Family
  readonly placement: Exclude<Placement, { problem: unknown }>
}

/** The load balancer of what is there already, if the Service may be on it. */
export function balancerFor(found: BalancerKey | undefined, { placement: { of, allowed } }: SiteRequest, scheme: Scheme): BalancerKey | undefined {
  if (found === undefined) return { of, scheme }
  return allowed.includes(found.of) ? { of: found.of, scheme } : undefined
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
export function publicSite({ id }: Pick<AddressPart, 'id'>, family: Family, balancerKey: BalancerKey): Resolved {
  const addressKey = keyOfId(id)
  const frontend: WantedChild<Frontend> = { properties: { publicIPAddress: { id } } }
  return { kind: 'site', site: { family, balancerKey, name: publicFrontendName(id), frontend, addressKey } }
}

/** An address that a load balancer has which the Service does not name. */
export function elsewhere(address: string | undefined, balancerKey: BalancerKey | undefined): Extract<Resolved, { kind: 'problem' }> {
  return problem(FIELDS.loadBalancers, undefined, `does not name ${balancerKey?.of ?? ''}, which has the address ${address ?? ''}`, {
    allowed: balancerKey?.of ?? '',
  })
}

export function problem(field: string, value: string | undefined, wrong: string, more: Partial<Problem> = {}): Extract<Resolved, { kind: 'problem' }> {
  return { kind: 'problem', problem: { reason: 'Invalid', field, ...(value === undefined ? {} : { value }), wrong, ...more } }
}
