/** What is read from a view: whose it is, what is published, what it holds that others may claim, and what a listing leaves of it. */
import { expect, it } from 'vitest'
import { owner } from '../../contract/wish.ts'
import { AwsWorld, provider } from './aws-world.ts'
import { type AwsAsk, want } from './build.ts'
import { asListed } from './paper.ts'

function served(ask: AwsAsk = {}): AwsWorld {
  const world = new AwsWorld()
  world.run({ web: { want: want(ask) } })
  return world
}

it('a Stack is a Service of its own, or a share key', () => {
  expect(provider.stackOf(owner('web'), want())).toBe('service/uid-default-web')
  expect(provider.stackOf(owner('web'), want({ share: 'default/edge' }))).toBe('share/default/edge')
})

it('owners of what was only just begun are found too', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } }, 1)
  expect(provider.owners(world.view)).toEqual([owner('web')])
})

it('on a shared Stack by their rules, where nothing else of theirs is there yet', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want({ share: 'default/edge' }) } }, 2)
  expect(provider.owners(world.view)).toEqual([owner('web')])
})

it('nothing is published before a listener is there', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } }, 4)
  expect(world.places()).toEqual([])
  world.run({ web: { want: want() } })
  expect(world.places()).toHaveLength(1)
})

it('what is held is what the wish claims', () => {
  const ask = { addressNames: ['eipalloc-1', 'eipalloc-2'], name: 'front' }
  expect(provider.moves.claims(want(ask))).toEqual(['address eipalloc-1', 'address eipalloc-2', 'name front'])
  expect(provider.moves.holds(served(ask).view, owner('web'))).toEqual(['address eipalloc-1', 'address eipalloc-2', 'name front'])
})

it('a listing leaves what no page shows, as long as the fingerprint is the same', () => {
  const world = served({ crossZone: true })
  const known = world.view
  expect(provider.depth.merge(known, asListed(world.account))).toEqual(known)
})

it('where somebody else wrote a fingerprint it is to be read anew', () => {
  const world = served({ crossZone: true })
  const listed = asListed(world.account)
  const [name, balancer] = [...listed.loadBalancers][0]!
  const changed = { ...listed, loadBalancers: new Map([[name, { ...balancer, mark: { ...balancer.mark, settings: 'another' } }]]) }
  expect([...provider.depth.merge(world.view, changed).loadBalancers.values()][0]!.attributes).toBeUndefined()
})

it('names say what they are of, and fit', () => {
  const { loadBalancers, targetGroups, securityGroups } = served().view
  expect([...loadBalancers.keys(), ...targetGroups.keys()]).toEqual([
    expect.stringMatching(/^web-[0-9a-f]{10}-[0-9a-f]{8}$/),
    expect.stringMatching(/^web-[0-9a-f]{10}-[0-9a-f]{8}$/),
  ])
  expect([...securityGroups.values()].map(({ name }) => name)).toEqual([expect.stringMatching(/^fairlead-web-[0-9a-f]{10}$/)])
})
