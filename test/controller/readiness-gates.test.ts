import { expect, test } from 'vitest'
import { KubernetesError } from '../../src/kubernetes/api.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { inMemoryProvider } from '../in-memory/index.ts'
import { runPods } from './pods.ts'
import { againstServers } from './support.ts'
import type { World } from './world.ts'

const GATE = 'fairlead.dev/target-health'
const AWS_GATE = 'target-health.elbv2.k8s.aws/k8s-shop-web-0123456789'
const PODS = { metadata: { annotations: { 'fairlead.dev/targets': 'pods' } } }
const OFTEN = { targetHealthMs: 40 }

const registered = ({ cloud }: World): readonly string[] =>
  cloud.rules.flatMap(({ backends }) => (backends.kind === 'endpoints' ? backends.endpoints : [])).toSorted()
const asked = ({ cloud }: World): number => cloud.journal.reads.filter((read) => read.startsWith('health')).length
const reads = (calls: readonly string[]): readonly string[] => calls.filter((call) => call === 'getPod')

/** Targets that are healthy once they were asked about a few times, as with a cloud that takes its time. */
function slowToWarm({ cloud }: World, asks = 3): { readonly healthy: Set<string>; readonly sick: Set<string> } {
  const [counts, healthy, sick] = [new Map<string, number>(), new Set<string>(), new Set<string>()]
  cloud.judge = (target) => {
    const count = (counts.get(target) ?? 0) + 1
    counts.set(target, count)
    if (sick.has(target)) return { state: 'unhealthy', because: 'Target.FailedHealthChecks' }
    if (count <= asks) return { state: 'initial', because: 'Elb.InitialHealthChecking' }
    healthy.add(target)
    return { state: 'healthy', because: '' }
  }
  return { healthy, sick }
}

