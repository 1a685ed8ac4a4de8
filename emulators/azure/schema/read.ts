/** Reads what a client sent into the form that is kept: only members that exist, in their own kinds, with what is filled in. */
import { type Detail, unreadable } from '../arm/refusal.ts'
import type { ElementType, Field, Fields } from './field.ts'
import { withTypes } from './ids.ts'
import { type Json, type JsonObject, isObject } from './json.ts'

interface At {
  /** `properties.probes[0]` */
  readonly path: string
  readonly problems: Detail[]
}

/** Members that every element has, and no client decides. */
const OWN: readonly string[] = ['id', 'name', 'type', 'etag']

/** The body of an element: its envelope and `properties`. Throws a Refusal that names each member that does not exist or is of another kind. */
export function readElement(type: ElementType, sent: Json): JsonObject {
  const problems: Detail[] = []
  const body = element(type, sent, { path: '', problems })
  if (problems.length > 0) throw unreadable(problems)
  return body
}

function element(type: ElementType, sent: Json, at: At): JsonObject {
  if (!isObject(sent)) {
    misfit(at, sent, type.action)
    return {}
  }
  const known = { ...type.envelope, properties: { kind: 'object', fields: type.fields } satisfies Field }
  refuseUnknown(sent, [...Object.keys(known), ...OWN], { ...at, of: type.action })
  return {
    ...members(type.envelope, sent, { ...at, of: type.action }),
    properties: properties(type, sent['properties'], { ...at, path: joined(at.path, 'properties') }),
  }
}

function properties(type: ElementType, sent: Json | undefined, at: At): JsonObject {
  const of = `${type.action}Properties`
  const given = sent ?? {}
  if (!isObject(given)) {
    misfit(at, given, of)
    return {}
  }
  refuseUnknown(given, [...Object.keys(type.fields), 'provisioningState', 'resourceGuid'], { ...at, of })
  return members(type.fields, given, { ...at, of })
}

function members(fields: Fields, sent: JsonObject, at: At & { readonly of: string }): JsonObject {
  const found = Object.entries(fields).map(([name, field]) => [name, value(field, sent[name], { ...at, path: joined(at.path, name) })] as const)
  return Object.fromEntries(found.filter(([, one]) => one !== undefined))
}

function value(field: Field, sent: Json | undefined, at: At): Json | undefined {
  if (field.isReadOnly === true || sent === undefined || sent === null) return field.or
  switch (field.kind) {
    case 'text':
      return readText(field.oneOf, sent, at)
    case 'number':
      return typeof sent === 'number' || (typeof sent === 'string' && /^-?\d+$/.test(sent)) ? readNumber(Number(sent), at) : misfit(at, sent, 'Int32')
    case 'flag':
      return typeof sent === 'boolean' ? sent : misfit(at, sent, 'Boolean')
    case 'texts':
      return Array.isArray(sent) && sent.every((one) => typeof one === 'string') ? sent : misfit(at, sent, 'String[]')
    case 'any':
      return sent
    case 'object':
      if (!isObject(sent)) return misfit(at, sent, 'Object')
      refuseUnknown(sent, Object.keys(field.fields), { ...at, of: at.path })
      return members(field.fields, sent, { ...at, of: at.path })
    case 'items':
      return each(sent, at, (one, place) => value({ kind: 'object', fields: field.fields }, one, place) ?? {})
    case 'children':
      return each(sent, at, (one, place) => child(field.type, one, place))
    case 'reference':
      return readReference(field.to, sent, at)
    case 'references':
      return Array.isArray(sent) && sent.length === 0 ? undefined : each(sent, at, (one, place) => readReference(field.to, one, place) ?? {})
    case 'users':
      return undefined
    default:
      return field satisfies never
  }
}

/** A part of a document is known by its name. */
function child(type: ElementType, sent: Json, at: At): JsonObject {
  const name = isObject(sent) ? sent['name'] : undefined
  if (typeof name !== 'string' || name === '') {
    at.problems.push({ code: 'MissingJsonReferenceId', message: `Value for reference id is missing. Path '${at.path}'.` })
    return {}
  }
  return { name, ...element(type, sent, at) }
}

/** What stands beside the id is taken from the resource itself. */
function readReference(to: readonly string[], sent: Json, at: At): JsonObject | undefined {
  if (isObject(sent) && typeof sent['id'] === 'string') return { id: withTypes(sent['id'], to) }
  at.problems.push({ code: 'MissingJsonReferenceId', message: `Value for reference id is missing. Path '${at.path}'.` })
  return undefined
}

/** Enumerations do not mind the case. */
function readText(oneOf: readonly string[] | undefined, sent: Json, at: At): Json | undefined {
  if (typeof sent !== 'string') return misfit(at, sent, 'String')
  if (oneOf === undefined) return sent
  return oneOf.find((one) => one.toLowerCase() === sent.toLowerCase()) ?? misfit(at, sent, oneOf.join('|'))
}

const INT32 = 2_147_483_647

function readNumber(sent: number, at: At): Json | undefined {
  if (Math.abs(sent) <= INT32) return sent
  at.problems.push({ code: 'InvalidJson', message: `JSON integer ${sent} is too large or small for an Int32. Path '${at.path}'.` })
  return undefined
}

function each(sent: Json, at: At, read: (one: Json, at: At) => Json): readonly Json[] | undefined {
  if (Array.isArray(sent)) return sent.map((one: Json, index) => read(one, { ...at, path: `${at.path}[${index}]` }))
  misfit(at, sent, 'Array')
  return undefined
}

function misfit({ path, problems }: At, sent: Json, kind: string): undefined {
  problems.push({ code: 'InvalidJson', message: `Error converting value ${JSON.stringify(sent)} to type '${kind}'. Path '${path}'.` })
}

function refuseUnknown(sent: JsonObject, known: readonly string[], { path, problems, of }: At & { readonly of: string }): void {
  for (const name of Object.keys(sent)) {
    if (known.includes(name)) continue
    problems.push({ code: 'InvalidJson', message: `Could not find member '${name}' on object of type '${of}'. Path '${joined(path, name)}'.` })
  }
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
