/**
 * The `/etc/resolv.conf` of a Pod, as kubelet writes it (kubernetes/kubernetes pkg/kubelet/network/dns/dns.go). Pure.
 */
import { CLUSTER_DOMAIN } from './names.ts'

interface PodDnsSpec {
  /** Default: ClusterFirst. */
  readonly dnsPolicy?: string
  readonly hostNetwork?: boolean
  readonly dnsConfig?: {
    readonly nameservers?: readonly string[]
    readonly searches?: readonly string[]
    readonly options?: readonly { readonly name?: string; readonly value?: string }[]
  }
}

interface PodObject {
  readonly metadata: { readonly namespace?: string }
  readonly spec?: unknown
}

interface Resolution {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  readonly options: ReadonlyMap<string, string | undefined>
}

/** As validated by the API server (MaxDNSNameservers, MaxDNSSearchPaths), the cluster's own among them. */
const MOST_NAMESERVERS = 3
const MOST_SEARCHES = 32

/** `dns`: where the cluster's DNS listens. The file has no place for a port, so that it stands in a comment. */
export function resolvConf(pod: PodObject, dns: { readonly ip: string; readonly port: number }): string {
  const { dnsConfig: { nameservers = [], searches = [], options = [] } = {}, ...spec } = (pod.spec ?? {}) as PodDnsSpec
  const base = baseOf(spec, pod.metadata.namespace ?? 'default', dns.ip)
  const merged: Resolution = {
    nameservers: [...new Set([...base.nameservers, ...nameservers])].slice(0, MOST_NAMESERVERS),
    searches: [...new Set([...base.searches, ...searches])].slice(0, MOST_SEARCHES),
    options: new Map([...base.options, ...options.map(({ name = '', value }) => [name, value] as const)]),
  }
  return written(merged, base.nameservers.length > 0 ? `# ${dns.ip} answers on port ${dns.port}\n` : '')
}

const NO_RESOLUTION: Resolution = { nameservers: [], searches: [], options: new Map() }

/** With the policies None and Default there is nothing of the cluster; a node of the playground has no resolv.conf of its own to hand on. */
function baseOf({ dnsPolicy = 'ClusterFirst', hostNetwork = false }: PodDnsSpec, namespace: string, ip: string): Resolution {
  const isOfCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
  if (!isOfCluster) return NO_RESOLUTION
  const searches = [`${namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN]
  return { nameservers: [ip], searches, options: new Map([['ndots', '5']]) }
}

function written({ nameservers, searches, options }: Resolution, comment: string): string {
  const all = [...options].map(([name, value]) => (value === undefined || value === '' ? name : `${name}:${value}`))
  return [
    ...(searches.length === 0 ? [] : [`search ${searches.join(' ')}\n`]),
    ...nameservers.map((ip) => `nameserver ${ip}\n`),
    ...(all.length === 0 ? [] : [`options ${all.join(' ')}\n`]),
    comment,
  ].join('')
}
