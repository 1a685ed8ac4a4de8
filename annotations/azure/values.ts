/** How values are written that cloud-provider-azure reads. */
import type { Parsed, Parser } from '../define.ts'
import { itemsOf } from '../translated.ts'

export const UPSTREAM = 'service.beta.kubernetes.io/'
/** What most of its keys begin with. */
export const PREFIX = `${UPSTREAM}azure-`

/** cloud-provider-azure reads some of them with respect to case and others without, and everything else as false. */
export const azureBoolean: Parser<boolean> = {
  allowed: '`true` or `false`, in any case',
  parse: (text) => {
    const word = text.trim().toLowerCase()
    return word === 'true' || word === 'false' ? { ok: true, value: word === 'true' } : { ok: false, wrong: 'is neither' }
  },
}

/** A whole number, both ends included. */
export function whole({ min, max, of }: { readonly min: number; readonly max: number; readonly of: string }): Parser<number> {
  return {
    allowed: `a whole number of ${of} from ${min} to ${max}`,
    parse: (text): Parsed<number> => {
      const number = /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
      return number >= min && number <= max ? { ok: true, value: number } : { ok: false, wrong: 'is not such a number' }
    },
  }
}

/** The items of two annotations that say one thing for two IP families. */
export function together(...texts: readonly (string | undefined)[]): string {
  return texts.flatMap((text) => itemsOf(text ?? '')).join(',')
}
