/** What every cluster has from its first moment: four Namespaces, and the Service through which pods find the API server. */
import type { ClusterAccess } from '../resource.ts'
import { formatAddress, networkOf, parseRange } from './rules/addresses.ts'
import { DEFAULT_SERVICE_OPTIONS, type ServiceOptions } from './index.ts'

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Makes what is missing; `port` is where the API server listens. */
export function seed(
  cluster: ClusterAccess,
  { port, services = DEFAULT_SERVICE_OPTIONS }: { readonly port: number; readonly services?: ServiceOptions },
): void {
  for (const name of NAMESPACES) {
    if (cluster.get('namespaces', undefined, name) === undefined) cluster.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  if (cluster.get('services', 'default', 'kubernetes') !== undefined) return
  const range = parseRange(services.clusterIpRanges[0] ?? '')
  if (range === undefined) throw new TypeError('the cluster has no range of cluster IPs')
  cluster.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: formatAddress({ family: range.family, value: networkOf(range) + 1n }),
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
    },
  })
}
