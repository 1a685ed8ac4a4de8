/** The links in a body: to whom it refers, and how they are shown. */
import { type Json, type JsonObject, isObject } from '../../cloud/json.ts'
import type { Field, Fields } from './field.ts'

export interface Reference {
  readonly path: string
  /** Collections; none: what it names need not be there. */
  readonly to: readonly string[]
  /** `backends[].group` */
  readonly member: string
}

export function referencesIn(fields: Fields, body: JsonObject): readonly Reference[] {
  return Object.entries(fields).flatMap(([name, field]) => of(field, body[name], name))
}

function of(field: Field, value: Json | undefined, member: string): readonly Reference[] {
  if (field.kind === 'link') return typeof value === 'string' ? [{ path: value, to: field.to, member }] : []
  if (field.kind === 'links') return Array.isArray(value) ? value.flatMap((one: Json) => of({ kind: 'link', to: field.to }, one, member)) : []
  if (field.kind === 'object' && isObject(value)) return referencesIn(field.fields, value).map((one) => ({ ...one, member: `${member}.${one.member}` }))
  if (field.kind === 'items' && Array.isArray(value)) {
    return value.filter(isObject).flatMap((one) => referencesIn(field.fields, one).map((ref) => ({ ...ref, member: `${member}[].${ref.member}` })))
  }
  return []
}

/** The body with whole URLs in place of paths. */
export function withUrls(fields: Fields, body: JsonObject, base: string): JsonObject {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shown(fields[name], value, base)]))
}

function shown(field: Field | undefined, value: Json | undefined, base: string): Json | undefined {
  if (field?.kind === 'link' || field?.kind === 'links') return urlsOf(value, base)
  if (field?.kind === 'object' && isObject(value)) return withUrls(field.fields, value, base)
  if (field?.kind === 'items' && Array.isArray(value)) {
    return value.map((one: Json) => (isObject(one) ? withUrls(field.fields, one, base) : one))
  }
  return value
}

function urlsOf(value: Json | undefined, base: string): Json | undefined {
  if (Array.isArray(value)) return value.map((one: Json) => urlsOf(one, base) ?? one)
  return typeof value === 'string' && value.startsWith('projects/') ? `${base}${value}` : value
}
