/** The files of a pod that the kubelet writes: the only ones there are. Pure. */
import { CLUSTER_DOMAIN } from '../../dns/names.ts'
import { resolvConf } from '../../dns/resolv-conf.ts'
import type { ApiObject } from '../../kubernetes/resource.ts'

export const [HOSTS, RESOLV_CONF] = ['/etc/hosts', '/etc/resolv.conf']

interface PodNaming {
  readonly hostname?: string
  readonly hostnameOverride?: string
  readonly subdomain?: string
  readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[]
}

export interface PodFilesOptions {
  readonly podIps: readonly string[]
  /** Where the cluster's DNS listens; undefined: it has none. */
  readonly dns: { readonly ip: string; readonly port: number } | undefined
}

const MOST_IN_HOSTNAME = 63

/** By path. */
export function filesOf(pod: ApiObject, { podIps, dns }: PodFilesOptions): ReadonlyMap<string, string> {
  return new Map([
    ['/etc/hostname', `${hostnameOf(pod)}\n`],
    [HOSTS, hostsFile(pod, podIps)],
    ...(dns === undefined ? [] : ([[RESOLV_CONF, resolvConf(pod, dns)]] as const)),
  ])
}

/** `spec.hostname` or the pod's name, cut to what Linux takes. */
export function hostnameOf(pod: ApiObject): string {
  const { hostnameOverride, hostname = '' } = pod['spec'] as PodNaming
  if (hostnameOverride !== undefined) return hostnameOverride
  return (hostname === '' ? pod.metadata.name : hostname).slice(0, MOST_IN_HOSTNAME).replace(/[-.]+$/, '')
}

const OF_EVERY_POD = [
  '# Kubernetes-managed hosts file.',
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
]

function hostsFile(pod: ApiObject, podIps: readonly string[]): string {
  const { subdomain = '', hostAliases = [] } = pod['spec'] as PodNaming
  const hostname = hostnameOf(pod)
  const names = subdomain === '' ? hostname : `${hostname}.${subdomain}.${pod.metadata.namespace}.svc.${CLUSTER_DOMAIN}\t${hostname}`
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}`)
  const added = aliases.length === 0 ? [] : ['', '# Entries added by HostAliases.', ...aliases]
  return [...OF_EVERY_POD, ...podIps.map((ip) => `${ip}\t${names}`), ...added].map((line) => `${line}\n`).join('')
}
