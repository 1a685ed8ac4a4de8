/** References to what is gone: where Azure lets a resource go although others name it, it takes the name out of them. */
import type { Field, Fields } from '../schema/field.ts'
import { keyOf } from '../schema/ids.ts'
import { type Json, type JsonObject, isObject, objectAt, textAt } from '../schema/json.ts'
import { type Document, contentsOf } from './document.ts'
import type { Documents } from './documents.ts'

/** Documents that name elements which stood in `previous` and do not stand in `next`, as they are without these names. */
export function untied(documents: Documents, previous: Document | undefined, next: Document | undefined): readonly Document[] {
  if (previous === undefined) return []
  const left = next === undefined ? new Map() : contentsOf(next).elements
  const gone = new Set([...contentsOf(previous).elements.keys()].filter((key) => !left.has(key)))
  const users = [...gone].flatMap((key) => documents.users(key)).filter(({ by }) => keyOf(by.document.id) !== keyOf(previous.id))
  return [...new Set(users.map(({ by }) => by.document))].map((document) => ({ ...document, body: without(document, gone) }))
}

function without({ type, body }: Document, gone: ReadonlySet<string>): JsonObject {
  return { ...members(type.envelope, body, gone), properties: members(type.fields, objectAt(body, 'properties'), gone) }
}

function members(fields: Fields, of: JsonObject, gone: ReadonlySet<string>): JsonObject {
  const kept = Object.entries(of).map(([name, value]): readonly [string, Json | undefined] => {
    const field = fields[name]
    return [name, field === undefined || value === undefined ? value : valueOf(field, value, gone)]
  })
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined))
}

function valueOf(field: Field, value: Json, gone: ReadonlySet<string>): Json | undefined {
  const isGone = (one: Json): boolean => isObject(one) && gone.has(keyOf(textAt(one, 'id') ?? ''))
  const list = Array.isArray(value) ? value : []
  if (field.kind === 'reference') return isGone(value) ? undefined : value
  if (field.kind === 'references') return list.every(isGone) ? undefined : list.filter((one) => !isGone(one))
  if (field.kind === 'object') return isObject(value) ? members(field.fields, value, gone) : value
  if (field.kind === 'items') return list.map((one) => (isObject(one) ? members(field.fields, one, gone) : one))
  if (field.kind !== 'children') return value
  return list.map((one) => (isObject(one) ? { ...one, properties: members(field.type.fields, objectAt(one, 'properties'), gone) } : one))
}
