import { expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import type { Cloud } from '../../src/provider/cloud.ts'
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { eventually, until } from '../until.ts'
import { againstServers } from './support.ts'
import { addressOf, CLASS, FINALIZER, finalizersOf, readyOf, STACKS } from './world.ts'

againstServers('a Service and its load balancer', (world) => {
  test('a new Service gets finalizer, Stack, address, condition and events; traffic arrives', async () => {
    const process = await world().start()
    await world().create('web')
    await world().endpoints('web', ['10.244.0.5'])
    const service = await world().reported('web', 'Ready')
    expect(finalizersOf(service)).toEqual([FINALIZER])
    expect(service.metadata.annotations?.[STACKS]).toBe('balancer-internet-facing')
    expect(readyOf(service)).toMatchObject({ status: 'True', message: `Served at ${addressOf(service)}.` })
    expect(await world().reach('web')).toBe('node')
    await until(async () => (await world().events('web')).includes('Ready'))
    expect(await world().events('web')).toEqual(expect.arrayContaining(['Progressing', 'Created', 'Ready']))
    await process.stop()
  })

  test('a Service without pods is served and says that there is nothing behind it', async () => {
    const process = await world().start()
    await world().create('web')
    expect(readyOf(await world().reported('web', 'NoBackends'))).toMatchObject({ status: 'True' })
    await world().endpoints('web', ['10.244.0.5'])
    await world().reported('web', 'Ready')
    await world().endpoints('web', [])
    await world().reported('web', 'NoBackends')
    await process.stop()
  })

  test('the backends have a condition of their own, and pods that come and go cost no write', async () => {
    const process = await world().start()
    const backends = async (): Promise<string> => {
      const found = (await world().get('web')).status.conditions?.find(({ type }) => type === 'fairlead.dev/Backends')
      return `${found?.status} ${found?.reason}`
    }
    await world().create('web', { metadata: { annotations: { 'fairlead.dev/targets': 'pods' } } })
    const empty = await world().reported('web', 'NoBackends')
    expect(await backends()).toBe('False NoPods')
    expect(readyOf(empty)?.message).toContain('The selector app=web matches no pod')
    await world().endpoints('web', ['10.244.0.5'])
    await until(async () => (await backends()) === 'True Registered')
    await process.controller.idle()
    const { resourceVersion } = (await world().get('web')).metadata
    for (const ips of [['10.244.0.6', '10.244.0.7'], ['10.244.0.8'], ['10.244.0.9', '10.244.0.10', '10.244.0.11']]) {
      await world().endpoints('web', ips)
      await until(async () => ips.includes(String((await world().reach('web')).split(':')[0])))
      await process.controller.idle()
    }
    expect((await world().get('web')).metadata.resourceVersion, 'still the same').toBe(resourceVersion)
    await world().endpoints('web', [])
    await until(async () => (await backends()) === 'False NoPods')
    await process.stop()
  })

  test('a Node that is excluded, and one that is back, has an event that says why', async () => {
    const { user } = world().server
    const all = async (): Promise<readonly NodeEvent[]> => {
      const { items } = (await user('GET', '/apis/events.k8s.io/v1/namespaces/default/events')) as { items: readonly NodeEvent[] }
      return items.filter(({ regarding }) => regarding.kind === 'Node' && regarding.name === 'node-b')
    }
    const mark = (value: string | null): Promise<unknown> =>
      user('PATCH', '/api/v1/nodes/node-b', { metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': value } } })
    await mark(null)
    // Nodes and their events are of the server, not of the test's own world.
    const earlier = new Set((await all()).map(({ metadata }) => metadata.name))
    const events = async (): Promise<readonly string[]> => (await all()).filter(({ metadata }) => !earlier.has(metadata.name)).map(({ reason }) => reason)
    const process = await world().start()
    await mark('true')
    await eventually(events, (found) => found.includes('NodeExcluded'))
    await mark(null)
    expect((await eventually(events, (found) => found.length === 2)).toSorted()).toEqual(['NodeExcluded', 'NodeIncluded'])
    await process.stop()
  })

  test('deletion takes the load balancer away before the Service goes', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().remove('web')
    await world().gone('web')
    expect(world().cloud.rules).toEqual([])
    expect(world().cloud.addresses).toEqual([])
    await until(async () => (await world().events('web')).includes('Deleted'))
    await process.stop()
  })

  test.for([
    { how: 'is replaced without its finalizer', annotations: {}, before: 'NoBackends', spec: { type: 'ClusterIP' }, metadata: { finalizers: null } },
    { how: 'is refused and becomes a ClusterIP', annotations: { 'fairlead.dev/scheme': 'x' }, before: 'Invalid', spec: { type: 'ClusterIP' }, metadata: {} },
  ])('conditions go when a Service $how', async ({ annotations, before, spec, metadata }) => {
    const process = await world().start()
    await world().create('web', { metadata: { annotations } })
    await world().reported('web', before)
    await world().patch('web', { spec: { ...spec, allocateLoadBalancerNodePorts: null, loadBalancerClass: null }, metadata })
    await until(async () => ((await world().get('web')).status.conditions ?? []).length === 0)
    expect(world().cloud.rules).toEqual([])
    if (before !== 'Invalid') await until(async () => (await world().events('web')).includes('Deleted'))
    await process.stop()
  })

  test('before a deletion the Stack is observed by name where a list has shown it, and not where this process began it', async () => {
    const observed = (): readonly string[] => world().cloud.journal.reads.filter((read) => read.startsWith('observe balancer'))
    const first = await world().start()
    await world().create('stays')
    await world().reported('stays', 'NoBackends')
    await world().create('goes')
    await world().reported('goes', 'NoBackends')
    expect(observed(), 'before anything was made').toHaveLength(1)
    await world().remove('goes')
    await world().gone('goes')
    expect(observed()).toHaveLength(1)
    await first.stop()
    const second = await world().start()
    await world().remove('stays')
    await world().gone('stays')
    expect(observed()).toHaveLength(2)
    expect(world().cloud.addresses).toEqual([])
    await second.stop()
  })

  test('a cloud whose lists are never late is not asked by name before a deletion', async () => {
    const clouds = (): readonly Cloud[] => [bind({ ...inMemoryProvider(world().cloud), listsAreCurrent: true })]
    const first = await world().start({}, { clouds })
    await world().create('goes')
    await world().reported('goes', 'NoBackends')
    await first.stop()
    const before = world().cloud.journal.reads.length
    const second = await world().start({}, { clouds })
    await world().remove('goes')
    await world().gone('goes')
    expect(world().cloud.addresses).toEqual([])
    expect(
      world()
        .cloud.journal.reads.slice(before)
        .filter((read) => read.startsWith('observe balancer')),
    ).toEqual([])
    await second.stop()
  })

  test('the address stays over changes of ports', async () => {
    const process = await world().start()
    await world().create('web')
    const before = addressOf(await world().reported('web', 'NoBackends'))
    await world().patch('web', {
      spec: {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 443 },
        ],
      },
    })
    await until(async () => (await world().reach('web', 443)) === 'node')
    await world().patch('web', { spec: { ports: [{ name: 'b', port: 443 }] } })
    await until(async () => (await world().reach('web', 80)) !== 'node')
    expect(addressOf(await world().get('web'))).toBe(before)
    await process.stop()
  })

  test('a change of type away takes address, finalizer, Stack and condition off, and back again makes a new start', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().patch('web', { spec: { type: 'ClusterIP' } })
    await until(async () => finalizersOf(await world().get('web')).length === 0)
    const service = await world().get('web')
    expect(addressOf(service)).toBeUndefined()
    expect(readyOf(service)).toBeUndefined()
    expect(service.metadata.annotations?.[STACKS]).toBeUndefined()
    expect(world().cloud.rules).toEqual([])
    await world().patch('web', { spec: { type: 'LoadBalancer', loadBalancerClass: CLASS } })
    await world().reported('web', 'NoBackends')
    expect(await world().reach('web')).toBe('node')
    await process.stop()
  })

  test("a Service of somebody else's class, or of none, is not touched, whatever it publishes", async () => {
    const process = await world().start()
    await world().create('other', { spec: { loadBalancerClass: 'example.com/other' } })
    await world().create('none', { spec: { loadBalancerClass: null } })
    await world().patch('none/status', { status: { loadBalancer: { ingress: [{ ip: '192.0.2.77' }] } } })
    await world().create('ours')
    await world().reported('ours', 'NoBackends')
    await process.controller.idle()
    for (const name of ['other', 'none']) {
      const service = await world().get(name)
      expect(finalizersOf(service)).toEqual([])
      expect(readyOf(service)).toBeUndefined()
      expect(await world().events(name)).toEqual([])
    }
    expect(addressOf(await world().get('none'))).toBe('192.0.2.77')
    await process.stop()
  })

  test('a Service without class is ours where the operator says so, and is let go when he no longer does', async () => {
    const first = await world().start({ defaultClass: 'memory' })
    await world().create('web', { spec: { loadBalancerClass: null } })
    await world().reported('web', 'NoBackends')
    await first.stop()
    const second = await world().start()
    await until(async () => finalizersOf(await world().get('web')).length === 0)
    expect(addressOf(await world().get('web'))).toBeUndefined()
    expect(world().cloud.rules).toEqual([])
    await second.stop()
  })

  test('one UID passes from one class to another and back, each provider with its own finalizer', async () => {
    const second = inMemoryCloud()
    const clouds = (first: Cloud): readonly Cloud[] => [first, bind({ ...inMemoryProvider(second), name: 'second' })]
    const process = await world().start({}, { clouds })
    await world().create('web')
    await world().reported('web', 'NoBackends')
    const moveTo = async (loadBalancerClass: string): Promise<void> => {
      await world().patch('web', { spec: { type: 'ClusterIP' } })
      await world().patch('web', { spec: { type: 'LoadBalancer', loadBalancerClass } })
    }
    await moveTo('fairlead.dev/second')
    await until(async () => finalizersOf(await world().get('web')).join(' ') === 'fairlead.dev/load-balancer-second')
    await world().reported('web', 'NoBackends')
    expect(world().cloud.addresses).toEqual([])
    expect(addressOf(await world().get('web'))).toBe(second.addresses[0]?.ip)
    await moveTo(CLASS)
    await until(async () => finalizersOf(await world().get('web')).join(' ') === FINALIZER)
    await until(async () => (await world().reach('web')) === 'node')
    expect(second.addresses).toEqual([])
    await world().remove('web')
    await world().gone('web')
    await process.stop()
  })

  test('the same name with a new UID gets its own, and the old one is taken away', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    const old = (await world().get('web')).metadata.uid
    await process.kill()
    await world().patch('web', { metadata: { finalizers: null } })
    await world().remove('web')
    await world().gone('web')
    await world().create('web')
    const next = await world().start({ orphanGraceMs: 0 })
    await world().reported('web', 'NoBackends')
    await until(() => world().cloud.rules.every(({ owner }) => owner.uid !== old))
    expect(await world().reach('web')).toBe('node')
    await next.stop()
  })

  test('a Service that was deleted before anything was made for it is let go', async () => {
    const process = await world().start()
    await world().create('web', { metadata: { finalizers: ['example.com/hold'] } })
    await world().reported('web', 'NoBackends')
    await world().remove('web')
    await until(async () => !finalizersOf(await world().get('web')).includes(FINALIZER))
    expect(readyOf(await world().get('web'))).toBeUndefined()
    expect(world().cloud.rules).toEqual([])
    await world().create('never', { metadata: { finalizers: ['example.com/hold'], annotations: { 'fairlead.dev/scheme': 'sideways' } } })
    await world().reported('never', 'Invalid')
    await world().remove('never')
    await world().patch('never', { metadata: { finalizers: null } })
    await world().gone('never')
    await process.stop()
  })

  test('a second process that finds everything as it should be writes nothing, and keeps the address', async () => {
    const first = await world().start()
    await world().create('web')
    await world().endpoints('web', ['10.244.0.5'])
    const address = addressOf(await world().reported('web', 'Ready'))
    await first.stop()
    const writes = world().cloud.journal.writes.length
    const second = await world().start()
    await second.controller.idle()
    expect(world().cloud.journal.writes.length).toBe(writes)
    expect(second.calls.filter((call) => !call.startsWith('list'))).toEqual([])
    expect(addressOf(await world().get('web'))).toBe(address)
    await second.stop()
  })
})

interface NodeEvent {
  readonly metadata: { readonly name: string }
  readonly reason: string
  readonly regarding: { readonly kind: string; readonly name: string }
}
