/**
 * Services of type LoadBalancer with every field that a real API server stores, in combinations that it lets through. Fields it does not check
 * (`loadBalancerIP`, annotations) hold any text.
 */
import * as fc from 'fast-check'
import type { Service, ServicePort, ServiceSpec } from '../../../src/model/cluster.ts'
import { addressText, range } from './addresses.ts'

export interface ServiceOptions {
  /** `fairlead.dev/local` when absent. */
  readonly loadBalancerClass?: string
  /** What it is annotated with; absent: nothing. */
  readonly annotations?: fc.Arbitrary<Readonly<Record<string, string>>>
  /** Its name and uid; several Services of one world need different ones. */
  readonly name?: string
  /** Where most of its port numbers come from. */
  readonly usualPort?: fc.Arbitrary<number>
  /** SCTP ports too: on by default. */
  readonly hasSctp?: boolean
}

const NAMES = ['http', 'dns', 'dns-tcp', 'web', 'a'] as const

const targetPort = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(8080, 80, 53) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 65_535 }) },
  { weight: 1, arbitrary: fc.constantFrom('http', 'web', 'no-such-port') },
)

function portOf(name: string, { usualPort = fc.constantFrom(80, 443, 53, 8080), hasSctp = true }: ServiceOptions): fc.Arbitrary<ServicePort> {
  const port = fc.oneof({ weight: 3, arbitrary: usualPort }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 65_535 }) })
  return fc.record(
    {
      name: fc.constant(name),
      protocol: fc.constantFrom<NonNullable<ServicePort['protocol']>[]>('TCP', 'TCP', 'TCP', 'UDP', 'UDP', ...(hasSctp ? (['SCTP'] as const) : [])),
      port,
      targetPort,
      nodePort: fc.integer({ min: 30_000, max: 32_767 }),
      appProtocol: fc.constantFrom('http', 'kubernetes.io/h2c', 'example.com/own'),
    },
    { requiredKeys: ['name', 'protocol', 'port'] },
  )
}

/** Number and protocol together are unique, and so are the names; a single port may have none. */
function portsOf(options: ServiceOptions): fc.Arbitrary<readonly ServicePort[]> {
  const single = portOf('', options).map((port) => [port])
  const several = fc.subarray([...NAMES], { minLength: 2, maxLength: 4 }).chain((names) => fc.tuple(...names.map((name) => portOf(name, options))))
  return fc.oneof(single, several.map(distinct))
}

function distinct(ports: readonly ServicePort[]): readonly ServicePort[] {
  return [...new Map(ports.map((port) => [`${port.port}/${port.protocol ?? 'TCP'}`, port])).values()]
}

type Families = Pick<ServiceSpec, 'ipFamilies' | 'ipFamilyPolicy' | 'clusterIP' | 'clusterIPs'>
const FAMILIES: readonly Families[] = [
  { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'] },
  { ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack', clusterIP: 'fd00:96::7', clusterIPs: ['fd00:96::7'] },
  { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack', clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00:96::7'] },
  { ipFamilies: ['IPv6', 'IPv4'], ipFamilyPolicy: 'PreferDualStack', clusterIP: 'fd00:96::7', clusterIPs: ['fd00:96::7', '10.96.0.7'] },
  { ipFamilies: ['IPv4'], ipFamilyPolicy: 'PreferDualStack', clusterIP: 'None', clusterIPs: ['None'] },
  // Before dual stack no family was stored.
  { clusterIP: '10.96.0.7' },
]

const affinity = fc.oneof(
  fc.constant({ sessionAffinity: 'None' } as const),
  fc
    .constantFrom(1, 10_800, 86_400)
    .map((timeoutSeconds) => ({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } }) as const),
  fc.constant({ sessionAffinity: 'ClientIP' } as const),
)

const traffic = fc.oneof(
  fc.constant({ externalTrafficPolicy: 'Cluster' } as const),
  fc.integer({ min: 30_000, max: 32_767 }).map((healthCheckNodePort) => ({ externalTrafficPolicy: 'Local', healthCheckNodePort }) as const),
)

const loose = fc.record(
  {
    loadBalancerIP: addressText,
    loadBalancerSourceRanges: fc.oneof(
      { weight: 9, arbitrary: fc.array(range, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(range, { minLength: 50, maxLength: 60 }) },
    ),
    allocateLoadBalancerNodePorts: fc.boolean(),
    publishNotReadyAddresses: fc.boolean(),
    trafficDistribution: fc.constantFrom('PreferSameZone', 'PreferSameNode', 'PreferClose', 'Near'),
    externalIPs: fc.constantFrom([], ['192.0.2.9'], ['192.0.2.9', '2001:db8::9']),
    selector: fc.constantFrom({}, { app: 'web' }),
  },
  { requiredKeys: [] },
)

const status = fc.constantFrom<Service['status'][]>(
  {},
  { loadBalancer: {} },
  { loadBalancer: { ingress: [{ ip: '127.0.10.1', ipMode: 'Proxy' }] } },
  { loadBalancer: { ingress: [{ ip: '169.254.169.254' }, { hostname: 'a.example.org' }] } },
  { loadBalancer: { ingress: [{ hostname: 'web-0123.elb.eu-west-1.amazonaws.com' }] } },
)

/** One Service. */
export function service(options: ServiceOptions = {}): fc.Arbitrary<Service> {
  const { loadBalancerClass = 'fairlead.dev/local', annotations = fc.constant({}), name = 'web' } = options
  return fc
    .record({ ports: portsOf(options), families: fc.constantFrom(...FAMILIES), affinity, traffic, loose, status, annotations, age: fc.nat({ max: 999 }) })
    .map((made) =>
      Object.freeze({
        metadata: {
          namespace: 'shop',
          name,
          uid: `uid-${name}`,
          resourceVersion: '1',
          creationTimestamp: new Date(Date.UTC(2026, 0, 1) + made.age * 1_000).toISOString(),
          annotations: made.annotations,
        },
        spec: { type: 'LoadBalancer', loadBalancerClass, ports: made.ports, ...made.families, ...made.affinity, ...made.traffic, ...made.loose } as const,
        status: made.status,
      }),
    )
}

/** The names of a Service's ports, to make slices that belong to it. */
export function portNamesOf({ spec }: Service): readonly string[] {
  return (spec.ports ?? []).map(({ name = '' }) => name)
}
