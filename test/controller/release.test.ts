/** Services that the operator releases: their load balancers are deleted, every mark is taken off, and no process takes them up again until that is undone. */
import { expect, test } from 'vitest'
import { eventually, until } from '../until.ts'
import { againstServers } from './support.ts'
import { finalizersOf } from './world.ts'

againstServers('released Services', (world) => {
  const uidOf = async (name: string): Promise<string> => (await world().get(name)).metadata.uid
  const isFree = (name: string) =>
    eventually(
      () => world().get(name),
      (service) => finalizersOf(service).length === 0,
    )

  test('lose their load balancers and all marks, and stay as they are through a restart, until the release is undone', async () => {
    const first = await world().start()
    for (const name of ['web', 'other']) {
      await world().create(name)
      await world().endpoints(name, ['10.244.0.1'])
      await world().reported(name, 'Ready')
    }
    const released = new Set([await uidOf('web')])
    first.controller.release(released)
    const free = await isFree('web')
    expect(free.status.loadBalancer?.ingress).toBeUndefined()
    expect(free.status.conditions ?? []).toEqual([])
    expect(Object.keys(free.metadata.annotations ?? {}).filter((key) => key.startsWith('fairlead.dev/'))).toEqual([])
    expect(world().cloud.addresses).toHaveLength(1)
    await first.stop()

    const second = await world().start()
    second.controller.release(released)
    await second.controller.idle()
    await world().patch('web', { metadata: { labels: { team: 'shop' } } })
    await world().endpoints('web', ['10.244.0.2'])
    await world().create('next')
    await world().reported('next', 'NoBackends')
    await second.controller.idle()
    second.controller.release(new Set())
    await world().reported('web', 'Ready')
    await second.stop()
  })

  test('that share a load balancer with others leave it to them', async () => {
    const shared = { metadata: { annotations: { 'fairlead.dev/share': 'edge' } } }
    const process = await world().start()
    await world().create('web', { ...shared, spec: { ports: [{ port: 80 }] } })
    await world().create('other', { ...shared, spec: { ports: [{ port: 81 }] } })
    for (const name of ['web', 'other']) await world().endpoints(name, ['10.244.0.1'])
    for (const name of ['web', 'other']) await world().reported(name, 'Ready')
    process.controller.release(new Set([await uidOf('web')]))
    await isFree('web')
    await until(() => world().cloud.rules.length === 1)
    expect(await world().reach('other', 81)).not.toBe('no address')
    await process.stop()
  })

  test('that are being deleted go at once', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    process.controller.release(new Set([await uidOf('web')]))
    await world().remove('web')
    await world().gone('web')
    expect(world().cloud.addresses).toEqual([])
    await process.stop()
  })
})
