/**
 * Which endpoint a client gets on a node: any, or with session affinity ClientIP the one it had before (kubernetes/kubernetes pkg/proxy). The client is who
 * connects to the node: behind a balancer that ends connections, as here, that is the balancer, and so all of a node's clients share an endpoint.
 */
import type { Endpoint, ServiceObject } from './endpoints.ts'

export interface Affinity {
  /** Undefined: there is no endpoint. `now` in milliseconds. */
  choose(client: string, open: readonly Endpoint[], service: ServiceObject, now: number): Endpoint | undefined
}

/** The API server's own default. */
const DEFAULT_SECONDS = 10_800

/** One for each port of a node; `random` answers 0 to 1. */
export function createAffinity(random: () => number): Affinity {
  const before = new Map<string, { readonly endpoint: Endpoint; readonly until: number }>()
  return {
    choose(client, open, { spec: { sessionAffinity, sessionAffinityConfig } }, now) {
      const any = (): Endpoint | undefined => open[Math.floor(random() * open.length)]
      if (sessionAffinity !== 'ClientIP') return any()
      const known = before.get(client)
      const kept = known !== undefined && now < known.until ? open.find((endpoint) => isSame(endpoint, known.endpoint)) : undefined
      const endpoint = kept ?? any()
      const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_SECONDS
      if (endpoint !== undefined) before.set(client, { endpoint, until: now + seconds * 1000 })
      return endpoint
    },
  }
}

export function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.ip === b.ip && a.port === b.port
}
