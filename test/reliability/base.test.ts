/** The base: it grows before the Stacks that lean on it and shrinks after them, and what it lacks stops only those who need it. */
import { describe, expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { inMemoryCloud, type InMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { nodes, service, wish } from '../in-memory/wishes.ts'
import { forever, Process } from './process.ts'
import { answerAll, documents, STACK } from './shared-document.ts'

const [web, dns] = [service('web'), service('dns')]
const onNodes = wish([80], { settings: { targets: 'nodes' } })
const onPods = wish([53])
const turn = { now: 0, signal: forever, mayWrite: () => true }
const nodeSet = nodes('node-a', 'node-b')

function start(cloud: InMemoryCloud): Process {
  return new Process(bind(inMemoryProvider(cloud)))
}

describe('growing', () => {
  test('who needs what the base lacks has to wait, and says so; who does not need it is served at once', async () => {
    const cloud = inMemoryCloud()
    const { cloud: core } = start(cloud)
    const intents = [
      { owner: web, want: onNodes, published: [] },
      { owner: dns, want: onPods, published: [] },
    ]
    const outcome = await core.converge({ ...turn, stack: STACK, intents })
    expect(outcome).toMatchObject({ needsBase: true, served: new Set(['uid-dns']) })
    expect(outcome.waiting.get('uid-web')).toMatchObject({ reason: 'Progressing', because: 'there is no group-internet-facing yet' })
    const grown = await core.convergeBase({ ...turn, nodes: nodeSet, wants: [{ owner: web, want: onNodes }] })
    expect(grown.served).toEqual(new Set(['uid-web']))
    const after = await core.converge({ ...turn, stack: STACK, intents })
    expect(after.served).toEqual(new Set(['uid-web', 'uid-dns']))
    expect(after.needsBase).toBeUndefined()
  })

  test('a preview shows how the base would grow first, and then the whole plan on the base as it will be', async () => {
    const { cloud: core } = start(inMemoryCloud())
    const intents = [{ owner: web, want: { ...onNodes, backends: { ...onNodes.backends, nodes: nodeSet } }, published: [] }]
    const plan = await core.preview(STACK, intents, forever)
    expect(plan.stages.flat().map(({ verb, kind, key }) => `${verb} ${kind} ${key}`)).toEqual([
      'create group group-internet-facing',
      'create address uid-web-internet-facing',
    ])
    expect(plan.waiting).toEqual([])
    await core.convergeBase({ ...turn, nodes: nodeSet, wants: intents })
    const grown = await core.preview(STACK, intents, forever)
    expect(grown.waiting).toEqual([])
    expect(grown.stages.flat().map(({ kind }) => kind)).not.toContain('group')
  })

  test('what a refused base lacks is a Problem on who needs it, and is not asked for again before it is due', async () => {
    const cloud = inMemoryCloud()
    answerAll(cloud, ({ kind }) => kind === 'group', new CloudError('refused', { reason: 'LimitReached', publicMessage: 'the quota of groups is used up' }))
    const process = start(cloud)
    const services = new Map([
      [web, onNodes],
      [dns, onPods],
    ])
    await process.reconcile(services)
    expect(process.refused.get('uid-web')?.problem).toMatchObject({ reason: 'LimitReached', wrong: expect.stringContaining('the quota of groups is used up') })
    expect(process.outcomes.get(STACK)?.served).toEqual(new Set(['uid-dns']))
    const before = cloud.journal.writes.length
    await process.reconcile(services)
    expect(cloud.journal.writes).toHaveLength(before)
    cloud.answer = () => undefined
    process.now = 600_000
    await process.reconcile(services)
    expect(process.refused.size).toBe(0)
    expect(cloud.rules).toHaveLength(2)
  })

  test('a Service that is refused anyway is refused before there is a base, and has none made', async () => {
    const { cloud: core } = start(inMemoryCloud())
    const address = { addresses: ['192.0.2.7'] }
    const intents = [
      { owner: dns, want: wish([53], { settings: address }), published: [], createdAt: '2026-01-01T00:00:00Z' },
      { owner: web, want: wish([80], { settings: { targets: 'nodes', ...address } }), published: [], createdAt: '2026-02-01T00:00:00Z' },
    ]
    const outcome = await core.converge({ ...turn, stack: STACK, intents })
    expect(outcome.served).toEqual(new Set(['uid-dns']))
    expect(outcome.refused.get('uid-web')?.problem).toMatchObject({ reason: 'Conflict', wrong: 'belongs to another Service' })
    expect(outcome).not.toHaveProperty('needsBase')
    const plan = await core.preview(STACK, intents, forever)
    expect([plan.stages, plan.refused.map(({ owner }) => owner.name)]).toEqual([[], ['web']])
  })

  test('while a base may not be changed, all who need it report why', async () => {
    const cloud = inMemoryCloud()
    answerAll(cloud, ({ kind }) => kind === 'group', new CloudError('refused', { reason: 'Denied', publicMessage: 'no right to make groups', blames: [] }))
    const process = start(cloud)
    await process.turn(new Map([[web, onNodes]]))
    expect(process.outcomes.get(STACK)?.waiting.get('uid-web')).toMatchObject({ reason: 'Denied', because: 'no right to make groups' })
    expect(documents(cloud)).toBe(0)
  })
})

describe('shrinking', () => {
  test('what nobody needs any more goes after the Stack that used it', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(new Map([[web, onNodes]]))
    const before = cloud.journal.writes.length
    await process.reconcile(new Map())
    expect(cloud.journal.writes.slice(before)).toEqual([
      `delete document ${STACK}`,
      'delete address uid-web-internet-facing',
      'delete group group-internet-facing',
    ])
  })

  test('what cannot go yet is asked for again when the cloud says, though nobody needs the base any more', async () => {
    const cloud = inMemoryCloud()
    const { cloud: core } = start(cloud)
    await core.convergeBase({ ...turn, nodes: nodeSet, wants: [{ owner: web, want: onNodes }] })
    const busy = new CloudError('later', { reason: 'Waiting', publicMessage: 'it is still being made', afterMs: 5_000 })
    answerAll(cloud, ({ kind, verb }) => kind === 'group' && verb === 'delete', busy)
    expect((await core.convergeBase({ ...turn, nodes: nodeSet, wants: [] })).againAfterMs).toBe(5_000)
    cloud.answer = () => undefined
    await core.convergeBase({ ...turn, now: 5_000, nodes: nodeSet, wants: [] })
    expect(cloud.groups).toEqual([])
  })

  test('a need stays as long as a Stack uses it, though no wish asks for it', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(new Map([[web, onNodes]]))
    await process.cloud.convergeBase({ ...turn, nodes: nodeSet, wants: [] })
    expect(cloud.groups).toHaveLength(1)
  })

  test('nothing goes while a Stack is in doubt', async () => {
    const cloud = inMemoryCloud()
    const process = start(cloud)
    await process.reconcile(new Map([[web, onNodes]]))
    await process.cloud.converge({ ...turn, stack: STACK, intents: [{ owner: web, want: onPods, published: [] }] })
    process.cloud.doubt(STACK)
    const held = await process.cloud.convergeBase({ ...turn, nodes: nodeSet, wants: [] })
    expect(cloud.groups).toHaveLength(1)
    expect(held.againAfterMs).toBeDefined()
    const cleared = await process.cloud.converge({ ...turn, stack: STACK, intents: [{ owner: web, want: onPods, published: [] }] })
    expect(cleared.baseMayShrink).toBe(true)
    await process.cloud.convergeBase({ ...turn, nodes: nodeSet, wants: [] })
    expect(cloud.groups).toHaveLength(0)
  })

  test('a base that never was costs no call', async () => {
    const cloud = inMemoryCloud()
    await start(cloud).cloud.convergeBase({ ...turn, nodes: nodeSet, wants: [{ owner: dns, want: onPods }] })
    expect([...cloud.journal.reads, ...cloud.journal.writes]).toEqual([])
  })
})