againstServers('readiness gates', (world) => {
  test('a pod is registered while it waits, with the reason, and ready when its target is healthy', async () => {
    const { sick } = slowToWarm(world())
    sick.add('10.244.0.5:80')
    const process = await world().start(OFTEN)
    const pods = await runPods(world(), 'web')
    const { metadata } = await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5', gates: [GATE] })
    await pods.until(() => registered(world()).includes('10.244.0.5:80'))
    await pods.until(async () => (await pods.condition('web-a', GATE))?.reason === 'Unhealthy')
    const { namespace } = metadata
    const reported = await pods.condition('web-a', GATE)
    expect(reported).toMatchObject({ status: 'False', message: `80/TCP of ${namespace}/web: Target.FailedHealthChecks` })
    expect(await pods.condition('web-a', 'Ready')).toMatchObject({ status: 'False' })
    sick.clear()
    await pods.until(async () => (await pods.condition('web-a', 'Ready'))?.status === 'True')
    expect(await pods.condition('web-a', GATE)).toMatchObject({ status: 'True', reason: 'Healthy', message: `healthy for 80/TCP of ${namespace}/web` })
    await process.stop()
  })

  test('in a rolling replacement no moment lacks a healthy backend that is registered', async () => {
    const { healthy } = slowToWarm(world())
    const { journal } = world().cloud
    const process = await world().start(OFTEN)
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    const alive = new Set<string>()
    const bad: string[] = []
    const check = (when: string): void => {
      if (!registered(world()).some((target) => healthy.has(target) && alive.has(target))) bad.push(`${when}: ${registered(world()).join(' ')}`)
    }
    for (const n of [1, 2]) await pods.run(`old-${n}`, { ip: `10.244.0.${n}`, gates: [GATE] })
    for (const n of [1, 2]) alive.add(`10.244.0.${n}:80`)
    await pods.until(async () => (await pods.condition('old-1', 'Ready'))?.status === 'True' && (await pods.condition('old-2', 'Ready'))?.status === 'True')
    const { onWritten } = journal
    journal.onWritten = () => {
      onWritten()
      check('after a write')
    }
    for (const n of [1, 2]) {
      alive.add(`10.244.1.${n}:80`)
      await pods.run(`new-${n}`, { ip: `10.244.1.${n}`, gates: [GATE] })
      await pods.until(async () => (await pods.condition(`new-${n}`, 'Ready'))?.status === 'True')
      await pods.leave(`old-${n}`)
      await pods.until(() => !registered(world()).includes(`10.244.0.${n}:80`))
      alive.delete(`10.244.0.${n}:80`)
      await pods.remove(`old-${n}`)
      check(`without old-${n}`)
    }
    expect(bad).toEqual([])
    expect(registered(world())).toEqual(['10.244.1.1:80', '10.244.1.2:80'])
    await process.stop()
  })

  test('nothing is asked of pods while all are ready, nor of health while none waits', async () => {
    const process = await world().start(OFTEN)
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5' })
    await pods.until(() => registered(world()).includes('10.244.0.5:80'))
    const gets = (): number => reads(process.reads).length
    const before = [gets(), asked(world())]
    await pods.run('web-b', { ip: '10.244.0.6', gates: [GATE] })
    await pods.until(async () => (await pods.condition('web-b', 'Ready'))?.status === 'True')
    expect(asked(world())).toBeGreaterThan(0)
    // The slices say so too, and a Service that came after them was reported to listeners.
    await pods.until(() => true)
    await world().create('next')
    await world().reported('next', 'NoBackends')
    await process.controller.idle()
    const after = [gets(), asked(world())]
    expect(before[1]).toBe(0)
    expect(after[0]).toBeGreaterThan(before[0] ?? 0)
    // Many times the interval in which both would be asked: a Service that comes and is reported takes its time on the same clocks.
    for (const name of ['one', 'two', 'three']) {
      await world().create(name)
      await world().reported(name, 'NoBackends')
    }
    expect([gets(), asked(world())]).toEqual(after)
    await process.stop()
  })

  test("the other controller's gates are opened too, somebody else's are waited for", async () => {
    const process = await world().start(OFTEN)
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5', gates: [AWS_GATE, GATE] })
    await pods.run('web-b', { ip: '10.244.0.6', gates: [AWS_GATE, 'example.com/later'] })
    await pods.until(async () => (await pods.condition('web-a', 'Ready'))?.status === 'True')
    expect(await pods.condition('web-a', AWS_GATE)).toMatchObject({ status: 'True', reason: 'Healthy' })
    expect(registered(world())).toEqual(['10.244.0.5:80'])
    expect(await pods.condition('web-b', AWS_GATE)).toBeUndefined()
    await process.stop()
  })

  test('every Service that the pod stands behind has to find it healthy, on each of its listeners', async () => {
    const late = new Set(['81/TCP', '90/TCP'])
    const process = await world().start(OFTEN, {
      clouds: (bound) => [
        {
          ...bound,
          health: async (...request) =>
            (await bound.health?.(...request))?.map((target) => (late.has(target.listener) ? { ...target, state: 'initial', because: 'not yet' } : target)) ??
            [],
        },
      ],
    })
    const pods = await runPods(world(), 'web', ['web', 'other'])
    const ports = [80, 81].map((port) => ({ name: `p${port}`, port, protocol: 'TCP', targetPort: 8080 }))
    await world().create('web', { ...PODS, spec: { ports } })
    await world().create('other', { ...PODS, spec: { ports: [{ port: 90, protocol: 'TCP', targetPort: 8080 }] } })
    await pods.run('web-a', { ip: '10.244.0.5', gates: [GATE] })
    const { namespace } = world()
    await pods.until(
      async () => (await pods.condition('web-a', GATE))?.message === `81/TCP of ${namespace}/web: not yet; 90/TCP of ${namespace}/other: not yet`,
    )
    late.delete('81/TCP')
    await pods.until(async () => (await pods.condition('web-a', GATE))?.message === `90/TCP of ${namespace}/other: not yet`)
    late.delete('90/TCP')
    await pods.until(async () => (await pods.condition('web-a', 'Ready'))?.status === 'True')
    expect(await pods.condition('web-a', GATE)).toMatchObject({ status: 'True', reason: 'Healthy' })
    await process.stop()
  })

  test('where the provider has no say, a pod is ready as soon as it is registered', async () => {
    const { health: _, ...provider } = inMemoryProvider(world().cloud)
    const process = await world().start(OFTEN, { clouds: () => [bind(provider)] })
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5', gates: [GATE] })
    await pods.until(async () => (await pods.condition('web-a', 'Ready'))?.status === 'True')
    expect(registered(world())).toEqual(['10.244.0.5:80'])
    expect(await pods.condition('web-a', GATE)).toMatchObject({ status: 'True', reason: 'Registered' })
    await process.stop()
  })

  test('while the cloud does not tell, the pod says why, and goes on when it does', async () => {
    world().cloud.journal.onCall = (what) =>
      what.startsWith('health')
        ? Promise.reject(new CloudError('refused', { reason: 'Denied', publicMessage: 'the right to ask is missing' }))
        : Promise.resolve()
    const process = await world().start(OFTEN)
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5', gates: [GATE] })
    await pods.until(async () => (await pods.condition('web-a', GATE))?.message?.includes('the right to ask is missing') === true)
    world().cloud.journal.onCall = () => Promise.resolve()
    await pods.until(async () => (await pods.condition('web-a', 'Ready'))?.status === 'True')
    expect(await pods.condition('web-a', GATE)).toMatchObject({ status: 'True', reason: 'Healthy' })
    await process.stop()
  })

  test('a pod that is not up itself is not registered, and is seen when it is', async () => {
    const process = await world().start(OFTEN)
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5', gates: [GATE], areContainersReady: false })
    await pods.until(() => reads(process.reads).length > 2)
    expect(registered(world())).toEqual([])
    const status = { conditions: [{ type: 'ContainersReady', status: 'True' }] }
    await world().server.user('PATCH', `/api/v1/namespaces/${world().namespace}/pods/web-a/status`, { status })
    await pods.until(async () => (await pods.condition('web-a', 'Ready'))?.status === 'True')
    await process.stop()
  })

  test('a process that starts while pods wait does not take them out', async () => {
    const { sick } = slowToWarm(world())
    sick.add('10.244.0.5:80')
    const first = await world().start(OFTEN)
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5', gates: [GATE] })
    await pods.until(() => registered(world()).includes('10.244.0.5:80'))
    await first.stop()
    const writes = world().cloud.journal.writes.length
    const second = await world().start(OFTEN)
    await second.controller.idle()
    expect(world().cloud.journal.writes.length).toBe(writes)
    sick.clear()
    await pods.until(async () => (await pods.condition('web-a', 'Ready'))?.status === 'True')
    expect(world().cloud.journal.writes.length).toBe(writes)
    await second.stop()
  })

  test('where gates are left alone, no pod is read or updated, and Services are served', async () => {
    const process = await world().start({ ...OFTEN, readinessGates: false })
    const pods = await runPods(world(), 'web')
    await world().create('web', PODS)
    await pods.run('web-a', { ip: '10.244.0.5', gates: [GATE] })
    await pods.run('web-b', { ip: '10.244.0.6' })
    await pods.until(() => registered(world()).includes('10.244.0.6:80'))
    await world().reported('web', 'Ready')
    await process.controller.idle()
    expect(registered(world())).toEqual(['10.244.0.6:80'])
    expect(reads(process.reads)).toEqual([])
    expect(process.calls.filter((call) => call.startsWith('patchPodStatus'))).toEqual([])
    expect(await pods.condition('web-a', GATE)).toBeUndefined()
    expect(await world().events('web')).not.toContain('Denied')
    await process.stop()
  })

  for (const call of ['getPod', 'patchPodStatus'] as const) {
    test(`without the right to ${call}, the Service reports it once, and is served`, async () => {
      const forbidden = new KubernetesError(403, 'Forbidden', `pods is forbidden: ${call}`)
      const process = await world().start(OFTEN, { faults: { before: (what) => (what === call ? forbidden : undefined) } })
      const pods = await runPods(world(), 'web')
      await world().create('web', PODS)
      await pods.run('web-a', { ip: '10.244.0.5' })
      await pods.run('web-b', { ip: '10.244.0.6', gates: [GATE] })
      await world().reported('web', 'Ready')
      await pods.until(async () => (await world().events('web')).includes('Denied'))
      expect(await world().reach('web')).toMatch(/^10\.244\.0\.[56]:80$/)
      await process.controller.idle()
      expect((await world().events('web')).filter((reason) => reason === 'Denied')).toHaveLength(1)
      await process.stop()
    })
  }
})
