/** What one turn does and does not do: gate, filters, faults of a planner, the end of the process. On a provider of one rule and no more. */
import { describe, expect, test } from 'vitest'
import type { Log } from '../../src/model/log.ts'
import { silentLog } from '../../src/model/log.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { Cloud, ConvergeRequest } from '../../src/provider/cloud.ts'
import { dryRun, neverDelete } from '../../src/provider/engine/plan-filters.ts'
import type { Desired, Intent, Plan, Provider, Step } from '../../src/provider/provider.ts'
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { forever } from './process.ts'
import { STACK } from './shared-document.ts'

const web = service('web')
const want = (...ports: number[]): Intent<unknown> => ({ owner: web, want: wish(ports), published: [] })
const request = (intents: readonly Intent<unknown>[], rest: Partial<ConvergeRequest> = {}): ConvergeRequest => ({
  stack: STACK,
  intents,
  now: 0,
  signal: forever,
  mayWrite: () => true,
  ...rest,
})

/** One rule, named by its ports, which cannot be changed in place: it takes precedence over the next one comes. Port 666 is refused. */
class RuleCloud {
  rule = ''
  writes: string[] = []
  /** A fault of the cloud: it does not keep what it is sent. */
  isForgetful = false

  provider(): Provider<unknown, string, Step> {
    const step = (verb: Step['verb'], key: string): Step => ({ verb, kind: 'rule', key, serves: [web], why: 'it cannot be changed in place' })
    const { capabilities, annotations, defaultTargets } = inMemoryProvider(inMemoryCloud())
    return {
      name: 'rule',
      calledAs: 'the cloud of rules',
      capabilities,
      annotations,
      defaultTargets,
      stackOf: () => 'rule',
      isEmpty: () => false,
      async *inventory() {},
      observe: () => Promise.resolve(this.rule),
      owners: (view) => (view === '' ? [] : [web]),
      status: (view) => ({ places: view === '' ? [] : [{ hostname: view }] }),
      plan: ([intent], view): Plan<Step> => {
        const wanted = intent === undefined || 'follow' in intent ? view : 'gone' in intent ? '' : portsOf(intent.want)
        const stages = [...(view === '' ? [] : [[step('delete', view)]]), ...(wanted === '' ? [] : [[step('create', wanted)]])]
        return { stages: wanted === view ? [] : stages, refused: [], waiting: [] }
      },
      apply: ({ verb, key }) => {
        this.writes.push(`${verb} ${key}`)
        if (verb === 'create' && key.split(',').includes('666'))
          return Promise.reject(new CloudError('refused', { reason: 'Refused', publicMessage: 'port 666 is not allowed' }))
        this.rule = verb === 'create' && !this.isForgetful ? key : ''
        const now = this.rule
        return Promise.resolve(() => now)
      },
    }
  }
}

const portsOf = ({ settings }: Desired<unknown>): string => settings.listeners.map(({ port }) => port).join()

test('a wish refused after its old part was taken down: what of the old part is still asked for is put back', async () => {
  const cloud = new RuleCloud()
  const core = bind(cloud.provider())
  await core.converge(request([want(80, 81)]))
  const outcome = await core.converge(request([want(80, 666)]))
  expect([cloud.rule, [...outcome.refused.keys()]]).toEqual(['80', ['uid-web']])
  expect(cloud.writes).toEqual(['create 80,81', 'delete 80,81', 'create 80,666', 'create 80'])
})

test('a wish refused of which nothing was there before: the removed port stays closed', async () => {
  const cloud = new RuleCloud()
  const core = bind(cloud.provider())
  await core.converge(request([want(80)]))
  const outcome = await core.converge(request([want(666)]))
  expect([cloud.rule, [...outcome.refused.keys()]]).toEqual(['', ['uid-web']])
})

test('a Service that went and came back does not get its old ports when the new ones are refused', async () => {
  const cloud = new RuleCloud()
  const core = bind(cloud.provider())
  for (const intent of [want(80), { owner: web, gone: true } as const, want(666)]) await core.converge(request([intent]))
  expect(cloud.rule).toBe('')
})

