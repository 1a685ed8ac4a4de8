/**
 * The notation in which the fields of the kinds are written down, and its reader. One table serves decoding, strict validation, patches, apply, protobuf and OpenAPI.
 * Names, types and numbers are those of the Kubernetes API (v1.37).
 *
 *     core.ServicePort                                    a struct; `atomic` after the name: apply and patches treat it as one value
 *       name 1 string, appProtocol 6 *string              field, protobuf number, type; `*`: a pointer (zero is kept, unlike without it)
 *       port 3 int32!                                     `!`: required, always written; `+`: always written, may be left out by the client
 *       ports 1 []core.ServicePort keys=port+protocol     `[]` list, `{}` map; `keys=`: the list is a map by these keys; `set`: a list without doubles
 *         merge=port retainKeys atomic default=TCP        `merge=`, `merge`, `retainKeys`: as strategic merge patches treat it
 *       - 2 core.VolumeSource inline                      the fields of the other struct stand here in JSON (in protobuf it is a message of its own)
 */

export const SCALARS = ['string', 'bool', 'int32', 'int64', 'number', 'bytes', 'Time', 'MicroTime', 'IntOrString', 'Quantity', 'FieldsV1', 'any'] as const
export type Scalar = (typeof SCALARS)[number]

export type Type =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'struct'; readonly struct: Struct }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'map'; readonly of: Type }

export interface Field {
  readonly name: string
  /** In protobuf. */
  readonly number: number
  readonly type: Type
  readonly pointer: boolean
  /** Written also when it is zero. */
  readonly always: boolean
  readonly required: boolean
  readonly inline: boolean
  readonly atomic: boolean
  readonly set: boolean
  readonly keys: readonly string[]
  /** Strategic merge: the list is merged, by `mergeKey` when its items are objects. */
  readonly merge: boolean
  readonly mergeKey?: string
  readonly retainKeys: boolean
  readonly default?: string
}

export interface Struct {
  readonly name: string
  readonly atomic: boolean
  /** As in JSON: inlined fields stand here. */
  readonly fields: Map<string, Field>
  /** As in protobuf: an inlined struct is one field. */
  readonly own: Field[]
}

export type Schema = ReadonlyMap<string, Struct>

/** Reads tables in the notation above. Throws when a type is not known. */
export function readSchema(tables: readonly string[]): Schema {
  const bodies = new Map<string, string>()
  const structs = new Map<string, Struct>()
  for (const block of tables.join('\n').split(/\n(?=[a-z])/)) {
    const [head = '', ...lines] = block.trim().split('\n')
    const [name = '', flag] = head.split(' ')
    if (name === '') continue
    structs.set(name, { name, atomic: flag === 'atomic', fields: new Map(), own: [] })
    bodies.set(name, lines.join(' '))
  }
  for (const [name, struct] of structs) struct.own.push(...readFields(bodies.get(name) ?? '', structs))
  for (const struct of structs.values()) for (const field of jsonFields(struct)) struct.fields.set(field.name, field)
  return structs
}

function readFields(body: string, structs: Schema): Field[] {
  return body
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => readField(part, structs))
}

function readField(text: string, structs: Schema): Field {
  const [name = '', number, written = '', ...options] = text.split(/\s+/)
  const option = (key: string): string | undefined => options.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1)
  const pointer = written.startsWith('*')
  const required = written.endsWith('!')
  const always = required || written.endsWith('+')
  const mergeKey = option('merge')
  const defaultValue = option('default')
  return {
    name,
    number: Number(number),
    type: readType(written.slice(pointer ? 1 : 0, always ? -1 : undefined), structs),
    pointer,
    always,
    required,
    inline: options.includes('inline'),
    atomic: options.includes('atomic'),
    set: options.includes('set'),
    keys: option('keys')?.split('+') ?? [],
    merge: mergeKey !== undefined || options.includes('merge'),
    ...(mergeKey === undefined ? {} : { mergeKey }),
    retainKeys: options.includes('retainKeys'),
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  }
}

function readType(text: string, structs: Schema): Type {
  if (text.startsWith('[]')) return { kind: 'list', of: readType(text.slice(2), structs) }
  if (text.startsWith('{}')) return { kind: 'map', of: readType(text.slice(2), structs) }
  const scalar = SCALARS.find((each) => each === text)
  if (scalar !== undefined) return { kind: 'scalar', scalar }
  const struct = structs.get(text)
  if (struct === undefined) throw new Error(`the schema knows no type ${text}`)
  return { kind: 'struct', struct }
}

function jsonFields(struct: Struct): Field[] {
  return struct.own.flatMap((field) => (field.inline && field.type.kind === 'struct' ? jsonFields(field.type.struct) : [field]))
}
