/** Ports come and go, and change what they are, while the others serve on. */
import { expect, it } from 'vitest'
import { listener } from '../../contract/wish.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, want } from './build.ts'

function served(ask: AwsAsk = {}): AwsWorld {
  const world = new AwsWorld()
  world.run({ web: { want: want(ask) } })
  return world
}

function after(before: AwsAsk, then: AwsAsk): readonly string[] {
  return served(before).run({ web: { want: want(then) } })
}

const TLS = listener('443/TCP', {
  tls: { certificates: ['arn:cert'], alpn: [] },
  healthCheck: { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' },
})

it('a port more takes four writes and no read', () => {
  expect(after({}, { listeners: ['80/TCP', '443/TCP'] })).toEqual([
    'update security group rules fairlead-web tcp 443 0.0.0.0/0',
    'create target group web 443/TCP TCP instance ipv4',
    '-',
    'update targets web i-1:30443 i-2:30443',
    '-',
    'create listener web:443 TCP',
  ])
})

it('a port less takes three', () => {
  expect(after({ listeners: ['80/TCP', '443/TCP'] }, {})).toEqual([
    'delete listener web:443',
    'update obsolete security group rules fairlead-web tcp 443 0.0.0.0/0',
    '-',
    'delete target group web',
  ])
})

it('another protocol on one number is a change of the live listener, to a group that was filled before', () => {
  expect(after({ listeners: ['53/UDP'] }, { listeners: ['53/TCP'] })).toEqual([
    'update security group rules fairlead-web tcp 53 0.0.0.0/0',
    'create target group web 53/TCP TCP instance ipv4',
    '-',
    'update targets web i-1:30053 i-2:30053',
    '-',
    'update listener web:53 TCP',
    '-',
    'update tags fairlead.dev/listener, fairlead.dev/settings of web:53 fairlead.dev/settings=# fairlead.dev/listener=53/TCP',
    '-',
    'update obsolete security group rules fairlead-web udp 53 0.0.0.0/0',
    '-',
    'delete target group web',
  ])
})

it('TCP and UDP on one number are one listener where both lead to one node port', () => {
  expect(after({ listeners: ['53/TCP'] }, { listeners: ['53/TCP', '53/UDP'] })).toEqual([
    'update security group rules fairlead-web udp 53 0.0.0.0/0',
    'create target group web 53/TCP_UDP TCP_UDP instance ipv4',
    '-',
    'update targets web i-1:30053 i-2:30053',
    '-',
    'update listener web:53 TCP_UDP',
    '-',
    'update tags fairlead.dev/listener, fairlead.dev/settings of web:53 fairlead.dev/settings=# fairlead.dev/listener=53/TCP_UDP',
    '-',
    'delete target group web',
  ])
})

it('and TCP alone again', () => {
  expect(after({ listeners: ['53/TCP', '53/UDP'] }, { listeners: ['53/TCP'] })).toEqual([
    'create target group web 53/TCP TCP instance ipv4',
    '-',
    'update targets web i-1:30053 i-2:30053',
    '-',
    'update listener web:53 TCP',
    '-',
    'update tags fairlead.dev/listener, fairlead.dev/settings of web:53 fairlead.dev/settings=# fairlead.dev/listener=53/TCP',
    '-',
    'update obsolete security group rules fairlead-web udp 53 0.0.0.0/0',
    '-',
    'delete target group web',
  ])
})

it('with two node ports the UDP one is refused, and TCP is served', () => {
  expect(after({ listeners: ['53/TCP'] }, { listeners: ['53/TCP', '53/UDP'], nodePorts: { '53/TCP': 30_053, '53/UDP': 30_054 } })).toEqual([
    'refused default/web 53/UDP LoadBalancerMixedProtocolNotSupported: Invalid: spec.ports: "53/UDP" cannot stand beside 53/TCP: an NLB has one listener for each number, and one for both leads to one port. 53/TCP is served. Give the UDP port another number, or let both lead to one port of the backends.',
  ])
})

it('nor does UDP stand beside a port that ends TLS', () => {
  expect(after({ listeners: [TLS] }, { listeners: [TLS, '443/UDP'] })).toEqual([
    'refused default/web 443/UDP LoadBalancerMixedProtocolNotSupported: Invalid: spec.ports: "443/UDP" cannot stand beside 443/TCP: an NLB has one listener for each number, and one that ends TLS takes no datagrams. 443/TCP is served. Give the UDP port another number.',
  ])
})

it('pods that both ports lead to are one group', () => {
  const pods = { '53/TCP': ['10.244.0.1:5353'], '53/UDP': ['10.244.0.1:5353'] }
  expect(new AwsWorld().run({ web: { want: want({ listeners: ['53/TCP', '53/UDP'], pods }) } })).toEqual([
    'create security group fairlead-web',
    '-',
    'update security group rules fairlead-web tcp 53 0.0.0.0/0, udp 53 0.0.0.0/0',
    'create target group web 53/TCP_UDP TCP_UDP ip ipv4',
    '-',
    'create load balancer web internet-facing ipv4 subnet-a subnet-b',
    'update targets web 10.244.0.1:5353',
    '-',
    'create listener web:53 TCP_UDP',
  ])
})

it('a port begins to end TLS, and stops', () => {
  expect(after({ listeners: ['443/TCP'] }, { listeners: [TLS] })).toEqual([
    'update listener web:443 TLS arn:cert',
    '-',
    'update tags fairlead.dev/settings of web:443 fairlead.dev/settings=#',
  ])
  expect(after({ listeners: [TLS] }, { listeners: ['443/TCP'] })).toEqual([
    'update listener web:443 TCP',
    '-',
    'update tags fairlead.dev/settings of web:443 fairlead.dev/settings=#',
  ])
})

it('UDP behind pods needs a port that can be asked', () => {
  const udp = listener('53/UDP', { healthCheck: { protocol: 'none', port: 'traffic', from: 'traffic port' } })
  expect(new AwsWorld().run({ web: { want: want({ listeners: [udp, '80/TCP'], pods: {} }) } })).toEqual([
    'create security group fairlead-web',
    '-',
    'update security group rules fairlead-web tcp 80 0.0.0.0/0',
    'create target group web 80/TCP TCP ip ipv4',
    '-',
    'create load balancer web internet-facing ipv4 subnet-a subnet-b',
    'update targets web 10.244.0.1:8080',
    '-',
    'create listener web:80 TCP',
    'refused default/web 53/UDP fairlead.dev/HealthCheckNeeded: Invalid: fairlead.dev/health-check-port is needed for 53/UDP: an NLB asks its backends by TCP or HTTP whether they are well, at another port where the traffic is UDP. Allowed: the number of a port at which the pods answer TCP, or HTTP with a path',
  ])
})

it('fifty listeners are what there is room for; a port that makes room comes after the one that leaves', () => {
  const fifty = Array.from({ length: 50 }, (_, i) => `${i + 1}/TCP` as const)
  expect(served().plan({ web: { want: want({ listeners: [...fifty, '51/TCP'] }) } }).refused).toMatchObject([
    { ports: [{ port: 51, error: 'fairlead.dev/TooManyListeners' }] },
  ])
  const lines = after({ listeners: fifty }, { listeners: [...fifty.slice(1), '51/TCP'] })
  expect(lines.filter((line) => line.includes('listener'))).toEqual(['delete listener web:1', 'create listener web:51 TCP'])
})
