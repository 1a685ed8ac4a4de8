/** What the parts of an admission policy have in common: the annotations that say something, as CEL, and the refusals as CEL texts. */
import type { AnnotationSet } from '../../annotations/define.ts'
import { problemText } from '../model/problem.ts'
import { isSpelled, text } from './cel.ts'
import type { Refusal } from './refusals.ts'
import { FIELDS } from './said.ts'
import { type Spelling, spellingsOf } from './spellings.ts'

export interface Variable {
  readonly name: string
  readonly expression: string
}

export function keysThatSay(means: readonly string[], sets: readonly AnnotationSet<unknown>[]): string {
  return keysIn(
    means.flatMap((key) => spellingsOf(key, sets)),
    means,
  )
}

export function keysIn(spellings: readonly Spelling[], means: readonly string[]): string {
  const fields = Object.entries(fieldsFor(means)).map(([field, value]) => `(${value} == "" ? [] : [${text(field)}])`)
  return [`variables.annotations.filter(k, ${isSpelled(spellings)})`, ...fields].join(' + ')
}

export const IN_SPEC: Readonly<Record<keyof typeof FIELDS, string>> = {
  'spec.loadBalancerIP': 'object.spec.?loadBalancerIP.orValue("").trim()',
  'spec.loadBalancerSourceRanges': 'object.spec.?loadBalancerSourceRanges.orValue([]).join(",")',
}

export function fieldsFor(means: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(IN_SPEC).filter(([field]) => means.includes(FIELDS[field as keyof typeof FIELDS])))
}

/** A validation that holds where the rule does not select the namespace, or the list of this name is empty. */
export function emptyUnder(rule: string, name: string, message: string): object {
  return { expression: `!variables.${rule} || variables.${name}.size() == 0`, messageExpression: message, reason: 'Forbidden' }
}

const LONGEST_ITEM = 100

/** The controller's sentence, with the key and the value put in by CEL. */
export function sentence(key: string, value: string | undefined, refusal: Refusal): string {
  const rest = problemText({ ...refusal, field: '' })
  if (value === undefined) return `${key} + ${text(rest)}`
  const cut = `(${value}.size() > ${LONGEST_ITEM} ? ${value}.substring(0, ${LONGEST_ITEM}) + "..." : ${value})`
  return `${key} + ": \\"" + ${cut} + "\\"" + ${text(rest)}`
}
