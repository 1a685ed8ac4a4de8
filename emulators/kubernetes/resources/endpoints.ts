/** Endpoints, the older form of EndpointSlices: one object a Service, deprecated since 1.33. */
import type { ApiObject, FieldError, ResourceDefinition } from '../resource.ts'
import { validateAddress, validateEndpointAddress } from './rules/addresses.ts'
import { ageColumn, nameColumn, textColumn } from './rules/columns.ts'
import { listAt, numberAt, omitEmpty, omitNull, textAt, type Fields } from './rules/draft.ts'
import { eachInvalid, notSupported, required, sameJson } from './rules/field-errors.ts'
import { wrongLabel, wrongPortNumber, wrongQualifiedName, wrongSubdomain } from './rules/names.ts'
import { validateMeta, validateMetaUpdate } from './rules/object-meta.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export const endpoints: ResourceDefinition = {
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  subresources: [],
  columns: [nameColumn, textColumn('Endpoints', 0, show), ageColumn],
  createOnUpdate: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  strategy: {
    default(draft) {
      omitEmpty(draft, ['subsets'])
      for (const subset of listAt(draft, 'subsets')) {
        omitEmpty(subset, ['addresses', 'notReadyAddresses', 'ports'])
        for (const port of listAt(subset, 'ports')) {
          omitNull(port)
          omitEmpty(port, ['name'])
          if (textAt(port, 'protocol') === '') port['protocol'] = 'TCP'
        }
      }
    },
    validateCreate: (draft) => [...validateMeta(draft, { name: 'subdomain', namespaced: true }), ...validateSubsets(draft)],
    validateUpdate: (draft, old) => [...validateMetaUpdate(draft, old), ...(sameJson(draft['subsets'], old['subsets']) ? [] : validateSubsets(draft))],
  },
}

function validateSubsets(object: ApiObject): FieldError[] {
  return listAt(object, 'subsets').flatMap((subset, index) => {
    const field = `subsets[${index}]`
    const [ready, notReady, ports] = [listAt(subset, 'addresses'), listAt(subset, 'notReadyAddresses'), listAt(subset, 'ports')]
    return [
      ...(ready.length + notReady.length === 0 ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...ready.flatMap((address, at) => validateSubsetAddress(`${field}.addresses[${at}]`, address)),
      ...notReady.flatMap((address, at) => validateSubsetAddress(`${field}.notReadyAddresses[${at}]`, address)),
      ...ports.flatMap((port, at) => validatePort(`${field}.ports[${at}]`, port, ports.length > 1)),
    ]
  })
}

function validateSubsetAddress(field: string, address: Fields): FieldError[] {
  const [ip, host, node] = [textAt(address, 'ip'), textAt(address, 'hostname'), textAt(address, 'nodeName')]
  return [
    ...validateAddress(`${field}.ip`, ip),
    ...(host === '' ? [] : eachInvalid(`${field}.hostname`, host, wrongLabel(host))),
    ...(node === '' ? [] : eachInvalid(`${field}.nodeName`, node, wrongSubdomain(node))),
    ...validateEndpointAddress(`${field}.ip`, ip),
  ]
}

function validatePort(field: string, port: Fields, needsName: boolean): FieldError[] {
  const [name, protocol, application] = [textAt(port, 'name'), textAt(port, 'protocol'), textAt(port, 'appProtocol')]
  const errors: FieldError[] = []
  if (name !== '') errors.push(...eachInvalid(`${field}.name`, name, wrongLabel(name)))
  else if (needsName) errors.push(required(`${field}.name`))
  errors.push(...eachInvalid(`${field}.port`, numberAt(port, 'port'), wrongPortNumber(numberAt(port, 'port'))))
  if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS))
  return application === '' ? errors : [...errors, ...eachInvalid(`${field}.appProtocol`, application, wrongQualifiedName(application))]
}

function show(object: ApiObject): string {
  const shown = listAt(object, 'subsets').flatMap((subset) => {
    const addresses = listAt(subset, 'addresses').map((address) => textAt(address, 'ip'))
    const ports = listAt(subset, 'ports').map((port) => numberAt(port, 'port'))
    if (ports.length === 0) return addresses
    return ports.flatMap((port) => addresses.map((address) => `${address.includes(':') ? `[${address}]` : address}:${port}`))
  })
  if (listAt(object, 'subsets').length === 0) return '<none>'
  return shown.length > 3 ? `${shown.slice(0, 3).join(',')} + ${shown.length - 3} more...` : shown.join(',')
}
