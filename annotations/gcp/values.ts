/** How values are written that Google's own controllers read: exactly, and whatever is written differently counts for nothing there. */
import type { Parsed, Parser } from '../define.ts'
import { itemsOf } from '../translated.ts'

export const GKE = 'networking.gke.io/'
/** Where GKE's older keys are. */
export const CLOUD = 'cloud.google.com/'
/** What only we have for Google Cloud. */
export const OURS = 'gcp.fairlead.dev/'

/** Of every object in Compute Engine. Source: Compute API v1, the comment of `name`. */
export const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/
const NAME_FORM = 'up to 63 of `a-z`, `0-9` and `-`, first a letter, last no `-`'

/** One word that turns something on: these annotations have no other. */
export function only(word: string): Parser<true> {
  return {
    allowed: `\`${word}\`, or no such annotation`,
    values: [word],
    parse: (text): Parsed<true> => (text.trim() === word ? { ok: true, value: true } : { ok: false, wrong: 'is another word' }),
  }
}

export const subnetName: Parser<string> = {
  allowed: `the name of a subnet: ${NAME_FORM}`,
  parse: (text): Parsed<string> => (NAME.test(text.trim()) ? { ok: true, value: text.trim() } : { ok: false, wrong: 'is not such a name' }),
}

/** Names of reserved addresses: ingress-gce takes at most one of each family, and skips the rest. */
export const addressNames: Parser<readonly string[]> = {
  allowed: `the names of one or two reserved addresses of the region, one of each IP family, separated by commas; each ${NAME_FORM}`,
  parse: (text): Parsed<readonly string[]> => {
    const names = itemsOf(text)
    if (names.length === 0 || names.some((name) => !NAME.test(name))) return { ok: false, wrong: 'is not a list of such names' }
    return names.length > 2
      ? { ok: false, wrong: `has ${names.length} names, and a Service has at most one address of each family` }
      : { ok: true, value: names }
  },
}

/** A share of 1. `L4LBConfig` counts it in millionths, so there are six digits. */
export const share: Parser<number> = {
  allowed: 'a number from 0 to 1 with at most six digits after the point, such as `0.25`',
  parse: (text): Parsed<number> =>
    /^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/.test(text.trim()) ? { ok: true, value: Number(text.trim()) } : { ok: false, wrong: 'is not such a number' },
}
