/** The finalizer of Kubernetes' own service controller beside ours, for tools that look for it. */
import { expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import { inMemoryProvider } from '../in-memory/index.ts'
import { until } from '../until.ts'
import { againstServers } from './support.ts'
import { addressOf, FINALIZER, finalizersOf, PROVIDER } from './world.ts'

const UPSTREAM = 'service.kubernetes.io/load-balancer-cleanup'
const MARK = 'fairlead.dev/upstream-finalizer'
const ON = { upstreamFinalizer: true }

againstServers('the upstream finalizer', (world) => {
  const markOf = async (name: string): Promise<string | undefined> => (await world().get(name)).metadata.annotations?.[MARK]
  const held = async (name: string): Promise<readonly string[]> => finalizersOf(await world().get(name)).toSorted()

  test('is on a Service that is served, and goes with ours when the load balancer is gone', async () => {
    const process = await world().start(ON)
    await world().create('web')
    await world().reported('web', 'NoBackends')
    expect(await held('web')).toEqual([FINALIZER, UPSTREAM])
    expect(await markOf('web')).toBe(PROVIDER)
    await world().remove('web')
    await world().gone('web')
    expect(world().cloud.addresses).toEqual([])
    await process.stop()
  })

  test('goes with ours when the type changes', async () => {
    const process = await world().start(ON)
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().patch('web', { spec: { type: 'ClusterIP' } })
    await until(async () => (await held('web')).length === 0)
    expect(await markOf('web')).toBeUndefined()
    await process.stop()
  })

  test('stays where another controller has set it, and after ours is removed', async () => {
    const process = await world().start(ON)
    await world().create('web', { metadata: { finalizers: [UPSTREAM] } })
    await world().reported('web', 'NoBackends')
    expect(await held('web')).toEqual([FINALIZER, UPSTREAM])
    expect(await markOf('web')).toBeUndefined()
    await world().patch('web', { spec: { type: 'ClusterIP' } })
    await until(async () => !(await held('web')).includes(FINALIZER))
    expect(await held('web')).toEqual([UPSTREAM])
    await process.stop()
  })

  test('that another controller removes early deletes nothing early: ours decides', async () => {
    const process = await world().start(ON)
    await world().create('web')
    const address = addressOf(await world().reported('web', 'NoBackends'))
    await world().patch('web', { metadata: { finalizers: [FINALIZER] } })
    await until(async () => (await held('web')).includes(UPSTREAM))
    expect(addressOf(await world().get('web'))).toBe(address)
    await world().remove('web')
    await world().gone('web')
    expect(world().cloud.addresses).toEqual([])
    await process.stop()
  })

  test('is added to Services that exist when it is turned on, and removed from them when it is turned off, and the address stays', async () => {
    const before = await world().start()
    await world().create('web')
    const address = addressOf(await world().reported('web', 'NoBackends'))
    expect(await held('web')).toEqual([FINALIZER])
    await before.stop()
    const on = await world().start(ON)
    await until(async () => (await held('web')).includes(UPSTREAM))
    await on.stop()
    const off = await world().start()
    await until(async () => !(await held('web')).includes(UPSTREAM))
    expect(await markOf('web')).toBeUndefined()
    expect(await held('web')).toEqual([FINALIZER])
    expect(addressOf(await world().get('web'))).toBe(address)
    await off.stop()
  })

  test('stays on a Service without a class that is not ours any more, with an event that says so', async () => {
    const before = await world().start({ ...ON, defaultClass: PROVIDER })
    await world().create('web', { spec: { loadBalancerClass: undefined } })
    await world().reported('web', 'NoBackends')
    expect(await held('web')).toEqual([FINALIZER, UPSTREAM])
    await before.stop()
    const after = await world().start(ON)
    await until(async () => !(await held('web')).includes(FINALIZER))
    expect(await held('web')).toEqual([UPSTREAM])
    expect(await markOf('web')).toBeUndefined()
    expect(world().cloud.addresses).toEqual([])
    await until(async () => (await world().eventMessages('web')).some((message) => message.includes(`The finalizer ${UPSTREAM} stays`)))
    await after.stop()
  })

  test('passes from one provider of ours to another with the Service', async () => {
    const other = bind({ ...inMemoryProvider(world().cloud), name: 'other' })
    const process = await world().start(ON, { clouds: (bound) => [bound, other] })
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().patch('web', { spec: { type: 'ClusterIP' } })
    await world().patch('web', { spec: { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/other' } })
    await until(async () => (await markOf('web')) === 'other' && !(await held('web')).includes(FINALIZER))
    expect(await held('web')).toEqual(['fairlead.dev/load-balancer-other', UPSTREAM])
    await process.stop()
  })
})
