/** A Service's own tags: `key=value` pairs, none of which may be a mark by which an object is known as owned. */
import { isReservedTag, RESERVED_TAGS } from '../src/model/reserved-tags.ts'
import { quoted } from '../src/model/text.ts'
import type { Parser } from './define.ts'
import { keyValues } from './parsers.ts'

export const tags: Parser<Readonly<Record<string, string>>> = {
  allowed: `${keyValues.allowed}; no key that begins with ${RESERVED_TAGS.map((word) => (word.startsWith('and') ? word : `\`${word}\``)).join(', ')}, in any case`,
  parse: (text) => {
    const parsed = keyValues.parse(text)
    if (!parsed.ok) return parsed
    const reserved = Object.keys(parsed.value).find(isReservedTag)
    return reserved === undefined ? parsed : { ok: false, wrong: `holds the key ${quoted(reserved)}, which is reserved` }
  },
}
