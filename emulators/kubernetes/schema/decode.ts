/**
 * Brings a JSON document into the form in which the API server would write it back: known fields only, in their order, nulls and zero values left out where Go leaves
 * them out. A value of the wrong type fails in the words of Go's decoder. It fills in no defaults: that is the business of the kinds.
 */
import { type Fields, formOf, isFields } from '../json.ts'
import { DecodeError } from './decode-error.ts'
import { UNDESCRIBED } from './index.ts'
import type { Field, Scalar, Struct, Type } from './notation.ts'
import { microTime, time } from './time.ts'

interface Walk {
  /** Paths with indexes of fields that the schema does not know, as `spec.ports[0].bar`. */
  readonly unknown: string[]
}

/** Answers the document in canonical form, and the unknown fields it had. Throws a DecodeError. */
export function decode(struct: Struct, value: unknown): { readonly value: Fields; readonly unknown: readonly string[] } {
  const walk: Walk = { unknown: [] }
  const decoded = decodeStruct(struct, value, { walk, names: '', path: '', holder: '' })
  return { value: decoded, unknown: walk.unknown }
}

/** The canonical form of an object that was decoded before and changed since. */
export function canonical(struct: Struct, value: Fields): Fields {
  return decode(struct, value).value
}

interface At {
  readonly walk: Walk
  /** `spec.ports.port`, for Go's messages. */
  readonly names: string
  /** `spec.ports[0].port`, for unknown fields. */
  readonly path: string
  /** The innermost struct, with the field: `ServicePort.spec.ports.port`. */
  readonly holder: string
}

function decodeStruct(struct: Struct, value: unknown, at: At): Fields {
  if (!isFields(value)) throw mismatch(value, goName({ kind: 'struct', struct }), at)
  const result: Fields = {}
  const isRoot = at.path === ''
  if (isRoot) copyTypeMeta(value, result, at)
  for (const field of struct.fields.values()) {
    const decoded = decodeField(struct, field, value[field.name], at)
    if (decoded !== undefined) result[field.name] = decoded
  }
  for (const key of Object.keys(value)) {
    if (struct.fields.has(key) || (isRoot && (key === 'apiVersion' || key === 'kind'))) continue
    if (struct === UNDESCRIBED) result[key] = value[key]
    else at.walk.unknown.push(join(at.path, key))
  }
  return result
}

function copyTypeMeta(value: Fields, result: Fields, at: At): void {
  for (const key of ['kind', 'apiVersion']) {
    const text = value[key]
    if (text !== undefined && text !== null && typeof text !== 'string') throw mismatch(text, 'string', { ...at, holder: `.${key}` })
    if (typeof text === 'string' && text !== '') result[key] = text
  }
}

function decodeField(struct: Struct, field: Field, value: unknown, from: At): unknown {
  const names = join(from.names, field.name)
  const at: At = { walk: from.walk, names, path: join(from.path, field.name), holder: `${shortName(struct)}.${names}` }
  if (value === undefined || value === null) return field.always ? (field.pointer ? null : zero(field.type, at)) : undefined
  const decoded = decodeValue(field.type, value, at)
  return !field.pointer && !field.always && isZero(field.type, decoded) ? undefined : decoded
}

function decodeValue(type: Type, value: unknown, at: At): unknown {
  switch (type.kind) {
    case 'struct':
      return decodeStruct(type.struct, value, at)
    case 'list':
      if (!Array.isArray(value)) throw mismatch(value, goName(type), at)
      return value.map((item, index) => decodeValue(type.of, item ?? zeroOf(type.of), { ...at, path: `${at.path}[${index}]` }))
    case 'map':
      return decodeMap(type, value, at)
    case 'scalar':
      return decodeScalar(type.scalar, value, at)
    default:
      return type satisfies never
  }
}

function decodeMap(type: Type & { kind: 'map' }, value: unknown, at: At): Fields {
  if (!isFields(value)) throw mismatch(value, goName(type), at)
  const result: Fields = {}
  for (const key of Object.keys(value).toSorted()) result[key] = decodeValue(type.of, value[key] ?? zeroOf(type.of), { ...at, path: join(at.path, key) })
  return result
}

