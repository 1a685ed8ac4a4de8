/** How values are written that aws-load-balancer-controller and cloud-provider-aws read. */
import { familyOf, parseAddress, type Family } from '../../src/model/address.ts'
import type { Parsed, Parser, Translation } from '../define.ts'
import { keyValues } from '../parsers.ts'

/** What the keys of both begin with. */
export const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-'

/** As Go's `strconv.ParseBool` reads it. */
export const goBoolean: Parser<boolean> = {
  allowed: '`true` or `false` (also `1`, `t`, `T`, `TRUE`, `True`, `0`, `f`, `F`, `FALSE`, `False`)',
  parse: (text) => {
    const trimmed = text.trim()
    if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(trimmed)) return { ok: true, value: true }
    return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(trimmed) ? { ok: true, value: false } : { ok: false, wrong: 'is neither' }
  },
}

export const onOff: Parser<boolean> = {
  allowed: '`on` or `off`',
  parse: (text) => {
    const trimmed = text.trim()
    return trimmed === 'on' || trimmed === 'off' ? { ok: true, value: trimmed === 'on' } : { ok: false, wrong: 'is neither' }
  },
}

/** The items of a list: empty ones do not count. */
export function itemsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** A list whose empty items do not count; order and doubles stay, because lists are paired by position. */
export function listOf(form: RegExp, what: string): Parser<readonly string[]> {
  return listBy((item) => (form.test(item) ? item : undefined), what)
}

/** Addresses of one family, canonical. */
export function addressesOf(family: Family, what: string): Parser<readonly string[]> {
  return listBy((item) => {
    const address = parseAddress(item)
    return address !== undefined && familyOf(address) === family ? address : undefined
  }, what)
}

function listBy(read: (item: string) => string | undefined, what: string): Parser<readonly string[]> {
  return {
    allowed: `${what}, separated by commas`,
    parse: (text) => {
      const items = itemsOf(text)
      const bad = items.find((item) => read(item) === undefined)
      if (items.length === 0) return { ok: false, wrong: 'is empty' }
      return bad === undefined
        ? { ok: true, value: items.flatMap((item) => read(item) ?? []) }
        : { ok: false, wrong: `holds ${JSON.stringify(bad)}, which is none` }
    },
  }
}

/** `CapacityUnits=N`: the one key there is. */
export const capacityUnits: Parser<number> = {
  allowed: '`CapacityUnits=N`, a whole number; 0 takes the reservation back',
  parse: (text) => {
    const pairs = keyValues.parse(text)
    if (!pairs.ok) return pairs
    const { CapacityUnits: units = '', ...others } = pairs.value
    const [other] = Object.keys(others)
    if (other !== undefined) return { ok: false, wrong: `holds ${JSON.stringify(other)}, which is no such key` }
    return /^\d{1,9}$/.test(units) ? { ok: true, value: Number(units) } : { ok: false, wrong: 'is no such number' }
  },
}

/** The two halves of a translation whose text is read by one parser. */
export function reading<T>({ allowed, parse }: Parser<T>, say: (value: T) => Readonly<Record<string, string>>): Pick<Translation, 'allowed' | 'translate'> {
  return {
    allowed,
    translate: (text): Parsed<Readonly<Record<string, string>>> => {
      const parsed = parse(text)
      return parsed.ok ? { ok: true, value: say(parsed.value) } : parsed
    },
  }
}
