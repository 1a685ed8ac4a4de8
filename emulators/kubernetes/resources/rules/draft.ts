/** Handling of drafts as Go would write them back: what is empty and marked `omitempty` is not there. */

export type Fields = Record<string, unknown>

/** The object at `key`, made when it is not there. */
export function ensure(of: Fields, key: string): Fields {
  const value = of[key]
  if (isFields(value)) return value
  const made: Fields = {}
  of[key] = made
  return made
}

/** The object at `key`, or an empty one that is not kept. */
export function fieldsAt(of: Fields, key: string): Fields {
  const value = of[key]
  return isFields(value) ? value : {}
}

/** The list at `key`; empty when there is none. */
export function listAt(of: Fields, key: string): Fields[] {
  const value = of[key]
  return Array.isArray(value) ? value.filter(isFields) : []
}

export function textAt(of: Fields, key: string): string {
  const value = of[key]
  return typeof value === 'string' ? value : ''
}

export function numberAt(of: Fields, key: string): number {
  const value = of[key]
  return typeof value === 'number' ? value : 0
}

/** Takes away the fields that are null or zero: `''`, `0`, `false`, `[]`, `{}`. */
export function omitEmpty(of: Fields, keys: readonly string[]): void {
  for (const key of keys) if (isZero(of[key])) delete of[key]
}

/** Takes away null fields, which stand for a pointer that is nil. */
export function omitNull(of: Fields): void {
  for (const [key, value] of Object.entries(of)) if (value === null) delete of[key]
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isZero(value: unknown): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return isFields(value) && Object.keys(value).length === 0
}
