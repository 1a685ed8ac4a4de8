/** Whose fault a refusal is: Azure names the objects that it is about by their ids. */
import { present } from '../../../src/model/present.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Step } from '../../../src/provider/provider.ts'
import { AzureAnswer } from '../api/errors.ts'
import type { Child, LoadBalancerDocument, SecurityGroupDocument } from '../api/documents.ts'
import { idsIn, keyOfId, parseId } from '../api/ids.ts'
import { FIELDS } from '../fields.ts'
import { isOurChild, parseRuleName } from '../names.ts'
import { childName, listsOf } from '../plan/found.ts'
import { openingOf } from '../plan/firewall/openings.ts'
import { foundIn } from '../plan/found.ts'
import type { AzureView } from '../view.ts'
import type { Context } from './context.ts'

/**
 * The same error, with the uids of those whose parts it names: of two that are in each other's way, the one whose part the step (`serves`) was to change. It stays as it is where Azure says that no Service is at fault, or names nothing that is of one.
 */
export function blamed(error: unknown, serves: Step['serves'], usersOf: (ids: readonly string[], text: string) => ReadonlySet<string>): unknown {
  if (!(error instanceof CloudError) || error.consequence === 'stale' || error.blames !== undefined || !(error.cause instanceof AzureAnswer)) return error
  const { message } = error.cause
  const named = [...usersOf(idsIn(message).map(keyOfId), message)]
  const changed = named.filter((uid) => serves.some((owner) => owner.uid === uid))
  const uids = changed.length === 0 ? named : changed
  if (uids.length === 0) return error.cause.code === 'LinkedAuthorizationFailed' ? withBlames(error, []) : error
  return withBlames(error, uids, fieldNamed(idsIn(message)))
}

/** The field by which a Service names an object of this kind. */
function fieldNamed(ids: readonly string[]): string | undefined {
  const types = new Set(ids.map((id) => parseId(id)?.type.toLowerCase()))
  return NAMED_BY.find(([type]) => types.has(type))?.[1]
}

const NAMED_BY: readonly (readonly [string, string])[] = [
  ['publicipprefixes', FIELDS.prefix],
  ['virtualnetworks/subnets', FIELDS.subnets],
]

/**
 * What is refused in a resource group that a Service names is that Service's matter, also where it would be no Service's in the cluster's own group: a missing
 * right, a group that does not exist. Throws what `call` throws.
 */
export async function ofItsService<T>({ serves }: Step, group: string | undefined, { account: { config } }: Context, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const isElsewhere = group !== undefined && group !== config.resourceGroup.toLowerCase()
    const isRefusal = error instanceof CloudError && error.consequence === 'refused' && error.blames?.length === 0
    throw isElsewhere && isRefusal
      ? withBlames(
          error,
          serves.map(({ uid }) => uid),
        )
      : error
  }
}

/** `field`: which one asked for it, where the error does not say. */
function withBlames(error: CloudError, blames: readonly string[], asked?: string): CloudError {
  const { consequence, reason, publicMessage, afterMs, mayHaveEffect, pace, remedy, cause } = error
  const field = error.field ?? asked
  const effect = mayHaveEffect ? ({ mayHaveEffect: true } as const) : {}
  return new CloudError(consequence, { reason, publicMessage, blames, ...present({ afterMs, pace, field, remedy }), ...effect, cause })
}

/** Of a load balancer: owners of a rule that is named, and of those that refer to a frontend or probe, or to an address of a frontend, that is named. */
export function usersOfChildren(body: LoadBalancerDocument): (ids: readonly string[]) => ReadonlySet<string> {
  return (ids) => {
    const names = new Set(ids.filter((id) => parseId(id)?.type.toLowerCase().startsWith('loadbalancers/') === true).map(childName))
    const referred = new Set(ids)
    const { loadBalancingRules, frontendIPConfigurations } = listsOf(body)
    const isNamed = ({
      name = '',
      properties,
    }: Child<{ readonly publicIPAddress?: { readonly id: string }; readonly subnet?: { readonly id: string } }>): boolean =>
      names.has(name.toLowerCase()) || [properties?.publicIPAddress, properties?.subnet].some((one) => one !== undefined && referred.has(keyOfId(one.id)))
    const frontends = new Set(frontendIPConfigurations.filter(isNamed).flatMap(({ name = '' }) => (isOurChild(name) ? [name.toLowerCase()] : [])))
    return new Set(
      loadBalancingRules.flatMap(({ name = '', properties }) => {
        const uid = parseRuleName(name)?.uid
        const isAtFault =
          names.has(name.toLowerCase()) || frontends.has(childName(properties?.frontendIPConfiguration?.id)) || names.has(childName(properties?.probe?.id))
        return uid === undefined || !isAtFault ? [] : [uid]
      }),
    )
  }
}

/** Of the security group: those at the addresses of a rule that is named. */
export function usersOfRules(body: SecurityGroupDocument, view: AzureView): (ids: readonly string[], text: string) => ReadonlySet<string> {
  return (ids, text) => {
    const named = (body.properties?.securityRules ?? []).filter(
      ({ name = '' }) => text.includes(name) || ids.some((id) => childName(id) === name.toLowerCase()),
    )
    const destinations = new Set(named.flatMap((rule) => openingOf(rule).destinations))
    return new Set(foundIn(view).rules.flatMap(({ uid, frontend }) => (frontend?.ip !== undefined && destinations.has(frontend.ip) ? [uid] : [])))
  }
}
