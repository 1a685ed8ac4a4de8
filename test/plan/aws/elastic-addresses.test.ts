/** Elastic IP addresses that Services name are looked for before anything is made or changed. */
import { describe, expect, it } from 'vitest'
import type { AddressUser, LookedFor } from '../../../providers/aws/view.ts'
import { AwsWorld } from './aws-world.ts'
import { network, want } from './build.ts'

const ids = { addressNames: ['eipalloc-1', 'eipalloc-2'] }
const NAMED = 'fairlead.dev/address-names: "eipalloc-1"'
const user = (of: AddressUser): AddressUser => of

describe('one that cannot be had is refused without a write', () => {
  it.each<[string, LookedFor['answer'], string]>([
    [
      'it does not exist',
      'missing',
      `Invalid: ${NAMED} is not an Elastic IP address of this account and region. See those there are: aws ec2 describe-addresses.`,
    ],
    [
      'a load balancer of another Service has it',
      user({ kind: 'load balancer', name: 'shop-1', owner: { namespace: 'shop', name: 'cart', uid: 'u' } }),
      `Conflict: ${NAMED} is used by the Service shop/cart (load balancer shop-1). Allowed: an address that is free`,
    ],
    [
      'another load balancer has it',
      user({ kind: 'load balancer', name: 'theirs' }),
      `Conflict: ${NAMED} is used by the load balancer theirs. Allowed: an address that is free`,
    ],
    ['an instance has it', user({ kind: 'instance', id: 'i-9' }), `Conflict: ${NAMED} is used by the instance i-9. Allowed: an address that is free`],
    [
      'an interface has it, perhaps of a load balancer that was deleted',
      user({ kind: 'network interface', id: 'eni-9' }),
      `Waiting: ${NAMED} is used by the network interface eni-9, which belongs to no load balancer. Of a load balancer that was deleted, AWS frees the addresses within some minutes. Of anything else, free it there, or name another address.`,
    ],
  ])('%s', (_, answer, expected) => {
    const world = new AwsWorld()
    world.account = { ...world.account, unusable: { 'eipalloc-1': answer } }
    expect(world.run({ web: { want: want(ids) } })).toEqual(['read elastic addresses eipalloc-1, eipalloc-2', `refused default/web: ${expected}`])
  })
})

it('where they may not be read, AWS decides', () => {
  const world = new AwsWorld()
  world.account = { ...world.account, unusable: { 'eipalloc-1': 'unknown', 'eipalloc-2': 'unknown' } }
  expect(world.run({ web: { want: want(ids) } })).toContain('create load balancer web internet-facing ipv4 subnet-a=eipalloc-1 subnet-b=eipalloc-2')
})

it('those that the load balancer has are not looked for, and a network read anew is a reason to look again', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want(ids) } })
  world.account = { ...world.account, base: { ...world.account.base, network: network() }, unusable: { 'eipalloc-3': 'missing' } }
  expect(world.run({ web: { want: want(ids) } })).toEqual([])
  const moved = { web: { want: want({ addressNames: ['eipalloc-3', 'eipalloc-2'] }) } }
  const look = 'read elastic addresses eipalloc-3'
  expect(world.run(moved)[0]).toBe(look)
  expect(world.run(moved)[0]).toMatch(/^refused/)
  world.account = { ...world.account, base: { ...world.account.base, network: network() }, unusable: {} }
  expect(world.run(moved)).toEqual([
    look,
    '--',
    'update load balancer subnets web in subnet-b eipalloc-2 INTERRUPTS traffic through a',
    '-',
    'update load balancer subnets web in subnet-a eipalloc-3, subnet-b eipalloc-2',
  ])
})
