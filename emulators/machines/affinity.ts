/**
 * Session affinity ClientIP on one node for one Service port: the endpoint that a client had before (kubernetes/kubernetes pkg/proxy). The client is who connects
 * to the node: behind a balancer that ends connections, as here, that is the balancer, and so all of its clients share an endpoint.
 */
import type { Endpoint, ServiceObject } from './endpoints.ts'

export interface Affinity {
  /** Undefined: it had none, its time is over, or that endpoint is not open to it any more. `now` in milliseconds. */
  kept(client: string, open: readonly Endpoint[], now: number): Endpoint | undefined
  /** From now on the client has this endpoint, for as long as the Service says. */
  remember(client: string, endpoint: Endpoint, service: ServiceObject, now: number): void
  /** Forgets clients whose time is over, and answers how many those were. */
  expire(now: number): number
}

/** The API server's own default. */
const DEFAULT_SECONDS = 10_800
/** The oldest are forgotten beyond. */
const MOST_CLIENTS = 10_000

export function hasAffinity({ spec: { sessionAffinity } }: ServiceObject): boolean {
  return sessionAffinity === 'ClientIP'
}

export function createAffinity(): Affinity {
  const before = new Map<string, { readonly endpoint: Endpoint; readonly until: number }>()
  return {
    kept(client, open, now) {
      const known = before.get(client)
      return known !== undefined && now < known.until ? open.find((endpoint) => isSame(endpoint, known.endpoint)) : undefined
    },
    remember(client, endpoint, { spec: { sessionAffinityConfig } }, now) {
      const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_SECONDS
      before.delete(client)
      before.set(client, { endpoint, until: now + seconds * 1000 })
      if (before.size > MOST_CLIENTS) before.delete([...before.keys()][0] ?? client)
    },
    expire(now) {
      const over = [...before].filter(([, { until }]) => until <= now)
      for (const [client] of over) before.delete(client)
      return over.length
    },
  }
}

export function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.ip === b.ip && a.port === b.port
}
