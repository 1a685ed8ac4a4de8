/** How values are written that aws-load-balancer-controller and cloud-provider-aws read. */
import { quoted } from '../../src/model/text.ts'
import type { Parser } from '../define.ts'
import { keyValues } from '../parsers.ts'

/** What the keys of both begin with. */
export const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-'

const TRUE: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True']
const FALSE: readonly string[] = ['0', 'f', 'F', 'FALSE', 'false', 'False']

/** As Go's `strconv.ParseBool` reads it. */
export const goBoolean: Parser<boolean> = {
  allowed: '`true` or `false` (also `1`, `t`, `T`, `TRUE`, `True`, `0`, `f`, `F`, `FALSE`, `False`)',
  values: [...TRUE, ...FALSE],
  parse: (text) => {
    const trimmed = text.trim()
    if (TRUE.includes(trimmed)) return { ok: true, value: true }
    return FALSE.includes(trimmed) ? { ok: true, value: false } : { ok: false, wrong: 'is neither' }
  },
}

export const onOff: Parser<boolean> = {
  allowed: '`on` or `off`',
  parse: (text) => {
    const trimmed = text.trim()
    return trimmed === 'on' || trimmed === 'off' ? { ok: true, value: trimmed === 'on' } : { ok: false, wrong: 'is neither' }
  },
}

/** `CapacityUnits=N`: the one key there is. */
export const capacityUnits: Parser<number> = {
  allowed: '`CapacityUnits=N`, a whole number; 0 takes the reservation back',
  parse: (text) => {
    const pairs = keyValues.parse(text)
    if (!pairs.ok) return pairs
    const { CapacityUnits: units = '', ...others } = pairs.value
    const [other] = Object.keys(others)
    if (other !== undefined) return { ok: false, wrong: `holds ${quoted(other)}, which is no such key` }
    return /^\d{1,9}$/.test(units) ? { ok: true, value: Number(units) } : { ok: false, wrong: 'is no such number' }
  },
}
