/** What can be seen not to work is reported without a call, and nothing is made. */
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
    'Invalid: spec.loadBalancerIP: "192.0.2.7" is not possible, because an NLB has an address in each zone. Allowed: reserved addresses (fairlead.dev/address-names), or private ones (service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses), one for each subnet',
  ],
  [
    'a name with two hyphens',
    { name: 'a--b' },
    'Invalid: fairlead.dev/name: "a--b" is not a valid name for an NLB. Allowed: 1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-',
  ],
  [
    'a reserved name',
    { name: 'internal-web' },
    'Invalid: fairlead.dev/name: "internal-web" is not a valid name for an NLB. Allowed: 1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-',
  ],
  [
    'an idle timeout',
    one({ idleTimeoutSeconds: 30 }),
    'Invalid: fairlead.dev/idle-timeout: "30s" is out of range for 80/TCP. Allowed: whole seconds from 60s to 6000s',
  ],
  [
    'an idle timeout of UDP',
    one({ idleTimeoutSeconds: 60 }, '53/UDP'),
    'Invalid: fairlead.dev/idle-timeout: "60s" is not possible for 53/UDP: with UDP an NLB gives no choice. Allowed: fairlead.dev/idle-timeout.PORT for TCP ports alone',
  ],
  [
    'a health check interval',
    asked({ intervalSeconds: 3 }),
    'Invalid: fairlead.dev/health-check-interval: "3" is out of range for the health check of 80/TCP. Allowed: 5 to 300',
  ],
  [
    'a timeout beyond the interval',
    asked({ intervalSeconds: 10, timeoutSeconds: 11 }),
    'Invalid: fairlead.dev/health-check-timeout: "11" is out of range for the health check of 80/TCP. Allowed: 2 to 10, and no more than the interval',
  ],
  [
    'a threshold',
    asked({ unhealthyThreshold: 1 }),
    'Invalid: fairlead.dev/health-check-unhealthy-threshold: "1" is out of range for the health check of 80/TCP. Allowed: 2 to 10',
  ],
  [
    'status codes',
    asked({ successCodes: '600' }),
    'Invalid: fairlead.dev/health-check-success-codes: "600" are not status codes for the health check of 80/TCP. Allowed: codes and ranges from 200 to 599, such as 200-299,404',
  ],
  [
    'a path',
    asked({ path: 'healthz' }),
    'Invalid: fairlead.dev/health-check-path: "healthz" is not a path for the health check of 80/TCP. Allowed: a path that begins with / and has at most 1024 characters',
  ],
  [
    'a drain timeout',
    { drainTimeoutSeconds: 3601 },
    'Invalid: fairlead.dev/drain-timeout: "3601s" is not a drain timeout that an NLB supports. Allowed: whole seconds from 0s to 3600s',
  ],
  [
    'UDP without the client address',
    { preserveClientIp: false, ...one({}, '53/UDP') },
    'Invalid: fairlead.dev/preserve-client-ip: "false" is not possible for 53/UDP: datagrams always keep the client\'s address. Allowed: true',
  ],
  [
    'affinity with TLS',
    { affinity: { kind: 'client-ip', timeoutSeconds: 10_800 }, ...tls({}) },
    'Invalid: spec.sessionAffinity: "ClientIP" is not possible for 80/TCP, which ends TLS. Allowed: None',
  ],
  [
    '26 certificates beside the first',
    tls({ certificates: Array.from({ length: 27 }, (_, i) => `arn:${i}`) }),
    'LimitReached: fairlead.dev/tls-certificates names 27 certificates for 80/TCP, which is more than an NLB supports. Allowed: 25 besides the default one',
  ],
  [
    'TLS to backends alone',
    one({ backendProtocol: 'tls' }),
    'Invalid: fairlead.dev/backend-protocol: "tls" needs a certificate for 80/TCP: an NLB encrypts traffic to backends only on ports where it terminates TLS. Name one in fairlead.dev/tls-certificates.',
  ],
  [
    'groups that are none',
    { securityGroups: ['front'] },
    'Invalid: fairlead.dev/security-groups: "front" is not a security group of vpc-1. Allowed: ids, or values of the tag Name',
  ],
  [
    'an id of a group that is not in the VPC',
    { securityGroups: ['sg-404'] },
    'Invalid: fairlead.dev/security-groups: "sg-404" is not a security group of vpc-1. Allowed: ids, or values of the tag Name',
  ],
  [
    'source ranges with own groups',
    { securityGroups: ['sg-1'], sourceRanges: ['10.0.0.0/8'] },
    'Invalid: spec.loadBalancerSourceRanges: "10.0.0.0/8" cannot be applied: the security groups that the Service names decide which clients are allowed. Remove spec.loadBalancerSourceRanges, or fairlead.dev/security-groups.',
  ],
  [
    'source ranges without groups',
    { sourceRanges: ['10.0.0.0/8'], options: { noSecurityGroups: true } },
    'Invalid: spec.loadBalancerSourceRanges: "10.0.0.0/8" cannot be applied: a load balancer without security groups allows every client. Remove spec.loadBalancerSourceRanges, or service.beta.kubernetes.io/aws-load-balancer-disable-nlb-sg.',
  ],
  [
    'prefix lists that are none',
    { options: { prefixLists: ['cdn'] } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-security-group-prefix-lists: "cdn" is not the id of a prefix list. Allowed: ids such as pl-0123456789abcdef0',
  ],
  [
    'logs that the attributes ask for without a bucket',
    { options: { loadBalancerAttributes: { 'access_logs.s3.enabled': 'true' } } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-attributes: "access_logs.s3.enabled=true" needs the name of a bucket. Name one in service.beta.kubernetes.io/aws-load-balancer-access-log-s3-bucket-name.',
  ],
  [
    'UDP without the client address, in the attributes of one port',
    { ...one({}, '53/UDP'), options: { targetGroupAttributes: { ports: { '53/UDP': { 'preserve_client_ip.enabled': 'false' } } } } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: "preserve_client_ip.enabled=false" is not possible for 53/UDP: datagrams always keep the client\'s address. Allowed: preserve_client_ip.enabled=true',
  ],
  [
    'stickiness with TLS, in the attributes',
    { ...tls({}), options: { targetGroupAttributes: { service: { 'stickiness.enabled': 'true' }, ports: {} } } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: "stickiness.enabled=true" is not possible for 80/TCP, which ends TLS. Allowed: stickiness.enabled=false',
  ],
  [
    'path MTU discovery with own groups',
    { securityGroups: ['sg-1'], options: { icmpPathMtu: true } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-enable-icmp-for-path-mtu-discovery: "on" is not possible with fairlead.dev/security-groups: Fairlead does not change security groups that it did not create. Allowed: off',
  ],
  [
    'logs without a bucket',
    { options: { accessLogEnabled: true } },
    'Invalid: service.beta.kubernetes.io/aws-load-balancer-access-log-enabled: "true" needs the name of a bucket. Name one in service.beta.kubernetes.io/aws-load-balancer-access-log-s3-bucket-name.',
  ],
])('%s', (_, ask, reported) => {
  const world = new AwsWorld()
  expect(world.run({ web: { want: want(ask) } })).toEqual([`refused default/web: ${reported}`])
})

it('an ALPN policy that an NLB does not have', () => {
  const [line] = new AwsWorld().run({ web: { want: want(tls({ alpn: ['h3'] })) } })
  expect(line).toContain(
    'Invalid: fairlead.dev/alpn: "h3" is not an ALPN policy that an NLB supports for 80/TCP. Allowed: "http/1.1", "h2", "http/1.1,h2", "h2,http/1.1"',
  )
})

it('what is served stays served, and its targets follow', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } })
  const bad = want({ name: 'a--b', on: { nodes: [] } })
  expect(world.run({ web: { want: bad } })).toEqual([
    'update obsolete targets web i-1:30080 i-2:30080',
    expect.stringContaining('refused default/web: Invalid: fairlead.dev/name'),
  ])
})

