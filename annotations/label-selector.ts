/** Label selectors in the syntax of `kubectl -l`: parsed once, put in one canonical text, matched against labels. */
import { quoted } from '../src/model/text.ts'
import type { Parsed, Parser } from './define.ts'
import { MOST_ITEMS, TOO_MANY } from './parsers.ts'

/** All of `requirements` have to hold. Equal selectors have equal texts. */
export interface LabelSelector {
  readonly text: string
  readonly requirements: readonly Requirement[]
}

interface Requirement {
  readonly key: string
  readonly operator: 'in' | 'notin' | 'exists' | 'absent'
  readonly values: readonly string[]
}

const KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/
const VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/

export const labelSelector: Parser<LabelSelector> = {
  allowed: 'a label selector such as `pool=edge`, `zone in (a,b)` or `!gpu`, parts separated by commas',
  parse: selectorOf,
}

/** As Kubernetes matches: `!=` and `notin` also hold for an object without the label. */
export function matches({ requirements }: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    switch (operator) {
      case 'in':
        return value !== undefined && values.includes(value)
      case 'notin':
        return value === undefined || !values.includes(value)
      case 'exists':
        return value !== undefined
      case 'absent':
        return value === undefined
      default:
        return operator satisfies never
    }
  })
}

function selectorOf(text: string): Parsed<LabelSelector> {
  if (text.trim() === '') return { ok: false, wrong: 'is empty' }
  const requirements: Requirement[] = []
  const parts = partsOf(text)
  if (parts.length > MOST_ITEMS) return TOO_MANY
  for (const part of parts.map((each) => each.trim())) {
    const requirement = requirementOf(part)
    if (requirement === undefined) return { ok: false, wrong: `holds ${quoted(part)}, which is not a label requirement` }
    if (requirement.values.length > MOST_ITEMS) return TOO_MANY
    requirements.push(requirement)
  }
  const texts = requirements.map(requirementText).toSorted()
  return { ok: true, value: { text: [...new Set(texts)].join(','), requirements } }
}

/** A comma inside parentheses separates values, not parts. One pass. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  let isInside = false
  for (let i = 0; i < text.length && parts.length <= MOST_ITEMS; i++) {
    const character = text[i]
    if (character === '(') isInside = true
    else if (character === ')') isInside = false
    else if (character === ',' && !isInside) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

function requirementOf(part: string): Requirement | undefined {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part)
  if (set !== null) {
    const [, key = '', operator, values = ''] = set
    return valid({
      key,
      operator: operator === 'in' ? 'in' : 'notin',
      values: values
        .split(',')
        .map((value) => value.trim())
        .toSorted(),
    })
  }
  const equality = /^([^\s=!]+)\s*(==?|!=)\s*(\S*)$/.exec(part)
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality
    return valid({ key, operator: operator === '!=' ? 'notin' : 'in', values: [value] })
  }
  return part.startsWith('!') ? valid({ key: part.slice(1).trim(), operator: 'absent', values: [] }) : valid({ key: part, operator: 'exists', values: [] })
}

function valid(requirement: Requirement): Requirement | undefined {
  return KEY.test(requirement.key) && requirement.values.every((value) => VALUE.test(value)) ? requirement : undefined
}

function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key
    case 'absent':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`
    default:
      return operator satisfies never
  }
}
