/** What a view is once steps are carried out, without carrying them out. Pure. */
import { allOf, partChanges, unchanged } from '../../src/provider/kit/parts.ts'
import type { Fold } from '../../src/provider/provider.ts'
import type { Child, Frontend, LoadBalancerDocument, PublicAddressDocument } from './api/documents.ts'
import { keyOfId } from './api/ids.ts'
import type { AzureStep } from './steps.ts'
import type { AddressPart, AzureView } from './view.ts'

const { put, change, remove } = partChanges<AzureView>()

const MAP_OF = { 'load balancer': 'balancers', 'security group': 'securityGroups', 'public address': 'addresses' } as const

/** The view with these steps applied; addresses that Azure chooses are ones that no network routes (RFC 2544, RFC 3849), each another one. */
export function foreseen(view: AzureView, steps: readonly AzureStep[]): AzureView {
  return allOf(...steps.map(foldOf))(view)
}

function foldOf(step: AzureStep): Fold<AzureView> {
  if (step.verb === 'read') return step.kind === 'public address' ? change('addresses', keyOfId(step.id), asRead) : unchanged
  const key = keyOfId(step.id)
  if (step.verb === 'delete') return remove(MAP_OF[step.kind], (_, other) => other === key)
  switch (step.kind) {
    case 'public address':
      return (view) => put('addresses', key, { id: step.id, document: withAddress(step.body, view) })(view)
    case 'load balancer':
      return (view) => put('balancers', key, { id: step.id, document: withAddresses(step.body, view), ...step.balancerKey })(view)
    case 'security group':
      return put('securityGroups', key, { id: step.id, document: step.body })
    default:
      return step satisfies never
  }
}

/** The view once the change that this step polls has ended. */
export function awaited(view: AzureView, step: AzureStep): AzureView {
  if (step.verb !== 'read' || step.kind === 'public addresses') return view
  const key = keyOfId(step.id)
  switch (step.kind) {
    case 'public address':
      return change('addresses', key, (part) => ({ ...ended(part), document: settled(withAddress(part.document, view)) }))(view)
    case 'load balancer':
      return change('balancers', key, (part) => ({ ...ended(part), document: settled(withAddresses(part.document, view)) }))(view)
    case 'security group':
      return change('securityGroups', key, (part) => ({ ...ended(part), document: settled(part.document) }))(view)
    default:
      return step satisfies never
  }
}

function ended<P extends { readonly operation?: unknown }>(part: P): Omit<P, 'operation'> {
  const { operation: _, ...rest } = part
  return rest
}

function settled<D extends { readonly properties?: object }>(document: D): D {
  return { ...document, properties: { ...document.properties, provisioningState: 'Succeeded' } }
}

function asRead({ id, document }: AddressPart): AddressPart {
  return { id, document }
}

function withAddress(document: PublicAddressDocument, view: AzureView): PublicAddressDocument {
  const { properties } = document
  if (properties?.ipAddress !== undefined) return document
  return { ...document, properties: { ...properties, ipAddress: chosen(view, properties?.publicIPAddressVersion) } }
}

/** Internal frontends without an address get one of their subnet. */
function withAddresses(document: LoadBalancerDocument, view: AzureView): LoadBalancerDocument {
  let number = 0
  const frontends = (document.properties?.frontendIPConfigurations ?? []).map((child): Child<Frontend> => {
    const { properties } = child
    if (properties?.subnet === undefined || properties.privateIPAddress !== undefined) return child
    return { ...child, properties: { ...properties, privateIPAddress: chosen(view, properties.privateIPAddressVersion, ++number) } }
  })
  return { ...document, properties: { ...document.properties, frontendIPConfigurations: frontends } }
}

/** `number`: of several in one document. */
function chosen({ addresses, balancers }: AzureView, version: 'IPv4' | 'IPv6' = 'IPv4', number = 0): string {
  const frontends = [...balancers.values()].reduce((sum, { document }) => sum + (document.properties?.frontendIPConfigurations?.length ?? 0), 0)
  const place = addresses.size + frontends + number + 1
  return version === 'IPv6' ? `2001:db8::${place.toString(16)}` : `198.18.${(place >> 8) & 255}.${place & 255}`
}
