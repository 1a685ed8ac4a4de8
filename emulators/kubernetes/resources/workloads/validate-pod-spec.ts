/** What is refused in the spec of a Pod, as far as people get it wrong by hand: containers, images, ports, policies. */
import type { FieldError } from '../../resource.ts'
import { listAt, numberAt, textAt, type Fields } from '../rules/draft.ts'
import { duplicate, eachInvalid, invalid, notSupported, required } from '../rules/field-errors.ts'
import { wrongLabel, wrongPortName, wrongPortNumber } from '../rules/names.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** `field` is where the spec stands: `spec` or `spec.template.spec`. */
export function validatePodSpec(field: string, spec: Fields, policies: readonly string[] = ['Always', 'OnFailure', 'Never']): FieldError[] {
  const containers = listAt(spec, 'containers')
  const errors: FieldError[] = containers.length === 0 ? [required(`${field}.containers`)] : []
  const names = new Set<string>()
  for (const [index, container] of containers.entries()) {
    errors.push(...validateContainer(`${field}.containers[${index}]`, container))
    const name = textAt(container, 'name')
    if (names.has(name)) errors.push(duplicate(`${field}.containers[${index}].name`, name))
    names.add(name)
  }
  const policy = textAt(spec, 'restartPolicy')
  if (!policies.includes(policy)) errors.push(notSupported(`${field}.restartPolicy`, policy, policies))
  return errors
}

function validateContainer(field: string, container: Fields): FieldError[] {
  const [name, image] = [textAt(container, 'name'), textAt(container, 'image')]
  const errors = name === '' ? [required(`${field}.name`)] : eachInvalid(`${field}.name`, name, wrongLabel(name))
  if (image === '') errors.push(required(`${field}.image`))
  else if (image.trim() !== image) errors.push(invalid(`${field}.image`, image, 'must not have leading or trailing whitespace'))
  return [...errors, ...listAt(container, 'ports').flatMap((port, index) => validatePort(`${field}.ports[${index}]`, port))]
}

function validatePort(field: string, port: Fields): FieldError[] {
  const [name, number, protocol] = [textAt(port, 'name'), numberAt(port, 'containerPort'), textAt(port, 'protocol')]
  const errors = name === '' ? [] : eachInvalid(`${field}.name`, name, wrongPortName(name))
  if (number === 0) errors.push(required(`${field}.containerPort`))
  else errors.push(...eachInvalid(`${field}.containerPort`, number, wrongPortNumber(number)))
  return PROTOCOLS.includes(protocol) ? errors : [...errors, notSupported(`${field}.protocol`, protocol, PROTOCOLS)]
}
