/** Reads the protobuf bodies that kubectl sends for built-in kinds, into the JSON they stand for. It writes none: answers are JSON, which those clients take too. */
import { type Fields, isFields } from '../json.ts'
import { DecodeError } from './decode-error.ts'
import { SCHEMA } from './index.ts'
import type { Field, Scalar, Struct, Type } from './notation.ts'

const MAGIC = 'k8s\0'

/** A message in the envelope of Kubernetes (`k8s\0` and runtime.Unknown). Throws a DecodeError. */
export function readProtobuf(bytes: Buffer, structOf: (apiVersion: string, kind: string) => Struct | undefined): Fields {
  if (bytes.subarray(0, 4).toString('latin1') !== MAGIC) throw new DecodeError('provided data does not appear to be a protobuf message')
  const envelope = readFields(bytes.subarray(4))
  const type = readFields(bytesAt(envelope, 1))
  const [apiVersion, kind] = [bytesAt(type, 1).toString(), bytesAt(type, 2).toString()]
  const struct = structOf(apiVersion, kind)
  if (struct === undefined) throw new DecodeError(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  return { apiVersion, kind, ...readMessage(struct, bytesAt(envelope, 2)) }
}

type Raw = Map<number, (bigint | Buffer)[]>

function bytesAt(fields: Raw, number: number): Buffer {
  const value = fields.get(number)?.at(-1)
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
}

function readFields(bytes: Buffer): Raw {
  const fields: Raw = new Map()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new DecodeError('unexpected EOF')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) throw new DecodeError('unexpected EOF')
    at += size
    return bytes.subarray(at - size, at)
  }
  const readers: Readonly<Record<number, () => bigint | Buffer>> = { 0: varint, 1: () => take(8), 2: () => take(Number(varint())), 5: () => take(4) }
  while (at < bytes.length) {
    const tag = Number(varint())
    const value = readers[tag & 7]?.()
    if (value === undefined) throw new DecodeError(`proto: illegal wireType ${tag & 7}`)
    const values = fields.get(tag >> 3)
    if (values === undefined) fields.set(tag >> 3, [value])
    else values.push(value)
  }
  return fields
}

function readMessage(struct: Struct, bytes: Buffer): Fields {
  const raw = readFields(bytes)
  const result: Fields = {}
  for (const field of struct.own) {
    const values = raw.get(field.number)
    if (values === undefined) continue
    if (field.inline && field.type.kind === 'struct') Object.assign(result, readMessage(field.type.struct, bytesAt(raw, field.number)))
    else result[field.name] = readValues(field, values)
  }
  return result
}

function readValues({ type }: Field, values: readonly (bigint | Buffer)[]): unknown {
  if (type.kind === 'list') return values.map((value) => readValue(type.of, value))
  if (type.kind === 'map') return readMap(type.of, values)
  return readValue(type, values.at(-1) ?? 0n)
}

function readMap(type: Type, values: readonly (bigint | Buffer)[]): Fields {
  const result: Fields = {}
  for (const value of values) {
    const entry = readFields(bufferOf(value))
    result[bytesAt(entry, 1).toString()] = readValue(type, entry.get(2)?.at(-1) ?? Buffer.alloc(0))
  }
  return result
}

function readValue(type: Type, value: bigint | Buffer): unknown {
  if (type.kind === 'struct') return readMessage(type.struct, bufferOf(value))
  if (type.kind === 'scalar') return readScalar(type.scalar, value)
  throw new DecodeError('a list of lists has no form in protobuf')
}

function readScalar(scalar: Scalar, value: bigint | Buffer): unknown {
  switch (scalar) {
    case 'string':
      return bufferOf(value).toString()
    case 'bytes':
      return bufferOf(value).toString('base64')
    case 'bool':
      return value !== 0n
    case 'int32':
    case 'int64':
      return numberOf(value)
    case 'number':
      return bufferOf(value).readDoubleLE()
    case 'Time':
    case 'MicroTime':
      return readTime(scalar, bufferOf(value))
    case 'IntOrString':
      return readIntOrString(bufferOf(value))
    case 'Quantity':
      return bytesAt(readFields(bufferOf(value)), 1).toString()
    case 'FieldsV1':
    case 'any':
      return readJson(bytesAt(readFields(bufferOf(value)), 1))
    default:
      return scalar satisfies never
  }
}

const bufferOf = (value: bigint | Buffer): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0))
const numberOf = (value: bigint | Buffer | undefined): number => (typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0)

/** The zero time is an empty message. */
function readTime(scalar: 'Time' | 'MicroTime', bytes: Buffer): string | null {
  if (bytes.length === 0) return null
  const fields = readFields(bytes)
  const text = new Date(numberOf(fields.get(1)?.at(-1)) * 1000).toISOString().slice(0, 19)
  const micros = Math.floor(numberOf(fields.get(2)?.at(-1)) / 1000)
  return scalar === 'Time' ? `${text}Z` : `${text}.${String(micros).padStart(6, '0')}Z`
}

function readIntOrString(bytes: Buffer): number | string {
  const fields = readFields(bytes)
  return numberOf(fields.get(1)?.at(-1)) === 1 ? bytesAt(fields, 3).toString() : numberOf(fields.get(2)?.at(-1))
}

function readJson(bytes: Buffer): unknown {
  const value: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString())
  return isFields(value) ? value : {}
}

/** The struct of a kind by its API version; only what the schema describes can come as protobuf. */
export function describedStruct(apiVersion: string, kind: string): Struct | undefined {
  if (kind === 'DeleteOptions') return SCHEMA.get('meta.DeleteOptions')
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : 'core'
  return SCHEMA.get(`${group.split('.')[0]}.${kind}`)
}
