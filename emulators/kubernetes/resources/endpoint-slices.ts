/** EndpointSlices: who answers for a Service, at most a thousand a slice. */
import type { ApiObject, FieldError, ResourceDefinition } from '../resource.ts'
import { familyOf, formatAddress, parseAddress, validateAddress, validateEndpointAddress, warnOfAddress } from './rules/addresses.ts'
import { ageColumn, firstThree, nameColumn, textColumn } from './rules/columns.ts'
import { ensure, fieldsAt, listAt, omitEmpty, omitNull, textAt, type Fields } from './rules/draft.ts'
import { duplicate, eachInvalid, invalid, isEmpty, notSupported, required, sameJson, tooMany } from './rules/field-errors.ts'
import { wrongLabel, wrongLabelValue, wrongQualifiedName, wrongSubdomain } from './rules/names.ts'
import { validateMeta, validateMetaUpdate } from './rules/object-meta.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const TYPES = ['FQDN', 'IPv4', 'IPv6']
const CONTROLLED = new Set(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'])

export const endpointSlices: ResourceDefinition = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  namespaced: true,
  subresources: [],
  generation: true,
  indexes: { service: (slice) => [`${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`] },
  columns: [
    nameColumn,
    textColumn('AddressType', 0, (slice) => typeOf(slice)),
    textColumn('Ports', 0, (slice) => firstThree(listAt(slice, 'ports').map(showPort))),
    textColumn('Endpoints', 0, (slice) => firstThree(listAt(slice, 'endpoints').flatMap(addressesOf))),
    ageColumn,
  ],
  strategy: {
    default: defaultSlice,
    validateCreate: (draft) => [...validateMeta(draft, { name: 'subdomain', namespaced: true }), ...validateSlice(draft, undefined)],
    validateUpdate: (draft, old) => [
      ...validateMetaUpdate(draft, old),
      ...validateSlice(draft, old),
      // The server shows no value here.
      ...(draft['addressType'] === old['addressType'] ? [] : [invalid('addressType', null, 'field is immutable')]),
    ],
    warnings: warn,
  },
}

function defaultSlice(slice: ApiObject): void {
  // The storage of the real server knows no empty list.
  for (const key of ['endpoints', 'ports']) if (isEmpty(slice[key])) slice[key] = null
  for (const port of listAt(slice, 'ports')) {
    omitNull(port)
    port['name'] ??= ''
    if (textAt(port, 'protocol') === '') port['protocol'] = 'TCP'
  }
  for (const endpoint of listAt(slice, 'endpoints')) {
    omitNull(endpoint)
    omitNull(ensure(endpoint, 'conditions'))
    omitEmpty(endpoint, ['deprecatedTopology'])
    endpoint['addresses'] ??= null
  }
}

function validateSlice(slice: ApiObject, old: ApiObject | undefined): FieldError[] {
  const type = typeOf(slice)
  const errors: FieldError[] = []
  if (type === '') errors.push(required('addressType'))
  else if (!TYPES.includes(type)) errors.push(notSupported('addressType', type, TYPES))
  errors.push(...validatePorts(listAt(slice, 'ports')))
  const endpoints = listAt(slice, 'endpoints')
  if (endpoints.length > 1000) return [...errors, tooMany('endpoints', endpoints.length, 1000)]
  const wrong = endpoints.flatMap((endpoint, index) => validateEndpoint(`endpoints[${index}]`, endpoint, type))
  // What was stored under older rules may stay as it is.
  return wrong.length > 0 && old !== undefined && sameJson(slice['endpoints'], old['endpoints']) ? errors : [...errors, ...wrong]
}

function validatePorts(ports: readonly Fields[]): FieldError[] {
  if (ports.length > 20_000) return [tooMany('ports', ports.length, 20_000)]
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const name = textAt(port, 'name')
    const errors = name === '' ? [] : eachInvalid(`ports[${index}].name`, name, wrongLabel(name))
    if (names.has(name)) errors.push(duplicate(`ports[${index}].name`, name))
    names.add(name)
    if (!PROTOCOLS.includes(textAt(port, 'protocol'))) errors.push(notSupported(`ports[${index}].protocol`, port['protocol'], PROTOCOLS))
    const application = textAt(port, 'appProtocol')
    return application === '' ? errors : [...errors, ...eachInvalid(`ports[${index}].appProtocol`, application, wrongQualifiedName(application))]
  })
}

function validateEndpoint(field: string, endpoint: Fields, type: string): FieldError[] {
  const addresses = addressesOf(endpoint)
  const at = `${field}.addresses`
  const errors: FieldError[] = []
  if (addresses.length === 0) errors.push(required(at))
  else if (addresses.length > 100) errors.push(tooMany(at, addresses.length, 100))
  errors.push(...addresses.flatMap((address, index) => validateEndpointAddresses(at, address, { index, type })))
  const { nodeName: node, hostname: host } = endpoint
  if (typeof node === 'string') errors.push(...eachInvalid(`${field}.nodeName`, node, wrongSubdomain(node)))
  if (typeof host === 'string') errors.push(...eachInvalid(`${field}.hostname`, host, wrongLabel(host)))
  return [...errors, ...validateZones(`${field}.hints.forZones`, listAt(fieldsAt(endpoint, 'hints'), 'forZones'))]
}

function validateEndpointAddresses(at: string, address: string, { index, type }: { index: number; type: string }): FieldError[] {
  const field = `${at}[${index}]`
  if (type === 'FQDN') return validateName(field, address)
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const malformed = validateAddress(field, address)
  if (malformed.length > 0) return malformed
  const parsed = parseAddress(address)
  if (type === 'IPv6' && parsed !== undefined && formatAddress(parsed) !== address) {
    return [invalid(field, address, `must be in canonical form (${JSON.stringify(formatAddress(parsed))})`)]
  }
  const wrongFamily = familyOf(address) === type ? [] : [invalid(at, address, `must be an ${type} address`)]
  return [...wrongFamily, ...validateEndpointAddress(field, address)]
}

function validateName(field: string, text: string): FieldError[] {
  const name = text.replace(/\.$/, '')
  const wrong = wrongSubdomain(name)
  if (wrong.length > 0) return [invalid(field, name, wrong.join(','))]
  return name.includes('.') ? [] : [invalid(field, name, 'should be a domain with at least two segments separated by dots')]
}

function validateZones(field: string, zones: readonly Fields[]): FieldError[] {
  if (zones.length > 8) return [tooMany(field, zones.length, 8)]
  return zones.flatMap((zone, index) => eachInvalid(`${field}[${index}].name`, zone['name'], wrongLabelValue(textAt(zone, 'name'))))
}

function warn(slice: ApiObject, old: ApiObject | undefined): string[] {
  const warnings = old === undefined && typeOf(slice) === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []
  if (CONTROLLED.has(slice.metadata.labels?.['endpointslice.kubernetes.io/managed-by'] ?? '')) return warnings
  const odd = listAt(slice, 'endpoints').flatMap((endpoint, at) =>
    addressesOf(endpoint).flatMap((address, index) => warnOfAddress(`endpoints[${at}].addresses[${index}]`, address)),
  )
  return [...warnings, ...odd]
}

const typeOf = (slice: ApiObject): string => textAt(slice, 'addressType')

function showPort(port: Fields): string {
  if (typeof port['port'] === 'number') return String(port['port'])
  return textAt(port, 'name') === '' ? '' : textAt(port, 'name')
}

function addressesOf(endpoint: Fields): string[] {
  const addresses = endpoint['addresses']
  return Array.isArray(addresses) ? addresses.filter((address) => typeof address === 'string') : []
}
