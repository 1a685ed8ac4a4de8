/** How an object falls into fields that can be owned one by one, by its schema: the view that apply and managed fields share. */
import { type Fields, isFields } from '../json.ts'
import type { Field, Struct, Type } from '../schema/notation.ts'

export type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'struct'; readonly struct: Struct }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'keyed'; readonly of: Shape; readonly keys: readonly string[]; readonly defaults: Readonly<Record<string, string>> }
  | { readonly kind: 'set' }

export interface Part {
  readonly shape: Shape
  readonly value: unknown
}

const LEAF: Shape = { kind: 'leaf' }

export const shapeOfStruct = (struct: Struct): Shape => ({ kind: 'struct', struct })

export function shapeOfField(field: Field): Shape {
  const { type } = field
  if (field.atomic) return LEAF
  if (type.kind !== 'list') return shapeOfType(type)
  if (field.set) return { kind: 'set' }
  return field.keys.length === 0 ? LEAF : { kind: 'keyed', of: shapeOfItem(type.of), keys: field.keys, defaults: defaultsOf(type.of, field.keys) }
}

function shapeOfType(type: Type): Shape {
  if (type.kind === 'struct') return type.struct.atomic ? LEAF : shapeOfStruct(type.struct)
  return type.kind === 'map' ? { kind: 'map', of: shapeOfType(type.of) } : LEAF
}

/** An item of a list has its keys as fields even where the struct is one value. */
const shapeOfItem = (type: Type): Shape => shapeOfType(type)

function defaultsOf(type: Type, keys: readonly string[]): Record<string, string> {
  const defaults: Record<string, string> = {}
  if (type.kind !== 'struct') return defaults
  for (const key of keys) {
    const value = type.struct.fields.get(key)?.default
    if (value !== undefined) defaults[key] = value
  }
  return defaults
}

/** The parts of a value by path element; nothing for a leaf. Items without their keys are left out. */
export function partsOf(shape: Shape, value: unknown): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>()
  switch (shape.kind) {
    case 'leaf':
      break
    case 'struct':
      if (isFields(value)) structParts(shape.struct, value, parts)
      break
    case 'map':
      if (isFields(value)) for (const [key, each] of Object.entries(value)) parts.set(`f:${key}`, { shape: shape.of, value: each })
      break
    case 'set':
      if (Array.isArray(value)) for (const item of value) parts.set(`v:${JSON.stringify(item)}`, { shape: LEAF, value: item })
      break
    case 'keyed':
      if (Array.isArray(value)) for (const item of value) if (isFields(item)) parts.set(elementOf(shape, item), { shape: shape.of, value: item })
      break
    default:
      return shape satisfies never
  }
  return parts
}

function structParts(struct: Struct, value: Fields, parts: Map<string, Part>): void {
  for (const [key, each] of Object.entries(value)) {
    const field = struct.fields.get(key)
    if (each !== undefined && each !== null) parts.set(`f:${key}`, { shape: field === undefined ? LEAF : shapeOfField(field), value: each })
  }
}

/** `k:{"port":80,"protocol":"TCP"}` */
export function elementOf(shape: Shape & { kind: 'keyed' }, item: Fields): string {
  const keys: Fields = {}
  for (const key of shape.keys.toSorted()) {
    const value = item[key] ?? shape.defaults[key]
    if (value !== undefined) keys[key] = value
  }
  return `k:${JSON.stringify(keys)}`
}
