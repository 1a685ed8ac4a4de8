/** The fields of a pod that a variable may name in `fieldRef` (the downward API). Pure. */
import type { ApiObject } from '../../kubernetes/resource.ts'

export interface PodPlace {
  readonly pod: ApiObject
  readonly podIps: readonly string[]
  readonly hostIps: readonly string[]
}

const ENTRY = /^metadata\.(labels|annotations)\['(.+)'\]$/

/** Undefined: it is not one of them. A label or annotation that is not there is empty. */
export function fieldOf({ pod, podIps, hostIps }: PodPlace, path: string): string | undefined {
  const { nodeName = '', serviceAccountName = '' } = pod['spec'] as { readonly nodeName?: string; readonly serviceAccountName?: string }
  const [, map, key = ''] = ENTRY.exec(path) ?? []
  if (map === 'labels' || map === 'annotations') return pod.metadata[map]?.[key] ?? ''
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': nodeName,
    'spec.serviceAccountName': serviceAccountName,
    'status.podIP': podIps[0] ?? '',
    'status.podIPs': podIps.join(','),
    'status.hostIP': hostIps[0] ?? '',
    'status.hostIPs': hostIps.join(','),
  }
  return Object.hasOwn(fields, path) ? fields[path] : undefined
}
