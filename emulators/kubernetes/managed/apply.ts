/** Server-side apply on plain data: a configuration merged into what is there, what its owner dropped taken away, and conflicts found. No requests, no store. */
import { ApiError } from '../api-error.ts'
import { type Fields, clone, isFields } from '../json.ts'
import type { ApiObject } from '../resource.ts'
import type { Struct } from '../schema/notation.ts'
import { formatTime } from '../schema/time.ts'
import { fieldsOf } from './compare.ts'
import { EMPTY, type FieldSet, difference, paths, union } from './field-set.ts'
import { type Entry, type Writer, changesBetween, heldByOthers, isOf, reachable, readEntries, withFields, writeEntries } from './managers.ts'
import { type Part, type Shape, elementOf, partsOf, shapeOfStruct } from './shape.ts'

export interface Application {
  readonly struct: Struct
  readonly writer: Writer
  /** Takes over what others own. */
  readonly force: boolean
  readonly now: Date
}

/** The new draft with its managed fields. Throws a 409 that lists who owns what. `live` may be nearly empty for a new object. */
export function applyConfiguration(live: ApiObject, config: Fields, how: Application): ApiObject {
  const { struct, writer, force, now } = how
  const shape = shapeOfStruct(struct)
  const entries = readEntries(live.metadata.managedFields)
  const set = reachable(fieldsOf(shape, config), writer)
  const before = entries.find((entry) => isOf(entry, writer))?.fields ?? EMPTY
  const others = entries.filter((entry) => !isOf(entry, writer))

  const merged = mergeInto(shape, clone(live), config) as ApiObject
  const owned = others.reduce((sum, entry) => union(sum, entry.fields), set)
  removeFields(shape, merged, difference(before, owned))

  const changes = changesBetween(struct, live, merged, writer)
  const held = heldByOthers(entries, union(changes.modified, changes.added), writer)
  if (held.length > 0 && !force) throw conflictOf(held)

  const lost = new Map(held.map(([entry, fields]) => [entry, fields]))
  const kept = others.map((entry) => withFields(entry, difference(difference(entry.fields, changes.removed), lost.get(entry) ?? EMPTY)))
  const known = entries.find((entry) => isOf(entry, writer))
  const isSame = known !== undefined && sameSet(known.fields, set)
  merged.metadata.managedFields = writeEntries([...kept, { ...writer, time: isSame ? known.time : formatTime(now), fields: set }])
  return merged
}

const sameSet = (a: FieldSet, b: FieldSet): boolean => paths(difference(a, b)).length === 0 && paths(difference(b, a)).length === 0

function conflictOf(held: readonly (readonly [Entry, FieldSet])[]): ApiError {
  const named = held.flatMap(([entry, fields]) => paths(fields).map((field) => ({ who: describe(entry), field })))
  const byWho = Map.groupBy(named, ({ who }) => who)
  const listed = [...byWho].map(([who, each]) => `conflicts with ${who}:\n${each.map(({ field }) => `- ${field}`).join('\n')}`).join('\n')
  const [only] = named
  const message =
    named.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: conflict with ${only.who}: ${only.field}`
      : `Apply failed with ${named.length} conflicts: ${listed}`
  const causes = named.map(({ who, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field }))
  return new ApiError(409, message, { reason: 'Conflict', details: { causes } })
}

const describe = (entry: Entry): string => {
  const subresource = entry.subresource === '' ? '' : ` with subresource ${JSON.stringify(entry.subresource)}`
  if (entry.operation === 'Apply') return `${JSON.stringify(entry.manager)}${subresource}`
  return `${JSON.stringify(entry.manager)}${subresource} using ${entry.apiVersion}${entry.time === '' ? '' : ` at ${entry.time}`}`
}

function mergeInto(shape: Shape, live: unknown, config: unknown): unknown {
  if (config === null || config === undefined) return undefined
  switch (shape.kind) {
    case 'leaf':
      return clone(config)
    case 'struct':
    case 'map':
      return mergeFields(shape, live, config)
    case 'set':
      return [...new Set([...listOf(live), ...listOf(config)])]
    case 'keyed':
      return mergeItems(shape, live, config)
    default:
      return shape satisfies never
  }
}

function mergeFields(shape: Shape & { kind: 'struct' | 'map' }, live: unknown, config: unknown): Fields {
  const result: Fields = isFields(live) ? live : {}
  for (const [element, part] of partsOf(shape, config)) result[element.slice(2)] = mergeInto(part.shape, result[element.slice(2)], part.value)
  return result
}

function mergeItems(shape: Shape & { kind: 'keyed' }, live: unknown, config: unknown): unknown[] {
  const items = listOf(live).filter(isFields)
  for (const [element, part] of partsOf(shape, config)) {
    const index = items.findIndex((item) => elementOf(shape, item) === element)
    const item = shape.of.kind === 'leaf' ? clone(part.value) : mergeInto(shape.of, index < 0 ? {} : items[index], part.value)
    // The item's key may have been left to its default; the defaulting of the kind writes it.
    if (index < 0) items.push(item as Fields)
    else items[index] = item as Fields
  }
  return items
}

/** Takes the members of a set out of a value, in place. What becomes empty goes too. */
function removeFields(shape: Shape, value: Fields, set: FieldSet): void {
  const parts = partsOf(shape, value)
  for (const [element, below] of set.children) {
    const part = parts.get(element)
    if (part !== undefined && removePart(part, below)) delete value[element.slice(2)]
  }
}

/** True: the part itself has to go. */
function removePart(part: Part, set: FieldSet): boolean {
  const { shape, value } = part
  if (shape.kind === 'leaf') return set.own
  if (Array.isArray(value)) return removeItems(shape, value, set)
  if (!isFields(value)) return set.own
  removeFields(shape, value, set)
  return Object.keys(value).length === 0
}

function removeItems(shape: Shape, items: unknown[], set: FieldSet): boolean {
  for (const [element, part] of partsOf(shape, items)) {
    const below = set.children.get(element)
    if (below === undefined) continue
    if (below.own) items.splice(items.indexOf(part.value), 1)
    else removePart(part, below)
  }
  return items.length === 0
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? [...(value as unknown[])] : [])

/** The first key that two items of a keyed list share, as the message names it: `.spec.ports: duplicate entries for key [port=80]`. */
export function findDuplicate(struct: Struct, config: Fields): string | undefined {
  return duplicateIn(shapeOfStruct(struct), config, '')
}

function duplicateIn(shape: Shape, value: unknown, at: string): string | undefined {
  const parts = partsOf(shape, value)
  if (shape.kind === 'keyed' && Array.isArray(value) && parts.size < value.length) {
    const elements = value.filter(isFields).map((item) => elementOf(shape, item))
    const twice = elements.find((element, index) => elements.indexOf(element) !== index)
    if (twice !== undefined)
      return `${at}: duplicate entries for key ${paths({ own: false, children: new Map([[twice, { own: true, children: new Map() }]]) })[0]}`
  }
  for (const [element, part] of parts) {
    const found = duplicateIn(part.shape, part.value, `${at}${element.startsWith('f:') ? `.${element.slice(2)}` : ''}`)
    if (found !== undefined) return found
  }
  return undefined
}