const RANGES = Array.from({ length: 500 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)

it('more rules than a security group can have are refused before anything is made, with how many there are', () => {
  const world = new AwsWorld()
  expect(world.run({ web: { want: want({ listeners: ['80/TCP', '81/TCP', '82/TCP'], sourceRanges: RANGES }) } })).toEqual([
    'refused default/web: LimitReached: spec.loadBalancerSourceRanges needs 1500 IPv4 rules in the security group, one for each range and port. Allowed: at most 1000, where the quota of rules for each security group was raised (by default it is 60). Use fewer or wider ranges, fewer ports, or a prefix list.',
  ])
})

it('as many as it can have are left to AWS to take, whose quota is not known before', () => {
  const [first] = new AwsWorld().run({ web: { want: want({ listeners: ['80/TCP', '81/TCP'], sourceRanges: RANGES }) } })
  expect(first).toContain('create security group')
})

it.each<[string, AwsAsk, AwsAsk]>([
  [
    'a setting',
    { options: { loadBalancerAttributes: { 'access_logs.s3.bucket': 'b'.repeat(5_000) } } },
    { options: { loadBalancerAttributes: { 'access_logs.s3.bucket': 'other' } } },
  ],
  ['a tag', { tags: { team: 't'.repeat(5_000) } }, { tags: { team: 'other' } }],
  ['subnets', { subnets: Array.from({ length: 400 }, (_, i) => `subnet-${i}`) }, { subnets: ['subnet-a'] }],
])('what another Service of the share says is cut in the message: %s', (_, before, then) => {
  const lines = new AwsWorld().run({
    api: { want: want({ ...before, share: 'a/edge' }) },
    web: { want: want({ ...then, share: 'a/edge', listeners: ['81/TCP'] }) },
  })
  const refused = lines.filter((line) => line.includes('differs from what'))
  expect(refused).toHaveLength(1)
  expect(refused[0]?.length).toBeLessThan(700)
})

it('a value that contradicts another key is cut in the message', () => {
  const options = { targetGroupAttributes: { service: { 'stickiness.type': 'b'.repeat(4_000) }, ports: {} } }
  const [refused = ''] = new AwsWorld().run({ web: { want: want({ options, affinity: { kind: 'client-ip', timeoutSeconds: 10_800 } }) } })
  expect(refused).toContain('bbb..." contradicts spec.sessionAffinity, which sets stickiness.type=source_ip. Use one of them.')
  expect(refused.length).toBeLessThan(500)
})