test('two parts of an owner that leaves wait side by side: the Stack waits, and nothing has failed', async () => {
  const cloud = new RuleCloud()
  const step = (key: string): Step => ({ verb: 'delete', kind: 'rule', key, serves: [web], why: 'its Service is gone' })
  const core = bind({
    ...cloud.provider(),
    owners: () => [web],
    plan: ([intent]): Plan<Step> => ({ stages: intent === undefined ? [] : [[step('80'), step('443')]], refused: [], waiting: [] }),
    apply: ({ key }) => Promise.reject(new CloudError('later', { reason: 'Progressing', publicMessage: `${key} is being deleted`, afterMs: 4_000 })),
  })
  const outcome = await core.converge(request([{ owner: web, gone: true }]))
  expect(outcome.stopped).toBeUndefined()
  expect([...outcome.waiting]).toEqual([['uid-web', { reason: 'Progressing', because: '80 is being deleted', afterMs: 4_000 }]])
})

test('a plan that wants again what was just done stops the Stack, with both plans in the log, for an hour or until something changes', async () => {
  const reported: unknown[] = []
  const log: Log = { ...silentLog, error: (message, fields) => void reported.push(message, fields) }
  const cloud = new RuleCloud()
  cloud.isForgetful = true
  const core = bind(cloud.provider(), { log })
  const outcome = await core.converge(request([want(80)]))
  expect(outcome.stopped).toMatchObject({ reason: 'DoesNotSettle', afterMs: 3_600_000 })
  expect(outcome.served.size).toBe(0)
  expect(reported).toEqual([
    'a plan does not settle',
    expect.objectContaining({ before: expect.stringContaining('create rule 80'), again: expect.stringContaining('create rule 80') }),
  ])
  await core.converge(request([want(80)], { now: 3_599_999 }))
  expect(cloud.writes).toHaveLength(1)
  await core.converge(request([want(81)], { now: 3_599_999 }))
  expect(cloud.writes).toHaveLength(2)
  await core.converge(request([want(81)], { now: 8_000_000 }))
  expect(cloud.writes).toHaveLength(3)
})

describe('the gate', () => {
  test('without the lease nothing is written, and who is at rest stays served', async () => {
    const cloud = inMemoryCloud()
    const core = bind(inMemoryProvider(cloud))
    await core.converge(request([want(80)]))
    const before = cloud.journal.writes.length
    const dns: Intent<unknown> = { owner: service('dns'), want: wish([53]), published: [] }
    const outcome = await core.converge(request([want(80), dns], { mayWrite: () => false }))
    expect(outcome.stopped?.reason).toBe('Interrupted')
    expect(outcome.served).toEqual(new Set(['uid-web']))
    expect(cloud.journal.writes).toHaveLength(before)
  })

  test('without the lease nothing is read either, and the Stack goes on when it is back', async () => {
    const cloud = inMemoryCloud()
    await bind(inMemoryProvider(cloud)).converge(request([want(80)]))
    const core = bind(inMemoryProvider(cloud))
    await core.learn(forever)
    const before = cloud.journal.reads.length
    expect((await core.converge(request([want(81)], { mayWrite: () => false }))).stopped?.reason).toBe('Interrupted')
    expect(cloud.journal.reads).toHaveLength(before)
    expect((await core.converge(request([want(81)]))).served).toEqual(new Set(['uid-web']))
  })

  test('the end of the process in the middle of a write leaves the Stack in doubt, and throws nothing', async () => {
    const cloud = inMemoryCloud()
    const core = bind(inMemoryProvider(cloud))
    const end = new AbortController()
    cloud.journal.onCall = async (what) => {
      if (!what.startsWith('update document')) return
      end.abort(new Error('the process ends'))
      throw end.signal.reason as Error
    }
    const outcome = await core.converge(request([want(80)], { signal: end.signal }))
    expect(outcome.stopped?.reason).toBe('Interrupted')
    expect(core.isInDoubt(STACK)).toBe(true)
  })

  test('a mistake of ours is thrown, and leaves the Stack in doubt', async () => {
    const cloud = inMemoryCloud()
    cloud.answer = () => {
      throw new RangeError('index')
    }
    const core = bind(inMemoryProvider(cloud))
    await expect(core.converge(request([want(80)]))).rejects.toThrow(RangeError)
    expect(core.isInDoubt(STACK)).toBe(true)
  })

  test('one Stack has one turn at a time, and an owner one intent', async () => {
    const core: Cloud = bind(inMemoryProvider(inMemoryCloud()))
    const first = core.converge(request([want(80)]))
    await expect(core.converge(request([want(80)]))).rejects.toThrow('two turns at a time')
    await first
    await expect(core.converge(request([want(80), want(80)]))).rejects.toThrow('two intents')
  })
})

