/** What may be written to the status of a Service. */
import type { ApiObject, FieldError } from '../../resource.ts'
import { parseAddress, validateAddress, warnOfAddress } from '../rules/addresses.ts'
import { eachInvalid, forbidden, invalid, notSupported, required } from '../rules/field-errors.ts'
import { wrongSubdomain } from '../rules/names.ts'
import { validateMetaUpdate } from '../rules/object-meta.ts'
import { specOf, statusOf, type Ingress } from './spec.ts'

/** Status and metadata are taken, the spec stays. */
export function keepSpec(draft: ApiObject, old: ApiObject): void {
  draft['spec'] = structuredClone(old['spec'])
}

/** Ports and conditions are not checked: the server does not either. */
export function validateServiceStatus(service: ApiObject, old: ApiObject): FieldError[] {
  const ingress = statusOf(service).loadBalancer?.ingress ?? []
  const known = (statusOf(old).loadBalancer?.ingress ?? []).flatMap((entry) => entry.ip ?? [])
  const errors = validateMetaUpdate(service, old)
  if (specOf(service).type !== 'LoadBalancer' && ingress.length > 0) {
    return [...errors, forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")]
  }
  return [...errors, ...ingress.flatMap((entry, index) => validateIngress(`status.loadBalancer.ingress[${index}]`, entry, known))]
}

function validateIngress(field: string, { ip = '', hostname = '', ipMode }: Ingress, known: readonly string[]): FieldError[] {
  const errors = ip === '' ? [] : validateAddress(`${field}.ip`, ip, known)
  if (ipMode === undefined) {
    if (ip !== '') errors.push(required(`${field}.ipMode`, 'must be specified when `ip` is set'))
  } else if (ip === '') errors.push(forbidden(`${field}.ipMode`, 'may not be specified when `ip` is not set'))
  else if (ipMode !== 'VIP' && ipMode !== 'Proxy') errors.push(notSupported(`${field}.ipMode`, ipMode, ['Proxy', 'VIP']))
  if (hostname === '') return errors
  errors.push(...eachInvalid(`${field}.hostname`, hostname, wrongSubdomain(hostname)))
  if (parseAddress(hostname) !== undefined) errors.push(invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'))
  return errors
}

export function warnOfStatus(service: ApiObject): string[] {
  const ingress = statusOf(service).loadBalancer?.ingress ?? []
  return ingress.flatMap((entry, index) => (entry.ip === undefined ? [] : warnOfAddress(`status.loadBalancer.ingress[${index}]`, entry.ip)))
}
