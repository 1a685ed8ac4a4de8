/** Objects of a cluster, with the parts that its DNS reads. */
import type { ApiObject } from '../../../../emulators/kubernetes/resource.ts'

function object(kind: string, metadata: object, fields: object): ApiObject {
  const meta = { name: 'any', uid: '', resourceVersion: '1', creationTimestamp: '', namespace: 'default', ...metadata }
  return { apiVersion: 'v1', kind, metadata: meta, ...fields }
}

export function namespace(name: string): ApiObject {
  return object('Namespace', { name, namespace: undefined }, {})
}

export function service(name: string, spec: object, inNamespace = 'default'): ApiObject {
  return object('Service', { name, namespace: inNamespace }, { spec })
}

/** Of the Service of that name; with the port http 8080/TCP. */
export function slice(of: string, endpoints: readonly object[], more: object = {}): ApiObject {
  const labels = { 'kubernetes.io/service-name': of }
  return object('EndpointSlice', { labels }, { addressType: 'IPv4', ports: [{ name: 'http', port: 8080, protocol: 'TCP' }], endpoints, ...more })
}

export function pod(
  ips: readonly string[],
  { phase = 'Running', ...metadata }: { readonly phase?: string; readonly deletionTimestamp?: string } = {},
): ApiObject {
  return object('Pod', metadata, { spec: {}, status: { phase, podIPs: ips.map((ip) => ({ ip })) } })
}
