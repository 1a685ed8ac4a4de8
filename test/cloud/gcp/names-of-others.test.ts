/** An object that has a name of ours and not our mark: it is another owner's, and is neither changed nor deleted; the Service says what is in its way. */
import { expect, test, vi } from 'vitest'
import type { JsonObject } from '../../../emulators/gcp/index.ts'
import { readyOf } from '../cluster.ts'
import { idOf, insert, read, remove } from './foreign.ts'
import { onServer } from './frame.ts'
import { partsOf } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

/** Puts another one in the place of a part of `web`, while no process runs. Answers its name and what it is. */
async function replaced(world: World, kind: 'firewalls' | 'backendServices' | 'forwardingRules', theirs: JsonObject): Promise<string> {
  const first = await world.start()
  await world.cluster.create('web')
  await world.cluster.create('neighbour')
  for (const name of ['web', 'neighbour']) await world.untilReason(name, 'Ready')
  await first.stop()
  const [part] = partsOf(world, 'web', kind)
  for (const each of ['forwardingRules', 'firewalls', 'backendServices']) for (const { id } of partsOf(world, 'web', each)) remove(world.gcp, id)
  return insert(world.gcp, kind, { ...theirs, name: part?.name ?? '' })
}

test.for<[kind: 'firewalls' | 'backendServices' | 'forwardingRules', theirs: (world: World) => JsonObject]>([
  [
    'firewalls',
    ({ gcp }) => ({
      network: gcp.cloud.ids.network,
      description: 'of the network team',
      allowed: [{ IPProtocol: 'tcp', ports: ['22'] }],
      sourceRanges: ['10.9.9.0/24'],
    }),
  ],
  [
    'backendServices',
    ({ gcp }) => ({ description: '', protocol: 'UDP', loadBalancingScheme: 'EXTERNAL', healthChecks: [idOf(gcp, 'healthChecks', 'foreign')] }),
  ],
  [
    'forwardingRules',
    ({ gcp }) => ({ description: '{}', ports: ['8443'], loadBalancingScheme: 'EXTERNAL', backendService: idOf(gcp, 'backendServices', 'foreign') }),
  ],
])('one of %s: it stays as it is, and is named; a neighbour is served', async ([kind, theirs]) => {
  const world = await open()
  const id = await replaced(world, kind, theirs(world))
  const before = read(world.gcp, id)
  await world.start()
  await world.until('it is named', async () => (readyOf(await world.cluster.get('web'))?.message ?? '').includes(id.split('/').at(-1) ?? ''))
  expect(readyOf(await world.cluster.get('web'))).toMatchObject({ status: 'False', reason: 'Conflict' })
  expect(await world.reach('neighbour')).toBe('neighbour')
  await world.pass(3_600_000)
  expect(read(world.gcp, id)).toEqual(before)
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(600_000)
  expect(partsOf(world, 'web').map((one) => one.id)).toEqual([id])
  expect(read(world.gcp, id)).toEqual(before)
})
