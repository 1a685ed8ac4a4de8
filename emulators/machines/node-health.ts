/** What kube-proxy answers health checks on a node: its own health on port 10256, and how many endpoints of a Service with externalTrafficPolicy Local are there. */
import { createServer } from 'node:http'
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { endpointsOf, localEndpoints, type ServiceObject } from './endpoints.ts'
import type { Opened } from './front.ts'
import type { Found } from './networks.ts'

export const KUBE_PROXY_HEALTH_PORT = 10_256

export interface HealthAnswer {
  readonly status: number
  readonly body: unknown
}

export const proxyIsHealthy: HealthAnswer = { status: 200, body: { nodeEligible: true } }

/** As kube-proxy answers it: terminating endpoints do not count, so that a balancer drains the node. */
export function localHealth(cluster: ClusterAccess, service: ServiceObject, node: string): HealthAnswer {
  const ready = (service.spec.ports ?? []).map((port) => localEndpoints(endpointsOf(cluster, service, port), node).filter((endpoint) => endpoint.ready).length)
  const localEndpointCount = Math.max(0, ...ready)
  const { namespace, name } = service.metadata
  return { status: localEndpointCount > 0 ? 200 : 503, body: { service: { namespace, name }, localEndpoints: localEndpointCount, serviceProxyHealthy: true } }
}

/** `what`: as errors name it. */
export function openHealth({ ip, port }: Found, answer: () => HealthAnswer, { what, onError }: { what: string; onError: (message: string) => void }): Opened {
  const server = createServer((_request, response) => {
    const { status, body } = answer()
    response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }).end(JSON.stringify(body))
  })
  server.on('error', (error) => onError(`${what}: ${error.message}`))
  server.listen(port, ip)
  return {
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
