/** All records of a cluster's DNS, by name, made from its objects. Pure. The schema: github.com/kubernetes/dns, docs/specification.md, version 1.1.0. */
import type { SoaAnswer } from 'dns-packet'
import { ancestorsOf, canonical, CLUSTER_DOMAIN, isName } from './names.ts'
import { podRecords } from './pod-records.ts'
import { type DnsObjects, type DnsRecord, TTL } from './record.ts'
import { serviceRecords } from './service-records.ts'

/** By name in lower case. A name with no records exists all the same: there are names below it. */
export type Records = ReadonlyMap<string, readonly DnsRecord[]>

/** What this server answers for; other names are refused. */
export const ZONES: readonly string[] = [CLUSTER_DOMAIN, 'in-addr.arpa', 'ip6.arpa']

const SCHEMA_VERSION = '1.1.0'
const NAME_SERVER = `ns.dns.${CLUSTER_DOMAIN}`

/** The zone that a name belongs to; undefined: none of ours. */
export function zoneOf(name: string): string | undefined {
  return ZONES.find((zone) => name === zone || name.endsWith(`.${zone}`))
}

/** Names and targets that DNS cannot carry are left out. */
export function recordsOf(objects: DnsObjects): Records {
  const names = new Map<string, DnsRecord[]>()
  const seen = new Set<string>()
  const all = [...zoneRecords(), ...serviceRecords(objects), ...podRecords(objects)]
  for (const record of all) {
    const key = JSON.stringify(record)
    if (seen.has(key) || !isName(record.name) || !isName(targetOf(record))) continue
    seen.add(key)
    touch(names, canonical(record.name)).push(record)
  }
  for (const { metadata } of objects.namespaces) for (const kind of ['svc', 'pod']) touch(names, `${metadata.name}.${kind}.${CLUSTER_DOMAIN}`)
  return names
}

function touch(names: Map<string, DnsRecord[]>, name: string): DnsRecord[] {
  const there = names.get(name)
  if (there !== undefined) return there
  const added: DnsRecord[] = []
  names.set(name, added)
  for (const ancestor of ancestorsOf(name)) if (zoneOf(ancestor) !== undefined && !names.has(ancestor)) names.set(ancestor, [])
  return added
}

/** The name that a record leads to, or the record's own. */
function targetOf(record: DnsRecord): string {
  if (record.type === 'SRV') return record.data.target
  return record.type === 'CNAME' || record.type === 'PTR' ? record.data : record.name
}

function zoneRecords(): readonly DnsRecord[] {
  return [
    ...ZONES.flatMap((zone): readonly DnsRecord[] => [soaOf(zone), { name: zone, type: 'NS', ttl: TTL, data: NAME_SERVER }]),
    { name: NAME_SERVER, type: 'A', ttl: TTL, data: '127.0.0.1' },
    { name: `dns-version.${CLUSTER_DOMAIN}`, type: 'TXT', ttl: TTL, data: SCHEMA_VERSION },
  ]
}

/** `minimum` is how long a client may remember that there is nothing (RFC 2308). The other times are for zone transfers, which are not served. */
export function soaOf(zone: string): SoaAnswer {
  const data = { mname: NAME_SERVER, rname: `hostmaster.${CLUSTER_DOMAIN}`, serial: 1, refresh: 7200, retry: 1800, expire: 86_400, minimum: TTL }
  return { name: zone, type: 'SOA', ttl: TTL, data }
}