function decodeScalar(scalar: Scalar, value: unknown, at: At): unknown {
  switch (scalar) {
    case 'string':
    case 'bool':
      if (formOf(value) !== scalar) throw mismatch(value, scalar, at)
      return value
    case 'int32':
    case 'int64':
      return decodeInteger(scalar, value, at)
    case 'number':
      if (typeof value !== 'number') throw mismatch(value, 'float64', at)
      return value
    case 'bytes':
      return decodeBytes(value, at)
    case 'Time':
    case 'MicroTime':
      if (typeof value !== 'string') throw mismatch(value, 'string', at)
      return (scalar === 'Time' ? time : microTime)(value)
    case 'IntOrString':
      if (typeof value === 'string') return value
      return decodeInteger('int32', value, at)
    case 'Quantity':
      return decodeQuantity(value)
    case 'FieldsV1':
    case 'any':
      return value
    default:
      return scalar satisfies never
  }
}

function decodeInteger(scalar: 'int32' | 'int64', value: unknown, at: At): number {
  if (typeof value !== 'number') throw mismatch(value, scalar, at)
  const fits = Number.isInteger(value) && (scalar === 'int64' || Math.abs(value) < 2 ** 31)
  if (!fits) throw new DecodeError(`json: cannot unmarshal number ${value} into Go struct field ${at.holder} of type ${scalar}`)
  return value
}

function decodeBytes(value: unknown, at: At): string {
  if (typeof value !== 'string') throw mismatch(value, '[]uint8', at)
  const odd = value.replaceAll(/[\r\n]/g, '').search(/[^A-Za-z0-9+/=]|=(?=[^=])/)
  if (odd >= 0) throw new DecodeError(`illegal base64 data at input byte ${odd}`)
  const size = value.replaceAll(/[\r\n]/g, '').length
  if (size % 4 !== 0) throw new DecodeError(`illegal base64 data at input byte ${size - (size % 4)}`)
  return value
}

const QUANTITY = /^[+-]?(\d+|\d+\.\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/

function decodeQuantity(value: unknown): string {
  const text = String(value)
  if (!QUANTITY.test(text)) throw new DecodeError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  return text
}

/** What is written for an absent field that is always written: null for lists, maps and times, an empty object for a struct. */
function zero(type: Type, at: At): unknown {
  return type.kind === 'struct' ? decodeStruct(type.struct, {}, at) : zeroOf(type)
}

function zeroOf(type: Type): unknown {
  if (type.kind === 'struct') return {}
  if (type.kind !== 'scalar') return null
  switch (type.scalar) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'int32':
    case 'int64':
    case 'number':
    case 'IntOrString':
      return 0
    case 'Quantity':
      return '0'
    case 'bytes':
    case 'Time':
    case 'MicroTime':
    case 'FieldsV1':
    case 'any':
      return null
    default:
      return type.scalar satisfies never
  }
}

function isZero(type: Type, value: unknown): boolean {
  if (type.kind === 'list') return Array.isArray(value) && value.length === 0
  if (type.kind === 'map') return isFields(value) && Object.keys(value).length === 0
  return type.kind === 'scalar' && (value === '' || value === 0 || value === false)
}

const mismatch = (value: unknown, type: string, at: At): DecodeError =>
  new DecodeError(`json: cannot unmarshal ${formOf(value)} into ${at.holder === '' ? 'Go value' : `Go struct field ${at.holder}`} of type ${type}`)

const shortName = (struct: Struct): string => struct.name.slice(struct.name.indexOf('.') + 1)
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function goName(type: Type): string {
  switch (type.kind) {
    case 'struct':
      return `v1.${shortName(type.struct)}`
    case 'list':
      return `[]${goName(type.of)}`
    case 'map':
      return `map[string]${goName(type.of)}`
    case 'scalar':
      return type.scalar
    default:
      return type satisfies never
  }
}
