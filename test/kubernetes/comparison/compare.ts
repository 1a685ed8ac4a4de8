/** Where two normalised answers differ, field by field. */
import type { Json } from './case.ts'

export interface Difference {
  /** `2.body.spec.ports[0].name`: the number of the step, then the place in its answer. */
  readonly at: string
  /** As JSON; undefined where there is nothing. */
  readonly real: Json
  readonly emulator: Json
}

export function compare(real: Json, emulator: Json, at = ''): Difference[] {
  if (isObject(real) && isObject(emulator)) {
    const keys = [...new Set([...Object.keys(real), ...Object.keys(emulator)])].toSorted()
    return keys.flatMap((key) => compare(real[key], emulator[key], at === '' ? key : `${at}.${key}`))
  }
  if (Array.isArray(real) && Array.isArray(emulator)) {
    const length = Math.max(real.length, emulator.length)
    return Array.from({ length }, (_, index) => compare(real[index] as Json, emulator[index] as Json, at === '' ? String(index) : `${at}[${index}]`)).flat()
  }
  return real === emulator ? [] : [{ at, real, emulator }]
}

const isObject = (value: Json): value is { readonly [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)
