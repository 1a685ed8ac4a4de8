/** The addresses a Service asks for. Whether they are free is for the provider to say. */
import { familyOf, parseAddress, type Family } from '../model/address.ts'
import type { LoadBalancer } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import { familiesOf } from './families.ts'
import type { RequestInput } from './request-input.ts'

/** `fairlead.dev/addresses` before `spec.loadBalancerIP`, which the API server stores whatever it says. */
export function buildAddresses(request: RequestInput): Pick<LoadBalancer, 'addresses' | 'addressesFrom'> {
  const { service, reading, findings } = request
  const field = service.spec.loadBalancerIP ?? ''
  const listed = reading.neutral.addresses
  if (listed !== undefined) {
    if (field.trim() !== '') findings.notes.push(`spec.loadBalancerIP is not used: ${reading.keyOf('addresses')} takes precedence`)
    return from(reading.keyOf('addresses'), onePerFamily(listed, reading.keyOf('addresses'), request))
  }
  if (field.trim() === '') return { addresses: [] }
  const address = parseAddress(field)
  if (address !== undefined) return from('spec.loadBalancerIP', supported(onePerFamily([address], 'spec.loadBalancerIP', request), request))
  findings.problems.push({
    reason: 'Invalid',
    field: 'spec.loadBalancerIP',
    value: field,
    wrong: 'is not an IP address',
    allowed: `an ${familiesOf(service).join(' or ')} address`,
  })
  return { addresses: [] }
}

function from(field: string, addresses: readonly string[]): Pick<LoadBalancer, 'addresses' | 'addressesFrom'> {
  return addresses.length === 0 ? { addresses } : { addresses, addressesFrom: field }
}

function onePerFamily(addresses: readonly string[], field: string, { service, findings }: RequestInput): readonly string[] {
  const families = familiesOf(service)
  const problem = (value: string, wrong: string, allowed: string): Problem => ({ reason: 'Invalid', field, value, wrong, allowed })
  const taken = new Map<Family, string>()
  for (const address of addresses) {
    const family = familyOf(address)
    const other = taken.get(family)
    if (!families.includes(family)) {
      findings.problems.push(
        problem(address, `is ${family}, and the Service has ${families.join(' and ')} alone (spec.ipFamilies)`, `an ${families.join(' or ')} address`),
      )
    } else if (other !== undefined) {
      findings.problems.push(problem(addresses.join(','), `names two ${family} addresses`, 'one address per family'))
    } else taken.set(family, address)
  }
  return [...taken.values()]
}

/** For the field alone: the annotation's support is checked with all the others. */
function supported(addresses: readonly string[], { service, context, findings }: RequestInput): readonly string[] {
  const support = context.provider.capabilities.addresses
  if (!support.supported) {
    findings.problems.push({
      reason: 'Invalid',
      field: 'spec.loadBalancerIP',
      value: service.spec.loadBalancerIP ?? '',
      wrong: `is not possible with the provider ${context.provider.name}: ${support.because}`,
    })
  }
  return addresses
}
