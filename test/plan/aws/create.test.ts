/** A Service is created with the fewest calls, in the order in which nothing can be lost. */
import { expect, it } from 'vitest'
import { AwsWorld } from './aws-world.ts'
import { want } from './build.ts'

it('one port takes six calls', () => {
  const world = new AwsWorld()
  expect(world.run({ web: { want: want() } })).toEqual([
    'create security group fairlead-web',
    '-',
    'update security group rules fairlead-web tcp 80 0.0.0.0/0',
    'create target group web 80/TCP TCP instance ipv4',
    '-',
    'create load balancer web internet-facing ipv4 subnet-a subnet-b',
    'update targets web i-1:30080 i-2:30080',
    '-',
    'create listener web:80 TCP',
  ])
  expect(world.places()).toEqual([[...world.view.loadBalancers.values()][0]!.dnsName])
})

it('three ports take twelve, and the rules are one call', () => {
  const world = new AwsWorld()
  const lines = world.run({ web: { want: want({ listeners: ['80/TCP', '443/TCP', '53/UDP'] }) } })
  expect(lines.filter((line) => !line.startsWith('-'))).toHaveLength(12)
  expect(lines).toContain('update security group rules fairlead-web tcp 443 0.0.0.0/0, tcp 80 0.0.0.0/0, udp 53 0.0.0.0/0')
})
