/** Which fields an object has, and which came, went and changed between two states of it. */
import { isFields, sameJson } from '../json.ts'
import { EMPTY, type FieldSet, LEAF, node, union } from './field-set.ts'
import { type Part, type Shape, partsOf } from './shape.ts'

/** The fields that a configuration names: its leaves, and the items of its keyed lists. */
export function fieldsOf(shape: Shape, value: unknown): FieldSet {
  const parts = partsOf(shape, value)
  if (parts.size === 0) return LEAF
  return node(
    false,
    [...parts].map(([element, part]) => {
      const below = fieldsOf(part.shape, part.value)
      return [element, element.startsWith('k:') ? { own: true, children: below.children } : below]
    }),
  )
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

const NOTHING: Comparison = { added: EMPTY, modified: EMPTY, removed: EMPTY }

export function compare(shape: Shape, before: unknown, after: unknown): Comparison {
  if (before === after) return NOTHING
  if (shape.kind === 'leaf') return sameJson(before, after) ? NOTHING : { ...NOTHING, modified: LEAF }
  const [old, now] = [partsWithContent(shape, before), partsWithContent(shape, after)]
  const below = [...new Set([...old.keys(), ...now.keys()])].map((element) => [element, comparePart(old.get(element), now.get(element))] as const)
  const gather = (which: keyof Comparison): FieldSet =>
    node(
      false,
      below.map(([element, each]) => [element, each[which]]),
    )
  return { added: gather('added'), modified: gather('modified'), removed: gather('removed') }
}

/** A list or a map without anything in it is not stored: it is as if it was not there. */
function partsWithContent(shape: Shape, value: unknown): ReadonlyMap<string, Part> {
  return new Map([...partsOf(shape, value)].filter(([, part]) => part.shape.kind === 'struct' || !isHollow(part.value)))
}

const isHollow = (value: unknown): boolean => (Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0)

function comparePart(before: Part | undefined, after: Part | undefined): Comparison {
  if (before !== undefined && after !== undefined) return compare(after.shape, before.value, after.value)
  if (after !== undefined) return { ...NOTHING, added: everything(after) }
  return before === undefined ? NOTHING : { ...NOTHING, removed: everything(before) }
}

function everything(part: Part): FieldSet {
  return union(
    LEAF,
    node(
      false,
      [...partsOf(part.shape, part.value)].map(([element, each]) => [element, everything(each)]),
    ),
  )
}
