/** One record of the cluster's DNS, and what records are made from. */
import type { SoaAnswer, SrvAnswer, StringAnswer, TxtAnswer } from 'dns-packet'
import type { ApiObject } from '../kubernetes/resource.ts'

export type DnsRecord = StringAnswer | SrvAnswer | TxtAnswer | SoaAnswer

export interface DnsObjects {
  readonly namespaces: readonly ApiObject[]
  readonly services: readonly ApiObject[]
  readonly endpointSlices: readonly ApiObject[]
  readonly pods: readonly ApiObject[]
}

/** Seconds. The default of CoreDNS's plugin `kubernetes`; a client that caches is this late after a change. */
export const TTL = 5

/** A or AAAA. */
export function addressRecord(name: string, ip: string): DnsRecord {
  return { name, type: ip.includes(':') ? 'AAAA' : 'A', ttl: TTL, data: ip }
}
