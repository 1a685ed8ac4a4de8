/** Services whose marks are taken off while no process runs: their load balancers serve on, and the next process takes them up again without a write to the cloud. */
import { expect, test } from 'vitest'
import { keepAndRelease } from '../../src/cli/release/keeping.ts'
import { listMarked } from '../../src/cli/release/marked.ts'
import { connect } from '../../src/kubernetes/cluster.ts'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import { silentLog } from '../../src/model/log.ts'
import type { BaseWorld } from './world.ts'

const NAMES = ['web', 'other', 'third']
/** It waits for a controller that would put finalizers back; none runs here. */
const clock: Clock = { ...systemClock, setTimeout: (run) => systemClock.setTimeout(run, 0) }

export function testReleased(open: () => Promise<BaseWorld>, provider: string): void {
  test('Services that are released with their load balancers kept are served on, and taken up again without a write', async () => {
    const world = await open()
    const first = await world.start()
    for (const name of NAMES) await world.cluster.create(name, { annotations: { 'example.com/owner': 'shop' } })
    for (const name of NAMES) await world.untilReason(name, 'Ready')
    await world.rest()
    await first.stop()
    const owned = world.owned()
    const before = await Promise.all(NAMES.map((name) => world.cluster.get(name)))

    const said: string[] = []
    const connection = await connect({ kubeconfig: world.server.kubeconfigFile, userAgent: 'fairlead-test', clock: systemClock, log: silentLog })
    const { api } = connection
    const context = { api, clock, signal: new AbortController().signal, say: (line: string) => void said.push(line) }
    const marked = (await listMarked(api, [provider], context.signal)).filter(({ service }) => service.metadata.namespace === world.cluster.namespace)
    expect(marked.map(({ service }) => service.metadata.name)).toEqual(NAMES.toSorted())
    expect(await keepAndRelease({ ...context, marked })).toBe(0)
    expect(said).toHaveLength(NAMES.length)
    expect(said.join('\n')).toMatch(new RegExp(`Released ${world.cluster.namespace}/web \\(${provider}, Stack .+, at .+\\) \\(\\d of 3\\)\\.`))
    for (const [i, name] of NAMES.entries()) {
      const { metadata, status } = await world.cluster.get(name)
      expect(metadata.finalizers).toBeUndefined()
      expect(metadata.annotations).toEqual({ 'example.com/owner': 'shop' })
      expect(status).toEqual({ loadBalancer: before[i]?.status.loadBalancer })
    }
    expect(world.owned()).toEqual(owned)
    expect(await listMarked(api, [provider], context.signal)).toEqual([])
    await connection.close()

    const mark = world.emulator.journal.mark
    await world.start()
    for (const name of NAMES) await world.untilReason(name, 'Ready')
    await world.rest()
    expect(world.emulator.journal.since(mark).filter(({ kind }) => kind === 'write')).toEqual([])
    expect(await Promise.all(NAMES.map(async (name) => (await world.cluster.get(name)).status.loadBalancer))).toEqual(
      before.map(({ status }) => status.loadBalancer),
    )
    expect((await world.cluster.get('web')).metadata.finalizers).toEqual([`fairlead.dev/load-balancer-${provider}`])
  })
}
