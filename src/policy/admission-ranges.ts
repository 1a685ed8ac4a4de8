/** A rule about source ranges as CEL: `isCIDR` and `cidr` are part of Kubernetes from 1.30. */
import { KEYS } from '../../annotations/neutral.ts'
import type { AnnotationSet } from '../../annotations/define.ts'
import { defaultsAnnotationOf, finalizerOf } from '../model/names.ts'
import { emptyUnder, IN_SPEC, keysThatSay, sentence, type Variable } from './admission-parts.ts'
import { all, any, isSpelled, list, text } from './cel.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { admittingKeys } from './ranges.ts'
import { onlyRanges, rangeNotAllowed, rangesMissing, SOURCE_RANGES, SOURCE_RANGES_FIELD } from './refusals.ts'
import { spellingsOf } from './spellings.ts'

export interface RangeOptions {
  readonly provider: string
  readonly sets: readonly AnnotationSet<unknown>[]
}

const LISTENER = KEYS.listener
const FIELD = IN_SPEC[SOURCE_RANGES_FIELD]

export function rangeVariables({ rules }: Policy, options: RangeOptions): readonly Variable[] {
  const limited = rules.flatMap((rule, i) => (rule.allowedSourceRanges === undefined ? [] : [{ i, allowed: rule.allowedSourceRanges }]))
  if (limited.length === 0) return []
  const spellings = spellingsOf(SOURCE_RANGES, options.sets)
  const whole = spellings.map(({ key, isForeign, how }) => ({ key, isForeign, how }))
  const isDefault = `k == ${text(SOURCE_RANGES)} && variables.defaultRanges != ""`
  const value = `(k == ${text(SOURCE_RANGES_FIELD)} ? ${FIELD} : (${isDefault}) ? variables.defaultRanges : variables.annotations[k])`
  const items = `${value}.split(",").map(item, item.trim())`
  return [
    { name: 'hasRanges', expression: any([`${FIELD} != ""`, `variables.annotations.exists(k, ${isSpelled(whole)})`]) },
    { name: 'defaultRanges', expression: `variables.hasRanges ? "" : (${defaultRanges(rules, options)})` },
    {
      name: 'hasRangesForAll',
      expression: any(['variables.hasRanges', 'variables.defaultRanges != ""', `object.spec.?ports.orValue([]).all(p, ${isPortClosed})`]),
    },
    {
      name: 'rangeKeys',
      expression: `variables.annotations.filter(k, ${isSpelled(spellings)}) + (${FIELD} == "" ? [] : [${text(SOURCE_RANGES_FIELD)}]) + (variables.defaultRanges == "" ? [] : [${text(SOURCE_RANGES)}])`,
    },
    ...limited.flatMap(({ i, allowed }) => [
      { name: `admitting${i}`, expression: keysThatSay(admittingKeys(options.sets), options.sets) },
      { name: `outside${i}`, expression: `variables.rangeKeys.filter(k, !${items}.all(item, ${isWithin(allowed)}))` },
      {
        name: `range${i}`,
        expression: `variables.outside${i}.size() == 0 ? "" : [variables.outside${i}.min()].map(k, ${items}.filter(item, !(${isWithin(allowed)}))[0])[0]`,
      },
    ]),
  ]
}

export function rangeValidations(policy: Policy, rule: PolicyRule, i: number): readonly object[] {
  if (rule.allowedSourceRanges === undefined) return []
  return [
    emptyUnder(`rule${i}`, `admitting${i}`, sentence(`variables.admitting${i}.min()`, undefined, onlyRanges(policy, rule))),
    emptyUnder(`rule${i}`, `outside${i}`, sentence(`variables.outside${i}.min()`, `variables.range${i}`, rangeNotAllowed(policy, rule))),
    {
      expression: any([`!variables.rule${i}`, 'variables.hasRangesForAll']),
      messageExpression: sentence(text(SOURCE_RANGES_FIELD), undefined, rangesMissing(policy, rule)),
      reason: 'Forbidden',
    },
  ]
}

function isWithin(allowed: readonly string[]): string {
  return `isCIDR(item) && ${list(allowed)}.exists(n, cidr(n).containsCIDR(item))`
}

/** Whether the port `p` has its own ranges, or is not listened on. A port that is closed by an annotation for all ports counts as open here. */
const isPortClosed = any([
  `variables.annotations.exists(k, ${isForPort(SOURCE_RANGES)})`,
  `variables.annotations.exists(k, ${all([isForPort(LISTENER), 'variables.annotations[k].trim() == "off"'])})`,
])

/** Whether `k` is the annotation for the port `p`: by its number, or its number and protocol in any case. */
function isForPort(key: string): string {
  const number = 'string(p.port)'
  const both = `${number} + "-" + p.?protocol.orValue("TCP").lowerAscii()`
  return all([`k.startsWith(${text(`${key}.`)})`, `k.substring(${key.length + 1}).lowerAscii() in [${number}, ${both}]`])
}

/** The ranges of a Service that names none for all its ports: what was kept on it, or, when it is new, the default of the first rule that has one. */
function defaultRanges(rules: readonly PolicyRule[], { provider }: RangeOptions): string {
  const key = text(defaultsAnnotationOf(provider))
  const word = `${SOURCE_RANGES}=`
  const isHeld = `${text(finalizerOf(provider))} in object.metadata.?finalizers.orValue([])`
  // A comma within a value is kept as `\,`.
  const pairs = `variables.annotations[?${key}].orValue("").replace("\\\\,", ";").split(",").map(p, p.trim()).filter(p, p.startsWith(${text(word)}))`
  const kept = `(${pairs}.size() == 0 ? "" : ${pairs}[0].substring(${word.length}).replace(";", ","))`
  const cases = rules.flatMap(({ defaults }, i) => {
    const ranges = defaults?.[SOURCE_RANGES]
    return ranges === undefined ? [] : [[`variables.rule${i}`, text(ranges)] as const]
  })
  const ofNew = cases.reduceRight((otherwise, [condition, ranges]) => `(${condition} ? ${ranges} : ${otherwise})`, '""')
  return `${isHeld} ? ${kept} : ${ofNew}`
}
