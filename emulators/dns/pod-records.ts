/** The names of Pods by their addresses, `10-244-1-2.default.pod.cluster.local`. Pure. */
import type { ApiObject } from '../kubernetes/resource.ts'
import { CLUSTER_DOMAIN, dashed } from './names.ts'
import { addressRecord, type DnsObjects, type DnsRecord } from './record.ts'

interface PodStatus {
  readonly phase?: string
  readonly podIPs?: readonly { readonly ip: string }[]
}

const ENDED = new Set(['Succeeded', 'Failed'])

/** Only addresses that a Pod has, as CoreDNS answers with `pods verified`. With `pods insecure`, kubeadm's choice, any address would be answered with itself. */
export function podRecords({ pods }: Pick<DnsObjects, 'pods'>): readonly DnsRecord[] {
  return pods.filter(isThere).flatMap(({ metadata, status }) => {
    const { podIPs = [] } = (status ?? {}) as PodStatus
    return podIPs.map(({ ip }) => addressRecord(`${dashed(ip)}.${metadata.namespace}.pod.${CLUSTER_DOMAIN}`, ip))
  })
}

function isThere({ metadata, status }: ApiObject): boolean {
  const { phase = '' } = (status ?? {}) as PodStatus
  return metadata.deletionTimestamp === undefined && !ENDED.has(phase)
}
