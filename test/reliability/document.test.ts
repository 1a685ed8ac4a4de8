/** What a shared document costs, and who is served when something is nobody's fault, has to wait, or is held by somebody else. */
import { describe, expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { Cloud } from '../../src/provider/cloud.ts'
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { forever } from './process.ts'
import { answerAll, documents, later, many, portsOf, STACK, start } from './shared-document.ts'

describe('group commit', () => {
  test('500 Services created at once cost one group, 500 addresses and one write of the document', async () => {
    const cloud = inMemoryCloud()
    await start(cloud).reconcile(many(500))
    expect(cloud.rules).toHaveLength(500)
    expect(documents(cloud)).toBe(1)
    expect(cloud.journal.writes).toHaveLength(502)
  })

  test('a node that joins costs one write for all of them', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(50))
    const before = cloud.journal.writes.length
    process.nodes = { nodes: [...process.nodes.nodes, { name: 'node-z', addresses: ['10.0.0.9'] }] }
    await process.reconcile(many(50))
    expect(cloud.journal.writes.slice(before)).toEqual(['update group group-internet-facing'])
  })
})

describe("nobody's fault", () => {
  test('a missing right blames nobody, costs one attempt and leaves others served', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(500))
    answerAll(
      cloud,
      ({ kind }) => kind === 'document',
      new CloudError('refused', { reason: 'Denied', publicMessage: 'no right to write the document', blames: [] }),
    )
    const before = cloud.journal.writes.length
    await process.turn(many(500, (i) => (i < 100 ? [1000 + i] : [3000 + i])))
    const outcome = process.outcomes.get(STACK)
    expect(cloud.journal.writes.slice(before)).toEqual([`update document ${STACK}`])
    expect(outcome?.refused.size).toBe(0)
    expect(outcome?.stopped).toMatchObject({ reason: 'Denied', message: 'no right to write the document', afterMs: 30_000 })
    expect(outcome?.served.size).toBe(100)
  })

  test('a right that is missing for one object each is asked for once, not 500 times', async () => {
    const cloud = inMemoryCloud()
    answerAll(cloud, ({ kind }) => kind === 'address', new CloudError('refused', { reason: 'Denied', publicMessage: 'no right to make addresses', blames: [] }))
    const process = start(cloud)
    await process.turn(many(500))
    expect(cloud.journal.writes.filter((write) => write.includes('address'))).toHaveLength(1)
    expect(process.outcomes.get(STACK)?.stopped?.reason).toBe('Denied')
  })

  test('an outage of the write path leaves who is at rest served', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(10))
    answerAll(cloud, () => true, new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'no answer' }))
    await process.turn(new Map([...many(10), [service('new'), wish([80])]]))
    const outcome = process.outcomes.get(STACK)
    expect(outcome?.stopped?.reason).toBe('CloudUnavailable')
    expect(outcome?.served.size).toBe(10)
    expect(outcome?.served.has('uid-new')).toBe(false)
  })

  test('three unclear answers to one step on an unchanged view are a refusal', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(many(3))
    answerAll(cloud, ({ key }) => key.includes('new'), new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'internal error' }))
    const next = new Map([...many(3, (i) => [2000 + i]), [service('new'), wish([80])] as const])
    for (let turn = 0; turn < 2; turn++) {
      await process.turn(next)
      expect(process.refused.size).toBe(0)
    }
    await process.turn(next)
    expect([...process.refused.keys()]).toEqual(['uid-new'])
    expect(new Set(cloud.rules.map(({ port }) => port))).toEqual(new Set([2000, 2001, 2002]))
    const before = cloud.journal.writes.length
    await process.turn(next)
    expect(cloud.journal.writes).toHaveLength(before)
  })
})

