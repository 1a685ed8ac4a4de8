/** Which cluster this is. Its marks on cloud objects carry this id, so it must be one that no two clusters share and no upgrade changes. */
import type { KubernetesApi } from './api.ts'

/** The UID of `kube-system`, which exists as long as its cluster, unless the operator set an id. */
export function clusterId(api: KubernetesApi, configured: string | undefined, signal: AbortSignal): Promise<string> {
  return configured === undefined ? api.namespaceUid('kube-system', signal) : Promise.resolve(configured)
}
