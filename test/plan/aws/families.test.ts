/** IPv4, IPv6, and both. */
import { expect, it } from 'vitest'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, subnet, want } from './build.ts'

const six = (zone: string) => subnet(zone, { ipv6Cidrs: [`2001:db8:${zone}::/64`] })
const land = { subnets: [six('a'), six('b')] }
const BOTH = { families: ['IPv4', 'IPv6'] } as const
const PODS = { pods: { '80/TCP': ['10.244.0.1:80', '[fd00::1]:80'], '53/UDP': ['10.244.0.1:53', '[fd00::1]:53'] } }
const UDP = {
  listeners: [{ ...want({ listeners: ['53/UDP'] }).settings.listeners[0]!, healthCheck: { protocol: 'tcp', port: 8080, from: 'annotation' } as const }],
}

function made(ask: AwsAsk, world = new AwsWorld(land)): readonly string[] {
  return world.run({ web: { want: want(ask) } }).filter((line) => /^(create (load|target|listener)|update (?!security group)|refused)/.test(line))
}

it('both families on instances: a dual-stack load balancer that leads to IPv4', () => {
  expect(made(BOTH)).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    'create load balancer web internet-facing dualstack subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    'create listener web:80 TCP',
  ])
})

it('IPv6 first, with pods: the targets are IPv6', () => {
  expect(made({ families: ['IPv6', 'IPv4'], ...PODS })).toEqual([
    'create target group web 80/TCP TCP ip ipv6',
    'create load balancer web internet-facing dualstack subnet-a subnet-b',
    'update targets web fd00::1:80',
    'create listener web:80 TCP',
  ])
})

it('IPv6 alone is not possible with instances', () => {
  expect(made({ families: ['IPv6'] })).toEqual([
    'refused default/web: Invalid: spec.ipFamilies: "IPv6" is not supported with nodes as targets: Fairlead registers instances in IPv4 target groups only. Allowed: IPv4, or fairlead.dev/targets: pods',
  ])
})

it('datagrams on dual stack go to pods by IPv6, and the load balancer sends from addresses of its own', () => {
  expect(made({ ...BOTH, ...UDP, ...PODS })).toEqual([
    'create target group web 53/UDP UDP ip ipv6',
    'create load balancer web internet-facing dualstack subnet-a subnet-b',
    'update targets web fd00::1:53',
    'create listener web:53 UDP',
  ])
})

it('datagrams on dual stack are refused where there are no such targets', () => {
  expect(made({ ...BOTH, listeners: ['80/TCP', '53/UDP'] })).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    'create load balancer web internet-facing dualstack subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    'create listener web:80 TCP',
    'refused default/web 53/UDP fairlead.dev/IPv6BackendsNeeded: Invalid: spec.ports: "53/UDP" is not possible on a dual-stack load balancer: it passes datagrams to IPv6 addresses alone. Allowed: pods with IPv6 addresses as targets, or a load balancer of IPv4',
  ])
})

it('either will do: both where every subnet has both, IPv4 elsewhere', () => {
  const either = { ...BOTH, needsAllFamilies: false }
  expect(made(either)).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    'create load balancer web internet-facing dualstack subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    'create listener web:80 TCP',
  ])
  expect(made(either, new AwsWorld())).toEqual([
    'create target group web 80/TCP TCP instance ipv4',
    'create load balancer web internet-facing ipv4 subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    'create listener web:80 TCP',
  ])
  expect(made({ ...either, listeners: ['53/UDP'] })).toEqual([
    'create target group web 53/UDP UDP instance ipv4',
    'create load balancer web internet-facing ipv4 subnet-a subnet-b',
    'update targets web i-1:30053 i-2:30053',
    'create listener web:53 UDP',
  ])
})

it('both are needed, and no subnet has them', () => {
  expect(made(BOTH, new AwsWorld())).toEqual([
    'refused default/web: Invalid: fairlead.dev/subnets is not said, and vpc-1 has no subnet for an internet-facing load balancer: 2 without an IPv6 range. Allowed: ids or names of subnets. Tag subnets kubernetes.io/role/elb=1, or name some in fairlead.dev/subnets.',
  ])
})

it('a live load balancer becomes dual-stack in place, and IPv4 again', () => {
  const world = new AwsWorld(land)
  world.run({ web: { want: want() } })
  expect(world.run({ web: { want: want(BOTH) } })).toEqual([
    'update security group rules fairlead-web tcp 80 ::/0',
    '-',
    'update load balancer address type web dualstack',
  ])
  expect(world.run({ web: { want: want() } })).toEqual([
    'update load balancer address type web ipv4 INTERRUPTS traffic by IPv6',
    '-',
    'update obsolete security group rules fairlead-web tcp 80 ::/0',
  ])
})

it('with datagrams on it another one is made', () => {
  const world = new AwsWorld(land)
  const asked = { ...UDP, ...PODS }
  world.run({ web: { want: want(asked) } })
  const lines = world.run({ web: { want: want({ ...asked, ...BOTH }), published: world.places() } })
  expect(lines.filter((line) => /^(create|update (targets|security group rules)) /.test(line))).toEqual([
    'update security group rules fairlead-web udp 53 ::/0',
    'create target group web 53/UDP UDP ip ipv6',
    'create load balancer web internet-facing dualstack subnet-a subnet-b',
    'update targets web fd00::1:53',
    'create listener web:53 UDP',
  ])
})
