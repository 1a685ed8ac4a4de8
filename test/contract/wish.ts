/** Requests for tests, written shortly: what is not said is what a plain Service has. */
import type { Backends, Endpoint, Listener, ListenerKey, LoadBalancer, NodeSet, PortBackends, Protocol } from '../../src/model/load-balancer.ts'
import { listenerKey } from '../../src/model/load-balancer.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import type { Place } from '../../src/model/status.ts'
import type { Desired } from '../../src/provider/provider.ts'

export function owner(name: string, namespace = 'default'): NamedOwner {
  return { namespace, name, uid: `uid-${namespace}-${name}` }
}

export function listener(key: ListenerKey, more: Partial<Listener> = {}): Listener {
  const [number = '', protocol] = key.split('/')
  const port = Number(number)
  return {
    key: listenerKey(port, protocol as Protocol),
    port,
    protocol: protocol as Protocol,
    name: '',
    proxyProtocol: 'off',
    backendProtocol: 'tcp',
    healthCheck: { protocol: 'tcp', port: 'traffic', from: 'traffic port' },
    ...more,
  }
}

/** `10.244.1.7:8080@node-1`, `[fd00::7]:8080`. */
export function endpoint(text: string): Endpoint {
  const [place = '', node] = text.split('@')
  const colon = place.lastIndexOf(':')
  return { ip: place.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(place.slice(colon + 1)), ...(node === undefined ? {} : { node }) }
}

export const NO_NODES: NodeSet = { nodes: [] }

/** Which endpoints each listener has; with `nodePorts`, the node port of a listener, and `nodes` as `name=address`. */
export function backends(
  ports: Readonly<Record<string, readonly string[]>>,
  nodePorts: Readonly<Record<string, number>> = {},
  nodes: NodeSet = NO_NODES,
): Backends {
  const entries = Object.entries(ports).map(([key, endpoints]): [string, PortBackends] => {
    const nodePort = nodePorts[key]
    return [key, { ...(nodePort === undefined ? {} : { nodePort }), endpoints: endpoints.map(endpoint) }]
  })
  return { nodes, ports: Object.fromEntries(entries) }
}

export type Ask = Partial<Omit<LoadBalancer, 'listeners'>> & { readonly listeners?: readonly (ListenerKey | Listener)[]; readonly backends?: Backends }

export function wish({ listeners = ['80/TCP'], backends: given, ...settings }: Ask = {}): Desired<never> {
  const full = listeners.map((one) => (typeof one === 'string' ? listener(one) : one))
  return {
    settings: {
      scheme: 'internet-facing',
      schemeIsExplicit: false,
      families: ['IPv4'],
      needsAllFamilies: true,
      addresses: [],
      ...(settings.addresses === undefined ? {} : { addressesFrom: 'spec.loadBalancerIP' }),
      addressNames: [],
      subnets: [],
      targets: 'pods',
      affinity: { kind: 'none' },
      securityGroups: [],
      externalTrafficPolicy: 'Cluster',
      tags: {},
      deletionProtection: false,
      listeners: full,
      ...settings,
    },
    options: {} as never,
    backends: given ?? backends(Object.fromEntries(full.map(({ key, port }) => [key, [`10.244.0.1:${port + 8000}`]]))),
  }
}

export function at(...ips: readonly string[]): readonly Place[] {
  return ips.map((ip) => ({ ip, ipMode: 'Proxy' }))
}
