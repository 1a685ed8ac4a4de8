/** Label and field selectors: their text, and whether an object matches. */
import { badRequest } from '../api-error.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'

export type Matches = (object: ApiObject) => boolean

/** What a list or a watch shows. */
export interface Selection {
  /** Undefined: everything. */
  readonly matches: Matches | undefined
  /** The only name that can match, when the selector names one. */
  readonly name?: string
}

export function readSelection(resource: Resource, query: URLSearchParams): Selection {
  const labels = readLabelSelector(query.get('labelSelector') ?? '')
  const { matches: fields, name } = readFieldSelector(resource, query.get('fieldSelector') ?? '')
  const matches = labels === undefined ? fields : fields === undefined ? labels : (object: ApiObject): boolean => labels(object) && fields(object)
  return { matches, ...(name === undefined ? {} : { name }) }
}

type Test = (value: string | undefined) => boolean

/** `a=1,b!=2,c in (x,y),d notin (x),e,!f`; undefined for an empty one. Throws 400. */
export function readLabelSelector(text: string): Matches | undefined {
  const tests = splitOutside(text).map(readRequirement)
  if (tests.length === 0) return undefined
  return (object) => tests.every(([key, test]) => test(object.metadata.labels?.[key]))
}

/** Splits at commas that are in no parentheses. */
function splitOutside(text: string): string[] {
  return (text.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '')
}

const KEY = String.raw`[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?`
const REQUIREMENT = new RegExp(String.raw`^(?<key>${KEY})(?:\s*(?<sign>==|=|!=|>|<)\s*(?<value>[-A-Za-z0-9_.]*)|\s+(?<set>in|notin)\s*\((?<values>[^)]*)\))?$`)

function readRequirement(text: string): readonly [string, Test] {
  const absent = new RegExp(`^!\\s*(${KEY})$`).exec(text)
  if (absent?.[1] !== undefined) return [absent[1], (value) => value === undefined]
  const groups = REQUIREMENT.exec(text)?.groups
  if (groups === undefined) {
    const [, second = ''] = text.split(/\s+/)
    throw badRequest(`unable to parse requirement: found '${second}', expected: in, notin, =, ==, !=, gt, lt`)
  }
  return [groups['key'] ?? '', testOf(groups)]
}

function testOf({ sign, value = '', set, values = '' }: Record<string, string | undefined>): Test {
  const members = new Set(values.split(',').map((each) => each.trim()))
  if (set === 'in') return (label) => label !== undefined && members.has(label)
  if (set === 'notin') return (label) => label === undefined || !members.has(label)
  if (sign === '=' || sign === '==') return (label) => label === value
  if (sign === '!=') return (label) => label !== value
  if (sign === '>') return (label) => label !== undefined && Number(label) > Number(value)
  if (sign === '<') return (label) => label !== undefined && Number(label) < Number(value)
  return (label) => label !== undefined
}

function readFieldSelector(resource: Resource, text: string): Selection {
  const tests: Matches[] = []
  let name: string | undefined
  for (const part of text.split(',').filter((each) => each !== '')) {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part)
    if (match === null) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`)
    const [, field = '', sign, value = ''] = match
    const read = readerOf(resource, field)
    const isEqual = sign !== '!='
    if (field === 'metadata.name' && isEqual) name = value
    tests.push((object) => (read(object) === value) === isEqual)
  }
  if (tests.length === 0) return { matches: undefined }
  return { matches: (object) => tests.every((test) => test(object)), ...(name === undefined ? {} : { name }) }
}

function readerOf(resource: Resource, field: string): (object: ApiObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name
  if (field === 'metadata.namespace') return (object) => object.metadata.namespace ?? ''
  const read = resource.selectable?.[field]
  if (read !== undefined) return read
  if (resource.selectable !== undefined) throw badRequest(`field label not supported: ${field}`)
  throw badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
}
