/** What is made for a Service goes with it, the security group last. */
import { expect, it } from 'vitest'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, want } from './build.ts'

function served(ask: AwsAsk = {}): AwsWorld {
  const world = new AwsWorld()
  world.run({ web: { want: want(ask) } })
  return world
}

it('with two ports it takes four calls, and no read', () => {
  expect(served({ listeners: ['80/TCP', '443/TCP'] }).run({ web: { gone: true } })).toEqual([
    'delete load balancer web',
    '-',
    'delete target group web',
    'delete target group web',
    '-',
    'delete security group fairlead-web',
  ])
})

it("AWS' own protection is taken off first", () => {
  expect(served({ deletionProtection: true }).run({ web: { gone: true } })).toEqual([
    'update load balancer attributes web deletion_protection.enabled=false',
    '-',
    'delete load balancer web',
    '-',
    'delete target group web',
    '-',
    'delete security group fairlead-web',
  ])
})

it('after a restart its fingerprint says that there may be one', () => {
  const world = served({ deletionProtection: true })
  world.restart()
  expect(world.run({ web: { gone: true } }).slice(0, 5)).toEqual([
    'read load balancer attributes web',
    '--',
    'update load balancer attributes web deletion_protection.enabled=false',
    '-',
    'delete load balancer web',
  ])
})

it.each([1, 2, 3, 4, 5, 6])('what %i calls have made goes too', (calls) => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } }, calls)
  world.restart()
  world.run({ web: { gone: true } })
  const { loadBalancers, targetGroups, listeners, securityGroups } = world.view
  expect([loadBalancers.size, targetGroups.size, listeners.size, securityGroups.size]).toEqual([0, 0, 0, 0])
})

it('where nothing is there is nothing to do', () => {
  expect(new AwsWorld().run({ web: { gone: true } })).toEqual([])
})
