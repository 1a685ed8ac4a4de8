import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { againstServers } from './support.ts'
import { addressOf, finalizersOf, readyOf, STACKS } from './world.ts'

const note = (annotations: Record<string, string | null>): object => ({ metadata: { annotations } })

againstServers('wishes that are not simply carried out', (world) => {
  test('a malformed wish on a live Service keeps what is served, says what is allowed, and is carried out when mended', async () => {
    const process = await world().start()
    await world().create('web')
    const address = addressOf(await world().reported('web', 'NoBackends'))
    await world().patch('web', { ...note({ 'fairlead.dev/scheme': 'sideways' }), spec: { ports: [{ port: 81 }] } })
    const service = await world().reported('web', 'Invalid')
    expect(readyOf(service)).toMatchObject({ status: 'False' })
    expect(readyOf(service)?.message).toMatch(/fairlead\.dev\/scheme.*"sideways".*internal/)
    expect(addressOf(service)).toBe(address)
    expect(await world().reach('web', 80)).toBe('node')
    await world().patch('web', note({ 'fairlead.dev/scheme': null }))
    await world().reported('web', 'NoBackends')
    expect(await world().reach('web', 81)).toBe('node')
    await process.stop()
  })

  test('a paused Service keeps its settings until the pause is lifted', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().patch('web', { ...note({ 'fairlead.dev/pause': 'true' }), spec: { ports: [{ port: 81 }] } })
    await world().reported('web', 'Paused')
    await process.controller.idle()
    expect(await world().reach('web', 80)).toBe('node')
    await world().patch('web', note({ 'fairlead.dev/pause': null }))
    await until(async () => (await world().reach('web', 81)) === 'node')
    await process.stop()
  })

  test('plan-only tells what would be done, and does nothing, not even the finalizer', async () => {
    const process = await world().start()
    await world().create('other')
    await world().reported('other', 'NoBackends')
    const writes = [...world().cloud.journal.writes]
    await world().create('web', note({ 'fairlead.dev/plan-only': 'true' }))
    const service = await world().reported('web', 'PlanOnly')
    expect(readyOf(service)?.message).toMatch(/would: .*create address/)
    expect(finalizersOf(service)).toEqual([])
    expect(world().cloud.journal.writes).toEqual(writes)
    await until(async () => (await world().events('web')).includes('PlanOnly'))
    await world().patch('web', note({ 'fairlead.dev/plan-only': null }))
    await world().reported('web', 'NoBackends')
    await process.stop()
  })

  test('deletion protection keeps the load balancer of a deleting Service until it is lifted', async () => {
    const process = await world().start()
    await world().create('web', note({ 'fairlead.dev/deletion-protection': 'true' }))
    await world().reported('web', 'NoBackends')
    await world().remove('web')
    await world().reported('web', 'Protected')
    expect(await world().reach('web')).toBe('node')
    await world().patch('web', note({ 'fairlead.dev/deletion-protection': 'false' }))
    await world().gone('web')
    expect(world().cloud.rules).toEqual([])
    await process.stop()
  })

  test('a move to another Stack: the old place serves until the new address is published, then it goes', async () => {
    const process = await world().start()
    await world().create('web')
    const old = addressOf(await world().reported('web', 'NoBackends'))
    await world().patch('web', note({ 'fairlead.dev/scheme': 'internal' }))
    await until(async () => addressOf(await world().get('web')) !== old)
    expect(await world().reach('web')).toBe('node')
    await until(() => world().cloud.addresses.length === 1)
    await until(async () => (await world().get('web')).metadata.annotations?.[STACKS] === 'balancer-internal')
    expect(await world().events('web')).toContain('AddressChanged')
    await process.stop()
  })

  test('a move never took traffic away, at any write', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    const seen: string[] = []
    world().cloud.journal.onCall = async () => void seen.push(await world().reach('web'))
    await world().patch('web', note({ 'fairlead.dev/scheme': 'internal' }))
    await until(() => world().cloud.addresses.length === 1 && world().cloud.rules.every(({ address }) => address.includes('internal')))
    expect(new Set(seen)).toEqual(new Set(['node']))
    await process.stop()
  })

  test('a move with a reserved address: the old place lets go of it first', async () => {
    const process = await world().start()
    await world().create('web', note({ 'fairlead.dev/addresses': '198.51.100.7' }))
    expect(addressOf(await world().reported('web', 'NoBackends'))).toBe('198.51.100.7')
    await world().patch('web', note({ 'fairlead.dev/scheme': 'internal' }))
    await until(() => world().cloud.rules.some(({ address }) => address.includes('internal')))
    await world().reported('web', 'NoBackends')
    await until(async () => (await world().reach('web')) === 'node')
    expect(addressOf(await world().get('web'))).toBe('198.51.100.7')
    expect(world().cloud.addresses).toHaveLength(1)
    await process.stop()
  })

  test('what the cloud refuses is reported on the Service, disturbs no other Service, and is released with it', async () => {
    const process = await world().start()
    await world().create('good')
    await world().create('bad', note({ 'fairlead.dev/addresses': '198.51.100.200' }))
    await until(async () => readyOf(await world().get('bad'))?.status === 'False' && readyOf(await world().get('bad'))?.reason !== 'Progressing')
    expect(['Conflict', 'Refused', 'Invalid']).toContain(readyOf(await world().get('bad'))?.reason)
    await world().reported('good', 'NoBackends')
    expect(await world().reach('good')).toBe('node')
    await world().remove('bad')
    await world().gone('bad')
    await process.stop()
  })

  test('never-delete keeps the load balancer of a deleted Service, and the Service says so', async () => {
    const process = await world().start({ neverDelete: true })
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().remove('web')
    expect(readyOf(await world().reported('web', 'Protected'))?.message).toMatch(/policy/)
    expect(world().cloud.addresses).toHaveLength(1)
    await process.stop()
  })

  test('a dry run writes nothing, neither to the cloud nor to the cluster', async () => {
    const process = await world().start({ dryRun: true })
    await world().create('web')
    await until(() => process.reported.some((line) => line.startsWith('held back by policy')))
    await process.controller.idle()
    expect(world().cloud.journal.writes).toEqual([])
    expect(process.calls.filter((call) => !call.startsWith('list'))).toEqual([])
    await process.stop()
  })
})
