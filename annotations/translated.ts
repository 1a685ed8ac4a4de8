/** What is needed to translate other controllers' annotations, whichever they are: lists as they write them, and a translation made of a parser. */
import { familyOf, parseAddress, type Family } from '../src/model/address.ts'
import { quoted } from '../src/model/text.ts'
import type { Parsed, Parser, Said, Translation } from './define.ts'
import { duration, MOST_ITEMS, TOO_MANY } from './parsers.ts'

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
      if (items.length > MOST_ITEMS) return TOO_MANY
      const bad = items.find((item) => read(item) === undefined)
      if (items.length === 0) return { ok: false, wrong: 'is empty' }
      return bad === undefined ? { ok: true, value: items.flatMap((item) => read(item) ?? []) } : { ok: false, wrong: `holds ${quoted(bad)}, which is none` }
    },
  }
}

/** The two halves of a translation whose text is read by one parser. */
export function reading<T>(
  { allowed, parse, values }: Parser<T>,
  say: (value: T) => Readonly<Record<string, string>>,
): Pick<Translation, 'allowed' | 'translate' | 'values'> {
  return {
    allowed,
    ...(values === undefined ? {} : { values }),
    translate: (text): Parsed<Readonly<Record<string, string>>> => {
      const parsed = parse(text)
      return parsed.ok ? { ok: true, value: say(parsed.value) } : parsed
    },
  }
}

/** Prints the text that holds everywhere, or what becomes of it. */
export function printing(text: (said: string) => string | undefined = (said) => said): (said: Said) => string | undefined {
  return ({ everywhere }) => (everywhere === undefined ? undefined : text(everywhere.trim()))
}

/** The opposite of a translation with few values: the text for each word. */
export function printingOf(texts: Readonly<Record<string, string>>): (said: Said) => string | undefined {
  return printing((said) => (Object.hasOwn(texts, said) ? texts[said] : undefined))
}

/** A duration as a whole number of such units, in **seconds**; undefined: it is none. */
export function wholeIn(unit: number): (text: string) => string | undefined {
  return (text) => {
    const seconds = ANY_DURATION.parse(text)
    return seconds.ok && Number.isInteger(seconds.value / unit) ? String(seconds.value / unit) : undefined
  }
}

const ANY_DURATION = duration({ min: 0, max: Number.MAX_SAFE_INTEGER })
