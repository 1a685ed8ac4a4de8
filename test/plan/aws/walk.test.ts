/** Whatever is wished for, in whatever order, and wherever a process ends: what is planned is what AWS takes, it settles, and nothing is left over. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { walkParameters } from '../../cloud/plan-walk.ts'
import { planWalks } from '../../cloud/plan-walks.ts'
import { owner } from '../../contract/wish.ts'
import { type AwsAsk, intentOf, want } from './build.ts'
import { OBSTACLES, ObstacleWorld, tooOpen } from './obstacles.ts'
import { asks, LAND } from './random-wishes.ts'
import { awsWalk, effect, leftOver, moments } from './walk.ts'

const RUN = walkParameters()

planWalks(
  {
    open: awsWalk,
    asks,
    moments,
    decided: (ask): AwsAsk => ({ ...ask, scheme: 'internal', schemeIsExplicit: true, subnets: ['subnet-a', 'subnet-b'], addressNames: [] }),
    leftOver,
    effect,
  },
  RUN,
)

describe('a Stack on its walk, with obstacles by chance', () => {
  const chance = fc.record({ share: fc.constantFrom(2, 3, 6), salt: fc.nat(1_000) })

  it('what is closed is closed and what left is out within one turn, whatever is refused or waits; once nothing is in the way, it is served', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ web: asks, dns: asks, chance, kind: fc.constantFrom(...OBSTACLES) }), { minLength: 2, maxLength: 4 }),
        async (steps) => {
          const world = new ObstacleWorld(LAND)
          const owners = { web: owner('web'), dns: owner('dns') }
          for (const [i, { web, dns, chance: each, kind }] of steps.entries()) {
            const wanted = { web: want({ ...web, share: 'default/edge' }), dns: want({ ...dns, share: 'default/edge' }) }
            const intents = (['web', 'dns'] as const).map((name) => intentOf(name, { want: wanted[name], age: name }))
            world.befalls = (step) => (hash(`${step} ${each.salt}`) % each.share === 0 ? kind : undefined)
            // Before the first one there is nothing to close.
            const outcome = i === 0 ? undefined : await world.turn(intents)
            const open = outcome === undefined ? [] : (['web', 'dns'] as const).flatMap((name) => tooOpen(world, owners[name], wanted[name]))
            const reported = JSON.stringify([...(outcome?.refused ?? []), ...(outcome?.waiting ?? []), outcome?.stopped])
            expect(open, `${kind}: ${reported}`).toEqual([])
            world.befalls = () => undefined
            world.now += 86_400_000
            await world.settle(intents)
          }
          await world.settle([
            { owner: owners.web, gone: true },
            { owner: owners.dns, gone: true },
          ])
          const { loadBalancers, targetGroups, listeners, securityGroups } = world.account.view
          expect([...loadBalancers.keys(), ...targetGroups.keys(), ...listeners.keys(), ...securityGroups.keys()]).toEqual([])
        },
      ),
      RUN,
    )
  })
})

function hash(text: string): number {
  return Array.from(text).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7)
}
