/** From where clients may come. It fails closed: a list that cannot be read whole is a problem, never a wider list. */
import { withRest } from '../../annotations/rest.ts'
import { familyOf, parseCidr } from '../model/address.ts'
import type { ListenerKey } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import { excerpt } from '../model/text.ts'
import { familiesOf } from './families.ts'
import type { RequestInput } from './request-input.ts'

/** An annotation holds fewer: its value is bounded in bytes. What a provider can take is for its planner to say. */
const MOST_RANGES = 5_000

export const SOURCE_RANGES_FIELD = 'spec.loadBalancerSourceRanges'

/**
 * The Service's ranges, canonical and sorted; undefined: everybody. The field before the annotation, as Kubernetes has it; an empty field says nothing.
 * A list without a range of a family closes that family.
 */
export function buildSourceRanges(request: RequestInput): readonly string[] | undefined {
  const { service, reading, findings } = request
  const listed = reading.neutral.sourceRanges?.service
  const field = service.spec.loadBalancerSourceRanges ?? []
  if (field.length > 0 && listed !== undefined)
    findings.notes.push(`${reading.keyOf('sourceRanges')} is not used for the whole Service: ${SOURCE_RANGES_FIELD} takes precedence`)
  const ranges = field.length > 0 ? fromField(field, request) : listed
  if (ranges === undefined) return undefined
  const families = familiesOf(service)
  const from = field.length > 0 ? SOURCE_RANGES_FIELD : reading.keyOf('sourceRanges')
  noteIdle(ranges, from, request)
  for (const family of families) {
    if (!ranges.some((range) => familyOf(range) === family)) findings.notes.push(`no source range is ${family}: no ${family} client is allowed`)
  }
  return sorted(ranges)
}

/** A port's own ranges, canonical and sorted; undefined: those of the Service count. */
export function buildPortSourceRanges(key: ListenerKey, request: RequestInput): readonly string[] | undefined {
  const { service, reading, findings } = request
  const ranges = reading.neutral.sourceRanges?.ports[key]
  if (ranges === undefined) return undefined
  noteIdle(ranges, reading.keyOf('sourceRanges', key), request)
  for (const family of familiesOf(service)) {
    if (!ranges.some((range) => familyOf(range) === family))
      findings.notes.push(`no source range for ${key} is ${family}: no ${family} client is allowed there`)
  }
  return sorted(ranges)
}

/** Ranges of a family that the Service does not have. */
function noteIdle(ranges: readonly string[], from: string, { service, findings }: RequestInput): void {
  const families = familiesOf(service)
  const idle = ranges.filter((range) => !families.includes(familyOf(range)))
  if (idle.length === 0) return
  const note = `${from}: ${excerpt(idle.join(', '))} opens nothing, because the Service has ${families.join(' and ')} addresses only (spec.ipFamilies)`
  // One annotation may be for both protocols of a number.
  if (!findings.notes.includes(note)) findings.notes.push(note)
}

/** Sorted and without doubles, so that equal requests are equal. */
function sorted(ranges: readonly string[]): readonly string[] {
  return [...new Set(ranges)].toSorted()
}

/** Older API servers stored what newer ones refuse: host bits, leading zeros, spaces. */
function fromField(field: readonly string[], { context, findings }: RequestInput): readonly string[] {
  const support = context.provider.capabilities['source-ranges']
  if (!support.supported) {
    findings.problems.push({
      reason: 'Invalid',
      field: SOURCE_RANGES_FIELD,
      value: field.join(','),
      wrong: `is not possible with the provider ${context.provider.name}: ${support.because}`,
    })
  }
  if (field.length > MOST_RANGES) {
    findings.problems.push({ reason: 'Invalid', field: SOURCE_RANGES_FIELD, wrong: `holds ${field.length} ranges`, allowed: `at most ${MOST_RANGES} ranges` })
    return []
  }
  const wrong: Problem[] = []
  const ranges: string[] = []
  for (const value of field) {
    const range = parseCidr(value)
    if (range === undefined)
      wrong.push({ reason: 'Invalid', field: SOURCE_RANGES_FIELD, value, wrong: 'is not an IP range', allowed: 'ranges such as 192.0.2.0/24' })
    else ranges.push(range)
  }
  findings.problems.push(...withRest(wrong, wrong.length, SOURCE_RANGES_FIELD))
  return ranges
}
