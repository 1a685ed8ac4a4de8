/** Writes to the status of a Service. */
import { get, jsonPatch, merge, post, put, remove, service, SERVICES, strategic, type Case, type Json, type Step } from '../case.ts'

const WEB = `${SERVICES}/web`
const STATUS = `${WEB}/status`
const balancer = { type: 'LoadBalancer', ports: [{ port: 80 }] }
const create = (spec: Json = balancer, metadata?: { readonly [key: string]: Json }): Step => post(SERVICES, service(spec, metadata))
const ingress = (...entries: readonly Json[]): Step => merge(STATUS, { status: { loadBalancer: { ingress: entries } } })
const writes = (name: string, ...entries: readonly Json[]): Case => ({ name, steps: [create(), ingress(...entries)] })

export const SERVICE_STATUS: readonly Case[] = [
  writes('an address gets its mode', { ip: '203.0.113.5' }),
  writes('an address in proxy mode with ports', { ip: '203.0.113.5', ipMode: 'Proxy', ports: [{ port: 80, protocol: 'TCP', error: 'no CamelCase' }] }),
  writes('a host name', { hostname: 'a.example.com' }),
  writes('both, twice, and loopback', { ip: '127.0.10.1', hostname: 'a.b' }, { ip: '127.0.10.1', hostname: 'a.b' }),
  writes('an entry with nothing', {}),
  writes('an address that is none', { ip: 'x' }),
  writes('an address with leading zeros', { ip: '010.1.2.3' }),
  writes('an IPv6 address in an odd form warns', { ip: '2001:db8:0:0::1' }),
  writes('a mode without address', { hostname: 'a.b', ipMode: 'VIP' }),
  writes('an unknown mode', { ip: '1.2.3.4', ipMode: 'Some' }),
  writes('a host name with capitals', { hostname: 'A.example.com' }),
  writes('a host name that is an address', { hostname: '1.2.3.4' }),
  { name: 'an address on another type', steps: [create({ ports: [{ port: 80 }] }), ingress({ ip: '1.2.3.4' })] },
  { name: 'an address is taken back with null', steps: [create(), ingress({ ip: '1.2.3.4' }), merge(STATUS, { status: { loadBalancer: { ingress: null } } })] },
  { name: 'an empty object takes nothing back', steps: [create(), ingress({ ip: '1.2.3.4' }), merge(STATUS, { status: { loadBalancer: {} } })] },
  {
    name: 'a status write leaves the spec',
    steps: [create(), merge(STATUS, { spec: { type: 'ClusterIP' }, status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } })],
  },
  {
    name: 'a status write takes metadata',
    steps: [create(), merge(STATUS, { metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['fairlead.dev/test'] } })],
  },
  {
    name: 'a status write that takes the last finalizer finishes the deletion',
    steps: [create(balancer, { finalizers: ['fairlead.dev/test'] }), remove(WEB), merge(STATUS, { metadata: { finalizers: [] } }), get(WEB)],
  },
  {
    name: 'an update of the status without version',
    steps: [create(), put(STATUS, { ...(service(balancer) as object), status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } })],
  },
  {
    name: 'an update of the status with a stale version',
    steps: [
      create(),
      ingress({ ip: '1.2.3.4' }),
      put(STATUS, { ...(service(balancer, { resourceVersion: '{firstVersion}' }) as object), status: { loadBalancer: {} } }),
    ],
  },
  {
    name: 'conditions are merged by type in a strategic patch',
    steps: [
      create(),
      strategic(STATUS, { status: { conditions: [{ type: 'a.b/C', status: 'True', reason: 'R', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' }] } }),
      strategic(STATUS, {
        status: { conditions: [{ type: 'a.b/D', status: 'False', reason: 'R', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
      }),
      strategic(STATUS, { status: { conditions: [{ type: 'a.b/C', $patch: 'delete' }] } }),
    ],
  },
  {
    name: 'a JSON patch of the status',
    steps: [create(), jsonPatch(STATUS, [{ op: 'add', path: '/status/loadBalancer/ingress', value: [{ ip: '1.2.3.4' }] }])],
  },
  { name: 'the status is read on its own', steps: [create(), get(STATUS)] },
]
