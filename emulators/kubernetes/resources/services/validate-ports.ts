/** What the API server refuses in the ports of a Service, one by one. */
import type { FieldError } from '../../resource.ts'
import { duplicate, eachInvalid, notSupported, required } from '../rules/field-errors.ts'
import { wrongLabel, wrongPortName, wrongPortNumber, wrongQualifiedName } from '../rules/names.ts'
import type { ServicePort } from './spec.ts'

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export function validatePorts(ports: readonly ServicePort[]): FieldError[] {
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`
    const errors = validateName(port, ports.length > 1, names).map((error) => ({ ...error, field: `${field}.name` }))
    errors.push(...eachInvalid(`${field}.port`, port.port, wrongPortNumber(port.port)))
    if (!PROTOCOLS.includes(port.protocol ?? '')) errors.push(notSupported(`${field}.protocol`, port.protocol, PROTOCOLS))
    const target = port.targetPort ?? port.port
    errors.push(...eachInvalid(`${field}.targetPort`, target, typeof target === 'number' ? wrongPortNumber(target) : wrongPortName(target)))
    if (port.appProtocol !== undefined) errors.push(...eachInvalid(`${field}.appProtocol`, port.appProtocol, wrongQualifiedName(port.appProtocol)))
    return errors
  })
}

function validateName({ name = '' }: ServicePort, isNeeded: boolean, names: Set<string>): FieldError[] {
  if (name === '') return isNeeded ? [required('name')] : []
  const errors = eachInvalid('name', name, wrongLabel(name))
  if (names.has(name)) errors.push(duplicate('name', name))
  names.add(name)
  return errors
}
