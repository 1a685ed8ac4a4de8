/** As much of the Distinguished Encoding Rules (X.690) as a certificate needs. */

function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}

function lengthOf(length: number): readonly number[] {
  if (length < 128) return [length]
  const digits: number[] = []
  for (let rest = length; rest > 0; rest >>= 8) digits.unshift(rest & 255)
  return [128 + digits.length, ...digits]
}

export const sequence = (...items: readonly Buffer[]): Buffer => tagged(0x30, ...items)
export const set = (...items: readonly Buffer[]): Buffer => tagged(0x31, ...items)
export const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes)
export const octets = (bytes: Buffer): Buffer => tagged(0x04, bytes)
export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text))
export const yes: Buffer = tagged(0x01, Buffer.from([255]))

/** `unused`: how many bits of the last byte do not count. */
export const bits = (bytes: Buffer, unused = 0): Buffer => tagged(0x03, Buffer.from([unused]), bytes)

/** `[n]`. Not constructed: the content stands in place of a primitive value (IMPLICIT). */
export function contextual(number: number, content: Buffer, { isConstructed }: { readonly isConstructed: boolean } = { isConstructed: true }): Buffer {
  return tagged((isConstructed ? 0xa0 : 0x80) + number, content)
}

/** UTCTime, in seconds; for years before 2050. */
export function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${digits}Z`))
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(number: number): readonly number[] {
  const digits = [number & 127]
  for (let rest = number >> 7; rest > 0; rest >>= 7) digits.unshift(128 + (rest & 127))
  return digits
}
