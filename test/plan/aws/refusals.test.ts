/** What can be seen not to work is told without a call, and nothing is made. */
import { expect, it } from 'vitest'
import { listener } from '../../contract/wish.ts'
import type { HealthCheck, Listener } from '../../../src/model/load-balancer.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, want } from './build.ts'

const CHECK = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const
const one = (more: Partial<Listener>, key: '80/TCP' | '53/UDP' = '80/TCP') => ({ listeners: [listener(key, { healthCheck: CHECK, ...more })] })
const asked = (more: Partial<HealthCheck>) => one({ healthCheck: { ...CHECK, ...more } })
const tls = (more: Partial<NonNullable<Listener['tls']>>) => one({ tls: { certificates: ['arn:a'], alpn: [], ...more } })

it.each<[string, AwsAsk, string]>([
  [
    'an address',
    { addresses: ['192.0.2.7'] },
    'Invalid: requested address: "192.0.2.7" cannot be asked for: an NLB has an address in each zone; allowed: reserved addresses (fairlead.dev/address-names), or private ones (service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses), one for each subnet',
  ],
  [
    'a name with two hyphens',
    { name: 'a--b' },
    'Invalid: fairlead.dev/name: "a--b" is no name for an NLB; allowed: 1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-',
  ],
  [
    'a reserved name',
    { name: 'internal-web' },
    'Invalid: fairlead.dev/name: "internal-web" is no name for an NLB; allowed: 1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-',
  ],
  [
    'an idle timeout',
    one({ idleTimeoutSeconds: 30 }),
    'Invalid: fairlead.dev/idle-timeout: "30s" is out of range for 80/TCP; allowed: whole seconds from 60s to 6000s',
  ],
  [
    'an idle timeout of UDP',
    one({ idleTimeoutSeconds: 60 }, '53/UDP'),
    'Invalid: fairlead.dev/idle-timeout: "60s" is not possible for 53/UDP: with UDP an NLB gives no choice; allowed: fairlead.dev/idle-timeout.PORT for TCP ports alone',
  ],
  [
    'a health check interval',
    asked({ intervalSeconds: 3 }),
    'Invalid: fairlead.dev/health-check-interval: "3" is out of range for the health check of 80/TCP; allowed: 5 to 300',
  ],
  [
    'a timeout beyond the interval',
    asked({ intervalSeconds: 10, timeoutSeconds: 11 }),
    'Invalid: fairlead.dev/health-check-timeout: "11" is out of range for the health check of 80/TCP; allowed: 2 to 10, and no more than the interval',
  ],
  [
    'a threshold',
    asked({ unhealthyThreshold: 1 }),
    'Invalid: fairlead.dev/health-check-unhealthy-threshold: "1" is out of range for the health check of 80/TCP; allowed: 2 to 10',
  ],
  [
    'status codes',
    asked({ successCodes: '600' }),
    'Invalid: fairlead.dev/health-check-success-codes: "600" are no status codes for the health check of 80/TCP; allowed: codes and ranges from 200 to 599, such as 200-299,404',
  ],
  [
    'a path',
    asked({ path: 'healthz' }),
    'Invalid: fairlead.dev/health-check-path: "healthz" is no path for the health check of 80/TCP; allowed: a path that begins with / and has at most 1024 characters',
  ],
  [
    'a drain timeout',
    { drainTimeoutSeconds: 3601 },
    'Invalid: fairlead.dev/drain-timeout: "3601s" is no drain timeout of an NLB; allowed: whole seconds from 0s to 3600s',
  ],
  [
    'UDP without the client address',
    { preserveClientIp: false, ...one({}, '53/UDP') },
    'Invalid: fairlead.dev/preserve-client-ip: "false" is not possible for 53/UDP: datagrams always keep the client\'s address; allowed: true',
  ],
  [
    'affinity with TLS',
    { affinity: { kind: 'client-ip', timeoutSeconds: 10_800 }, ...tls({}) },
    'Invalid: spec.sessionAffinity: "ClientIP" is not possible for 80/TCP, which ends TLS; allowed: None',
  ],
  [
    '26 certificates beside the first',
    tls({ certificates: Array.from({ length: 27 }, (_, i) => `arn:${i}`) }),
    'LimitReached: fairlead.dev/tls-certificates: "27" are more certificates than an NLB takes for 80/TCP; allowed: 25 beside the default one',
  ],
  [
    'TLS to backends alone',
    one({ backendProtocol: 'tls' }),
    'Invalid: fairlead.dev/backend-protocol: "tls" needs a certificate for 80/TCP: an NLB speaks TLS to backends only where it ends TLS',
  ],
  [
    'groups that are none',
    { securityGroups: ['front'] },
    'Invalid: fairlead.dev/security-groups: "front" is no id of a security group; allowed: ids such as sg-0123456789abcdef0',
  ],
  [
    'source ranges with own groups',
    { securityGroups: ['sg-1'], sourceRanges: ['10.0.0.0/8'] },
    'Invalid: spec.loadBalancerSourceRanges: "10.0.0.0/8" cannot be kept: the security groups that the Service names say who may come in. Take spec.loadBalancerSourceRanges away, or fairlead.dev/security-groups.',
  ],
  [
    'source ranges without groups',
    { sourceRanges: ['10.0.0.0/8'], options: { noSecurityGroups: true } },
    'Invalid: spec.loadBalancerSourceRanges: "10.0.0.0/8" cannot be kept: a load balancer without security groups lets everybody in. Take spec.loadBalancerSourceRanges away, or service.beta.kubernetes.io/aws-load-balancer-disable-nlb-sg.',
  ],
  [
    'ranges of IPv6 on IPv4',
    { sourceRanges: ['2001:db8::/32'] },
    'Invalid: spec.loadBalancerSourceRanges: "2001:db8::/32" is a range of IPv6, and the load balancer has IPv4 addresses alone; allowed: ranges of IPv4, or a dual-stack Service',
  ],
  [
    'prefix lists that are none',
    { options: { prefixLists: ['cdn'] } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-security-group-prefix-lists: "cdn" is no id of a prefix list; allowed: ids such as pl-0123456789abcdef0',
  ],
  [
    'two words for one thing',
    { crossZone: true, options: { loadBalancerAttributes: { 'load_balancing.cross_zone.enabled': 'false' } } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-attributes: "load_balancing.cross_zone.enabled=false" says another thing than fairlead.dev/cross-zone; allowed: load_balancing.cross_zone.enabled=true, or one of the two alone',
  ],
  [
    'logs without a bucket',
    { options: { accessLogEnabled: true } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-access-log-enabled: "true" needs the name of a bucket',
  ],
])('%s', (_, ask, told) => {
  const world = new AwsWorld()
  expect(world.run({ web: { want: want(ask) } })).toEqual([`refused default/web: ${told}`])
})

it('an ALPN policy that an NLB does not have', () => {
  const [line] = new AwsWorld().run({ web: { want: want(tls({ alpn: ['h3'] })) } })
  expect(line).toContain('Invalid: fairlead.dev/alpn: "h3" is no policy of an NLB for 80/TCP; allowed: "http/1.1", "h2", "http/1.1,h2", "h2,http/1.1"')
})

it('what is served stays served, and its targets follow', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } })
  const bad = want({ name: 'a--b', on: { nodes: [] } })
  expect(world.run({ web: { want: bad } })).toEqual([
    'delete targets web i-1:30080 i-2:30080',
    expect.stringContaining('refused default/web: Invalid: fairlead.dev/name'),
  ])
})
