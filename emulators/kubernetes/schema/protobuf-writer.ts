/** Writes protobuf messages by field number. It knows strings, flags and messages: all that is needed here. */

/** What a message is made of; empty strings and false flags are left out, as proto3 has it. */
export type Entry = readonly [number: number, value: string | boolean | Message]

export interface Message {
  readonly parts: readonly Buffer[]
  readonly size: number
}

export function message(...entries: readonly Entry[]): Message {
  const parts = entries.flatMap(([number, value]) => write(number, value))
  return { parts, size: parts.reduce((sum, part) => sum + part.length, 0) }
}

export const bytes = ({ parts }: Message): Buffer => Buffer.concat(parts)

function write(number: number, value: Entry[1]): Buffer[] {
  if (value === '' || value === false) return []
  if (value === true) return [varint(number << 3), varint(1)]
  const head = varint((number << 3) | 2)
  if (typeof value !== 'string') return [head, varint(value.size), ...value.parts]
  const text = Buffer.from(value)
  return [head, varint(text.length), text]
}

function varint(value: number): Buffer {
  const result: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) result.push((rest % 0x80) | 0x80)
  return Buffer.from([...result, rest])
}
