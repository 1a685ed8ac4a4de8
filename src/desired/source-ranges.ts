/** From where clients may come. It fails closed: a list that cannot be read whole is a problem, never a wider list. */
import { familyOf, parseCidr } from '../model/address.ts'
import { familiesOf } from './families.ts'
import type { Request } from './request.ts'

const FIELD = 'spec.loadBalancerSourceRanges'

/**
 * The Service's ranges, canonical and sorted; undefined: everybody. The field before the annotation, as Kubernetes has it; an empty field says nothing.
 * A list without a range of a family closes that family.
 */
export function buildSourceRanges(request: Request): readonly string[] | undefined {
  const { service, reading, findings } = request
  const listed = reading.neutral.sourceRanges?.service
  const field = service.spec.loadBalancerSourceRanges ?? []
  if (field.length > 0 && listed !== undefined)
    findings.notes.push(`${reading.keyOf('sourceRanges')} is not used for the whole Service: ${FIELD} comes before it`)
  const ranges = field.length > 0 ? fromField(field, request) : listed
  if (ranges === undefined) return undefined
  for (const family of familiesOf(service)) {
    if (!ranges.some((range) => familyOf(range) === family)) findings.notes.push(`no source range is ${family}: no ${family} client is let in`)
  }
  return sorted(ranges)
}

/** Sorted and without doubles, so that equal wishes are equal. */
export function sorted(ranges: readonly string[]): readonly string[] {
  return [...new Set(ranges)].toSorted()
}

/** Older API servers stored what newer ones refuse: host bits, leading zeros, spaces. */
function fromField(field: readonly string[], { context, findings }: Request): readonly string[] {
  const support = context.provider.capabilities['source-ranges']
  if (!support.supported) {
    findings.problems.push({
      reason: 'Invalid',
      field: FIELD,
      value: field.join(','),
      wrong: `is not possible with the provider ${context.provider.name}: ${support.because}`,
    })
  }
  const ranges: string[] = []
  for (const value of field) {
    const range = parseCidr(value)
    if (range === undefined)
      findings.problems.push({ reason: 'Invalid', field: FIELD, value, wrong: 'is not an IP range', allowed: 'ranges such as 192.0.2.0/24' })
    else ranges.push(range)
  }
  return ranges
}
