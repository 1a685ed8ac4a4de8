/** What the tests send in process is answered as what the SDK's clients send over HTTP: the provider makes, changes and takes away a load balancer by either. */
import { expect, onTestFinished, test } from 'vitest'
import { IMMEDIATE, startGcp } from '../../../emulators/gcp/index.ts'
import { LIMITS } from '../../../providers/gcp/api/calls.ts'
import { ANONYMOUS } from '../../../providers/gcp/api/identity.ts'
import { connect } from '../../../providers/gcp/index.ts'
import { Cluster } from '../../contract/cluster.ts'
import { Steward } from '../../contract/steward.ts'
import type { Binder, World } from '../../contract/world.ts'
import { clockOf } from '../cloud-time.ts'
import { textOf } from '../world.ts'
import { unlimited } from '../unlimited.ts'
import { settingsOf } from './connect.ts'
import { isOurs, objectsOf, SEED } from './foreign.ts'
import { addMachines } from './machines.ts'
import { inProcess } from './transport.ts'

const CLUSTER_ID = 'wire'

interface Played {
  /** Method, path and status of each call, in order within a kind. */
  readonly calls: readonly string[]
  readonly made: readonly string[]
  readonly left: readonly string[]
}

async function play(way: 'in process' | 'over HTTP'): Promise<Played> {
  const gcp = await startGcp({ virtualTime: true, seed: SEED, delays: IMMEDIATE })
  onTestFinished(() => gcp.close())
  const nodes = addMachines(gcp).map(({ name, providerId, ip, zone }) => ({ name, providerId, addresses: [ip], zone }))
  const boot = async (bound: Binder) => {
    const over =
      way === 'over HTTP'
        ? { settings: { ...settingsOf(gcp, CLUSTER_ID), endpoint: gcp.url } }
        : { settings: settingsOf(gcp, CLUSTER_ID), transport: inProcess(gcp) }
    const { provider } = await connect({ ...over, clock: clockOf(gcp), version: 'test', limits: unlimited(LIMITS), identity: ANONYMOUS })
    return bound(provider)
  }
  const world = {
    targets: 'nodes',
    nodesReachedBy: 'publishedAddress',
    nodes,
    boot,
    run: async (machines) => gcp.setMachines(machines),
  } as Partial<World> as World
  const cluster = new Cluster(world)
  const steward = new Steward(world, cluster)
  await steward.boot()
  cluster.pod('a')
  cluster.service('web', { listeners: ['80/TCP', '53/UDP'], families: ['IPv4', 'IPv6'] }, ['a'])
  await steward.settle()
  const owned = (): readonly string[] => objectsOf(gcp).filter(isOurs(CLUSTER_ID)).map(textOf)
  const made = owned()
  cluster.service('web', { listeners: ['80/TCP'], sourceRanges: ['192.0.2.0/24'], affinity: { kind: 'client-ip', timeoutSeconds: 10_800 } }, ['a'])
  await steward.settle()
  cluster.keep()
  await steward.settle()
  return {
    calls: gcp.journal.calls.map(({ action, kind, status, userAgent, cause }) => JSON.stringify([kind, action, status, userAgent, cause])).toSorted(),
    made,
    left: owned(),
  }
}

test('calls in process and over HTTP', async () => {
  const inside = await play('in process')
  expect(inside.made.length).toBeGreaterThan(5)
  expect(inside.left).toEqual([])
  expect(await play('over HTTP')).toEqual(inside)
})

test('the journal of an emulated cloud shows what each call is for', async () => {
  const { calls } = await play('in process')
  expect(calls.filter((call) => !/"(inventory|observe .*|(create|update|delete|read) [a-z].*)"\]$/.test(call))).toEqual([])
})
