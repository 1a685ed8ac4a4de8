/** Strategic merge patch: lists are merged by the keys of the schema, and directives (`$patch`, `$retainKeys`, `$setElementOrder/x`, `$deleteFromPrimitiveList/x`) are obeyed. */
import { internal, invalid } from '../api-error.ts'
import { type Fields, clone, isFields, sameJson } from '../json.ts'
import type { Field, Struct, Type } from '../schema/notation.ts'

const ORDER = '$setElementOrder/'
const DELETE_FROM = '$deleteFromPrimitiveList/'

/** The patched object; the one given stays as it is. */
export function applyStrategicMerge(struct: Struct | undefined, document: Fields, patch: Fields): Fields {
  return mergeFields(struct, document, patch)
}

function mergeFields(struct: Struct | undefined, original: Fields, patch: Fields): Fields {
  const directive = patch['$patch']
  if (directive === 'replace') return withoutDirectives(patch)
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge') throw internal(`unknown patch type: ${goMap(directive)} in map: ${goMap(patch)}`)
  const result: Fields = retained(original, patch)
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue
    const merged = value === null ? undefined : mergeField(struct?.fields.get(key), result[key], { key, value, patch })
    if (merged === undefined) delete result[key]
    else result[key] = merged
  }
  for (const key of Object.keys(patch)) if (isListDirective(key)) applyListDirective(struct, result, { key, patch, original })
  return result
}

function retained(original: Fields, patch: Fields): Fields {
  const keep = patch['$retainKeys']
  if (!Array.isArray(keep)) return { ...original }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keep.includes(key)))
}

interface Given {
  readonly key: string
  readonly value: unknown
  readonly patch: Fields
}

function mergeField(field: Field | undefined, original: unknown, { value }: Given): unknown {
  if (Array.isArray(value)) {
    if (field?.merge !== true) return withoutDirectivesIn(value)
    return mergeList(field, Array.isArray(original) ? original : [], value)
  }
  if (field?.type.kind === 'list') {
    throw invalid({ group: '', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'patch',
        message: `Invalid value: ${JSON.stringify(goMap({ [field.name]: value }))}: cannot restore slice from ${typeof value === 'object' ? 'map' : typeof value}`,
      },
    ])
  }
  if (!isFields(value)) return value
  if (!isFields(original)) return mergeFields(structIn(field?.type), {}, value)
  return mergeFields(structIn(field?.type), original, value)
}

const structIn = (type: Type | undefined): Struct | undefined => (type?.kind === 'struct' ? type.struct : type?.kind === 'list' ? structIn(type.of) : undefined)

function mergeList(field: Field, original: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const { mergeKey } = field
  if (mergeKey === undefined) {
    const all = [...original, ...patch.filter((item) => !original.some((known) => sameJson(known, item)))]
    return interleaved(all, { order: patch, server: original, identify: (item) => item })
  }
  const items = patch.map((item) => {
    if (!isFields(item)) throw internal('expected a list of maps in the patch')
    return item
  })
  if (items.some((item) => item['$patch'] === 'replace')) return items.filter((item) => item['$patch'] === undefined).map(withoutDirectives)
  const result = original.filter(isFields)
  for (const item of items) mergeItem(field, result, item, mergeKey)
  return interleaved(result, { order: items, server: original, identify: (item) => (isFields(item) ? item[mergeKey] : item) })
}

interface Orders {
  /** What the patch names, in its order. */
  readonly order: readonly unknown[]
  /** What was there, in its order. */
  readonly server: readonly unknown[]
  readonly identify: (item: unknown) => unknown
}

/** Items of the patch in its order; the others are put before the first item of the patch that they preceded on the server. */
function interleaved(list: readonly unknown[], { order, server, identify }: Orders): unknown[] {
  const rank = (items: readonly unknown[], item: unknown): number => items.findIndex((each) => sameJson(identify(each), identify(item)))
  const named = list.filter((item) => rank(order, item) >= 0).toSorted((a, b) => rank(order, a) - rank(order, b))
  const others = list.filter((item) => rank(order, item) < 0).toSorted((a, b) => rank(server, a) - rank(server, b))
  const result: unknown[] = []
  for (const item of named) {
    const place = rank(server, item)
    const before = others.findIndex((other) => place < 0 || rank(server, other) >= place)
    result.push(...others.splice(0, before < 0 ? others.length : before))
    result.push(item)
  }
  return [...result, ...others]
}

function mergeItem(field: Field, items: Fields[], item: Fields, mergeKey: string): void {
  const key = item[mergeKey]
  if (key === undefined) throw internal(`map: ${goMap(item)} does not contain declared merge key: ${mergeKey}`)
  const index = items.findIndex((known) => sameJson(known[mergeKey], key))
  if (item['$patch'] === 'delete') {
    for (let at = items.length - 1; at >= 0; at--) if (sameJson(items[at]?.[mergeKey], key)) items.splice(at, 1)
    return
  }
  const merged = mergeFields(structIn(field.type), items[index] ?? {}, item)
  if (index < 0) items.push(merged)
  else items[index] = merged
}

interface Directive {
  readonly key: string
  readonly patch: Fields
  readonly original: Fields
}

const isListDirective = (key: string): boolean => key.startsWith(ORDER) || key.startsWith(DELETE_FROM)

function applyListDirective(struct: Struct | undefined, result: Fields, { key, patch, original }: Directive): void {
  const name = key.slice(key.indexOf('/') + 1)
  const [list, given] = [result[name], patch[key]]
  if (!Array.isArray(list) || !Array.isArray(given)) return
  if (key.startsWith(DELETE_FROM)) {
    result[name] = list.filter((item) => !given.some((gone) => sameJson(gone, item)))
    return
  }
  const mergeKey = struct?.fields.get(name)?.mergeKey
  const identify = (item: unknown): unknown => (mergeKey === undefined || !isFields(item) ? item : item[mergeKey])
  const before = original[name]
  result[name] = interleaved(list, { order: given, server: Array.isArray(before) ? before : [], identify })
}

function withoutDirectives(value: Fields): Fields {
  const result: Fields = {}
  for (const [key, each] of Object.entries(value)) {
    if (key.startsWith('$') || each === null) continue
    result[key] = isFields(each) ? withoutDirectives(each) : Array.isArray(each) ? withoutDirectivesIn(each) : each
  }
  return result
}

const withoutDirectivesIn = (list: readonly unknown[]): unknown[] => list.map((item) => (isFields(item) ? withoutDirectives(item) : clone(item)))

/** As Go prints a map. */
function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (!isFields(value)) return String(value)
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([key, each]) => `${key}:${goMap(each)}`).join(' ')}]`
}
