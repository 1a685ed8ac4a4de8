/** JSON values as they travel, and the few things that are done with them everywhere. It knows nothing of Kubernetes. */

export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at `key`, or an empty one that is not kept. */
export function fieldsAt(of: Fields, key: string): Fields {
  const value = of[key]
  return isFields(value) ? value : {}
}

/** A deep copy that may be changed. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T
  if (!isFields(value)) return value
  const copy: Fields = {}
  for (const key of Object.keys(value)) copy[key] = clone(value[key])
  return copy as T
}

/** A copy of the top level without some fields. */
export function omit<T extends object>(of: T, ...keys: readonly (keyof T & string)[]): Fields {
  return Object.fromEntries(Object.entries(of).filter(([key]) => !keys.some((each) => each === key)))
}

/** The text at `key`, or ''. */
export function textAt(of: Fields, key: string): string {
  const value = of[key]
  return typeof value === 'string' ? value : ''
}

/** Equal as JSON, whatever the order of the keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isFields(a) || !isFields(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

/** The name Go's JSON decoder has for the form of a value. */
export function formOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}

/** What Go's decoder says of a text that is no JSON. */
export function whyNotJson(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1]
  const position = token === undefined ? Number(/position (\d+)/.exec(message)?.[1] ?? text.length) : text.indexOf(token)
  if (position >= text.length || message.includes('Unterminated')) return 'unexpected end of JSON input'
  const character = text.charAt(position)
  const code = character.charCodeAt(0)
  const shown = code >= 0x20 && code < 0x7f ? character : `\\u${code.toString(16).padStart(4, '0')}`
  return `invalid character '${shown}' looking for beginning of value`
}
