/** Who owns which fields of an object: `metadata.managedFields` read, changed by a write, and written again. */
import type { ApiObject } from '../resource.ts'
import { formatTime } from '../schema/time.ts'
import type { Struct } from '../schema/notation.ts'
import { type Comparison, compare } from './compare.ts'
import { type FieldSet, difference, fromJson, intersection, isEmpty, path, toJson, union, without } from './field-set.ts'
import { shapeOfStruct } from './shape.ts'

export interface Entry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string
  readonly fields: FieldSet
}

/** Who writes. */
export interface Writer {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  /** `` for the object itself. */
  readonly subresource: string
}

/** What no manager owns: the server writes it, or it says which object this is. */
const UNOWNED: FieldSet = [
  path('f:apiVersion'),
  path('f:kind'),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion'].map((name) =>
    path('f:metadata', `f:${name}`),
  ),
].reduce(union)

/** A write to the object cannot own its status, and one to the status nothing of the spec. */
const OUT_OF_REACH: Readonly<Record<string, FieldSet>> = { '': path('f:status'), status: path('f:spec') }

export function readEntries(managedFields: readonly unknown[] | undefined): Entry[] {
  return (managedFields ?? []).flatMap((each) => {
    const entry = each as Record<string, unknown>
    const text = (key: string): string => (typeof entry[key] === 'string' ? entry[key] : '')
    if (text('manager') === '') return []
    const operation = text('operation') === 'Apply' ? 'Apply' : 'Update'
    const named = { manager: text('manager'), operation, apiVersion: text('apiVersion'), subresource: text('subresource'), time: text('time') } as const
    return [{ ...named, fields: fromJson(entry['fieldsV1']) }]
  })
}

export function writeEntries(entries: readonly Entry[]): unknown[] {
  return entries
    .filter((entry) => !isEmpty(entry.fields))
    .toSorted(byPlace)
    .map((entry) => ({
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      ...(entry.time === '' ? {} : { time: entry.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toJson(entry.fields),
      ...(entry.subresource === '' ? {} : { subresource: entry.subresource }),
    }))
}

const byPlace = (a: Entry, b: Entry): number =>
  compareTexts(a.operation, b.operation) || compareTexts(a.time, b.time) || compareTexts(a.manager, b.manager) || compareTexts(a.subresource, b.subresource)
const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

export const isOf = (entry: Entry, writer: Writer): boolean =>
  entry.manager === writer.manager && entry.operation === writer.operation && entry.apiVersion === writer.apiVersion && entry.subresource === writer.subresource

/** What a writer may own of a set. */
export const reachable = (set: FieldSet, writer: Writer): FieldSet => without(without(set, UNOWNED), OUT_OF_REACH[writer.subresource] ?? path('f:managed'))

/** What changed between two states, but for what no manager owns. */
export function changesBetween(struct: Struct, before: unknown, after: unknown, writer: Writer): Comparison {
  const changes = compare(shapeOfStruct(struct), before, after)
  return {
    added: reachable(changes.added, writer),
    modified: reachable(changes.modified, writer),
    removed: reachable(changes.removed, writer),
  }
}

/** The entries after an ordinary write: what it changed is the writer's alone now. */
export function afterUpdate(entries: readonly Entry[], changes: Comparison, writer: Writer, now: Date): Entry[] {
  const taken = union(changes.added, changes.modified)
  if (isEmpty(taken) && isEmpty(changes.removed)) return [...entries]
  const others = entries.filter((entry) => !isOf(entry, writer)).map((entry) => withFields(entry, difference(difference(entry.fields, changes.removed), taken)))
  const known = entries.find((entry) => isOf(entry, writer))
  const before = known?.fields ?? { own: false, children: new Map() }
  const fields = union(difference(before, changes.removed), taken)
  return [...others, { ...writer, time: formatTime(now), fields }]
}

export const withFields = (entry: Entry, fields: FieldSet): Entry => ({ ...entry, fields })

/** The fields that other appliers and writers hold of a set. */
export function heldByOthers(entries: readonly Entry[], set: FieldSet, writer: Writer): (readonly [Entry, FieldSet])[] {
  return entries
    .filter((entry) => !isOf(entry, writer))
    .map((entry) => [entry, intersection(entry.fields, set)] as const)
    .filter(([, held]) => !isEmpty(held))
}

/** Writes the entries of an ordinary write into a draft. `before` is undefined for a new object. */
export function trackUpdate(
  struct: Struct,
  draft: ApiObject,
  before: ApiObject | undefined,
  { writer, now }: { readonly writer: Writer; readonly now: Date },
): void {
  const entries = readEntries(draft.metadata.managedFields ?? before?.metadata.managedFields)
  // A new object is compared with an empty one that has its always-written structs, so that `spec` itself has no owner.
  const changes = changesBetween(struct, before ?? { metadata: {}, ...emptyOf(struct) }, draft, writer)
  const written = writeEntries(afterUpdate(entries, changes, writer, now))
  if (written.length === 0) delete draft.metadata.managedFields
  else draft.metadata.managedFields = written
}

/** What is written of an object that has nothing: the structs that are always there. */
export function emptyOf(struct: Struct): Record<string, unknown> {
  const empty: Record<string, unknown> = {}
  for (const field of struct.fields.values()) if (field.always && field.type.kind === 'struct') empty[field.name] = emptyOf(field.type.struct)
  return empty
}