describe('filters', () => {
  test('a dry run writes nothing and shows what it would do; the preview shows the same', async () => {
    const cloud = inMemoryCloud()
    const core = bind(inMemoryProvider(cloud))
    const preview = await core.preview(STACK, [want(80)], forever)
    const outcome = await core.converge(request([want(80)], { filter: dryRun }))
    expect(cloud.journal.writes).toEqual([])
    expect(outcome.held.map(({ verb, kind }) => `${verb} ${kind}`)).toEqual(preview.stages.flat().map(({ verb, kind }) => `${verb} ${kind}`))
    expect(outcome.served.size).toBe(0)
  })

  test('a preview after a restart reads what no page shows, and tells the change alone', async () => {
    const cloud = inMemoryCloud()
    await bind(inMemoryProvider(cloud)).converge(request([want(80)]))
    const core = bind(inMemoryProvider(cloud))
    await core.learn(forever)
    const calls: string[] = []
    cloud.journal.onCall = async (what) => void calls.push(what)
    const preview = await core.preview(STACK, [want(80, 81)], forever)
    expect(calls.filter((call) => call.startsWith('read'))).toHaveLength(1)
    expect(preview.stages.flat().map(({ verb, kind }) => `${verb} ${kind}`)).toEqual(['update document'])
  })

  test('never delete keeps the listeners of who is gone on a shared document, while the others change', async () => {
    const cloud = inMemoryCloud()
    const core = bind(inMemoryProvider(cloud))
    const dns = service('dns')
    const both = (ports: number[], pods: string[]): Intent<unknown> => ({ owner: dns, want: wish(ports, { pods }), published: [] })
    await core.converge(request([want(80), both([53, 54], ['10.1.0.1', '10.1.0.2'])]))
    const outcome = await core.converge(request([{ owner: web, gone: true }, both([53], ['10.1.0.2'])], { filter: neverDelete }))
    expect(cloud.rules.map(({ owner, port, backends }) => [owner.name, port, backends])).toEqual([
      ['dns', 53, { kind: 'endpoints', endpoints: ['10.1.0.2:8053'] }],
      ['web', 80, { kind: 'endpoints', endpoints: ['10.1.0.1:8080', '10.1.0.2:8080'] }],
    ])
    expect(cloud.addresses).toHaveLength(2)
    expect(outcome.held.map(({ verb, kind, serves }) => [`${verb} ${kind}`, serves])).toEqual([
      ['update document', [web]],
      ['delete address', [web]],
    ])
    expect([...outcome.served]).toEqual(['uid-dns'])
  })

  test('never delete keeps what nobody wants any more, and does not call it gone', async () => {
    const cloud = inMemoryCloud()
    const core = bind(inMemoryProvider(cloud))
    await core.converge(request([want(80)]))
    const outcome = await core.converge(request([{ owner: web, gone: true }], { filter: neverDelete }))
    expect([outcome.served.size, cloud.addresses.length, cloud.rules.length]).toEqual([0, 1, 1])
    expect((await core.converge(request([{ owner: web, gone: true }]))).served).toEqual(new Set(['uid-web']))
    expect([...core.holdings()]).toEqual([])
  })
})

test('a Service that may not change is followed, and one that goes is not held up by another that is refused', async () => {
  const cloud = inMemoryCloud()
  const core = bind(inMemoryProvider(cloud))
  const [dns, mail] = [service('dns'), service('mail')]
  const all = [web, dns, mail].map((owner, i): Intent<unknown> => ({ owner, want: wish([80 + i]), published: [] }))
  await core.converge(request(all))
  cloud.answer = ({ verb, key }) =>
    verb === 'delete' && key.includes('dns') ? new CloudError('refused', { reason: 'Refused', publicMessage: 'the address is protected' }) : undefined
  const outcome = await core.converge(
    request([
      { owner: web, follow: wish([80], { pods: ['10.7.7.7'] }).backends },
      { owner: dns, gone: true },
      { owner: mail, gone: true },
    ]),
  )
  expect(outcome.served).toEqual(new Set(['uid-web', 'uid-mail']))
  expect([...outcome.refused.keys()]).toEqual(['uid-dns'])
  expect(cloud.rules.map(({ owner, backends }) => [owner.name, backends])).toEqual([['web', { kind: 'endpoints', endpoints: ['10.7.7.7:8080'] }]])
})
