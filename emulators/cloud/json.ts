/** JSON as it is read, kept and answered: never changed in place. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [name: string]: Json | undefined
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at this name; an empty one where there is none. */
export function objectAt(of: JsonObject, name: string): JsonObject {
  const value = of[name]
  return isObject(value) ? value : {}
}

/** The objects of a list; none where there is no list. */
export function objectsAt(of: JsonObject, name: string): readonly JsonObject[] {
  const value = of[name]
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function textAt(of: JsonObject, name: string): string | undefined {
  const value = of[name]
  return typeof value === 'string' ? value : undefined
}

export function textsAt(of: JsonObject, name: string): readonly string[] {
  const value = of[name]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

export function numberAt(of: JsonObject, name: string): number | undefined {
  const value = of[name]
  return typeof value === 'number' ? value : undefined
}

/** Without the members that are undefined, and those in them. */
export function compact(value: Json): Json {
  if (Array.isArray(value)) return value.map(compact)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : [[name, compact(one)]])))
}

/** Equal members in any order; undefined ones do not count. */
export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, at) => isEqual(one, b[at]))
  if (!isObject(a) || !isObject(b)) return a === b
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => isEqual(a[name], b[name]))
}
