/** What the cluster's DNS answers to one question. Pure. */
import type { StringAnswer } from 'dns-packet'
import { canonical } from './names.ts'
import type { DnsRecord } from './record.ts'
import { type Records, soaOf, zoneOf } from './records.ts'

export interface Question {
  /** As asked. */
  readonly name: string
  /** `A`, `SRV`, `ANY`, or one that is not known, such as `UNKNOWN_65`. */
  readonly type: string
}

export interface Answer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED'
  readonly answers: readonly DnsRecord[]
  /** With no answer the SOA of the zone, so that a client knows how long to remember that (RFC 2308). */
  readonly authorities: readonly DnsRecord[]
  /** Addresses of the targets of SRV records. */
  readonly additionals: readonly DnsRecord[]
}

/** CNAMEs that are followed from one Service to another. */
const MOST_HOPS = 8

const REFUSED: Answer = { rcode: 'REFUSED', answers: [], authorities: [], additionals: [] }

/**
 * A name that exists without records of the type is answered with none (NODATA), one that does not exist with NXDOMAIN, one outside the cluster is refused:
 * nothing is asked elsewhere. `turn` rotates what a name has several of, so that clients that take the first share the load.
 */
export function answer({ name, type }: Question, records: Records, turn = 0): Answer {
  const asked = canonical(name)
  if (zoneOf(asked) === undefined) return REFUSED
  const { aliases, found, last } = followed(asked, type, records)
  const answers = [...aliases, ...rotated(found ?? [], turn)].map((record) => (canonical(record.name) === asked ? { ...record, name } : record))
  // The code is that of the last name of the chain (RFC 6604); one outside the cluster may exist.
  const lastZone = zoneOf(last)
  return {
    rcode: found === undefined && lastZone !== undefined ? 'NXDOMAIN' : 'NOERROR',
    answers,
    authorities: (found ?? []).length === 0 && lastZone !== undefined ? [soaOf(lastZone)] : [],
    additionals: addressesOfTargets(answers, records),
  }
}

interface Followed {
  /** CNAMEs, in their order. */
  readonly aliases: readonly DnsRecord[]
  /** Undefined: the last name is not there. */
  readonly found: readonly DnsRecord[] | undefined
  readonly last: string
}

/** CNAMEs that lead back end the search, with no more than they are. */
function followed(asked: string, type: string, records: Records): Followed {
  const aliases: DnsRecord[] = []
  for (let last = asked; ;) {
    const there = records.get(last)
    const found = there?.filter((record) => type === 'ANY' || record.type === type)
    const alias = there?.find((record): record is StringAnswer => record.type === 'CNAME')
    if (found === undefined || found.length > 0 || alias === undefined || aliases.length === MOST_HOPS || aliases.includes(alias))
      return { aliases, found, last }
    aliases.push(alias)
    last = canonical(alias.data)
  }
}

function rotated<T>(list: readonly T[], turn: number): readonly T[] {
  const first = list.length === 0 ? 0 : turn % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}

function addressesOfTargets(answers: readonly DnsRecord[], records: Records): readonly DnsRecord[] {
  const targets = new Set(answers.flatMap((record) => (record.type === 'SRV' ? [canonical(record.data.target)] : [])))
  return [...targets].flatMap((target) => (records.get(target) ?? []).filter(({ type }) => type === 'A' || type === 'AAAA'))
}