describe('waiting', () => {
  test("one owner's wait holds up nobody else", async () => {
    const cloud = inMemoryCloud()
    answerAll(cloud, ({ kind, serves }) => kind === 'address' && serves[0]?.name === 's3', later('the address is being updated'))
    const process = start(cloud)
    await process.turn(many(100))
    const outcome = process.outcomes.get(STACK)
    expect([...(outcome?.waiting ?? [])]).toEqual([['uid-s3', { reason: 'Waiting', because: 'the address is being updated', afterMs: 5_000 }]])
    expect(cloud.rules).toHaveLength(99)
    expect(outcome?.againAfterMs).toBe(5_000)
  })

  test('an address that is provisioned for a while is awaited, and not made twice', async () => {
    const cloud = inMemoryCloud({ provisioningReads: 3 })
    const process = start(cloud)
    await process.reconcile(many(3))
    expect(cloud.journal.writes.filter((write) => write.startsWith('create address'))).toHaveLength(3)
    expect(cloud.rules).toHaveLength(3)
  })

  test('another requested address is made before the old one goes, which lingers as long as it is set to', async () => {
    const cloud = inMemoryCloud()
    const { cloud: core } = start(cloud)
    const [web, base] = [service('web'), { stack: STACK, now: 0, signal: forever, mayWrite: () => true }]
    const at = (ip: string): ReturnType<typeof wish> => wish([80], { settings: { addresses: [ip] } })
    await core.converge({ ...base, intents: [{ owner: web, want: at('198.51.100.1'), published: [] }] })
    const published = core.status(STACK, web).places
    await core.converge({ ...base, intents: [{ owner: web, want: at('198.51.100.2'), published, lingering: published }] })
    expect(core.status(STACK, web).places).toEqual([{ ip: '198.51.100.2', ipMode: 'VIP' }])
    expect(cloud.addresses.map(({ ip }) => ip)).toEqual(['198.51.100.1', '198.51.100.2'])
    expect(cloud.deliver({ from: '192.0.2.9', to: '198.51.100.1', port: 80, protocol: 'TCP' })).toHaveProperty('endpoint')
    await core.converge({ ...base, intents: [{ owner: web, want: at('198.51.100.2'), published: core.status(STACK, web).places }] })
    expect(cloud.addresses.map(({ ip }) => ip)).toEqual(['198.51.100.2'])
  })
})

describe('what the planner sees', () => {
  const shared = (ports: number[]): ReturnType<typeof wish> => wish(ports, { settings: { share: 'default/edge' } })
  const [web, dns] = [service('web'), service('dns')]

  test('a port of a shared address stays with its holder, costs the other only that port, and no attempt', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(new Map([[web, shared([80])]]))
    const before = cloud.journal.writes.length
    await process.reconcile(
      new Map([
        [dns, shared([80])],
        [web, shared([80])],
      ]),
    )
    expect(process.refused.get('uid-dns')).toMatchObject({
      problem: { reason: 'Conflict', value: '80/TCP' },
      ports: [{ port: 80, protocol: 'TCP', error: 'fairlead.dev/PortHeld' }],
    })
    expect(cloud.journal.writes).toHaveLength(before)
    await process.reconcile(
      new Map([
        [dns, shared([80, 53])],
        [web, shared([80])],
      ]),
    )
    expect(portsOf(cloud, 'dns')).toEqual([53])
    await process.reconcile(
      new Map([
        [dns, shared([80, 53])],
        [web, shared([81])],
      ]),
    )
    expect(process.refused.size).toBe(0)
    expect(new Set(portsOf(cloud, 'dns'))).toEqual(new Set([53, 80]))
  })

  test('among new ones the oldest gets it', async () => {
    const core = bind(inMemoryProvider(inMemoryCloud()))
    const intents = [
      { owner: dns, want: shared([80]), published: [], createdAt: '2026-01-02T00:00:00Z' },
      { owner: web, want: shared([80]), published: [], createdAt: '2026-01-01T00:00:00Z' },
    ]
    const { refused, served } = await core.converge({ stack: STACK, intents, now: 0, signal: forever, mayWrite: () => true })
    expect([[...refused.keys()], [...served]]).toEqual([['uid-dns'], ['uid-web']])
  })

  test('an owner that is not mentioned is not touched', async () => {
    const cloud = inMemoryCloud()
    const core: Cloud = bind(inMemoryProvider(cloud))
    const turn = { stack: STACK, now: 0, signal: forever, mayWrite: () => true }
    await core.converge({ ...turn, intents: [{ owner: web, want: wish([80]), published: [] }] })
    await core.converge({ ...turn, intents: [{ owner: dns, want: wish([53]), published: [] }] })
    await core.converge({ ...turn, intents: [{ owner: dns, gone: true }] })
    expect(cloud.rules.map(({ owner }) => owner.name)).toEqual(['web'])
  })
})
