/** Polls of many operations: which calls they become, and what each of those who poll learns. */
import { describe, expect, it } from 'vitest'
import type { GcpApi } from '../../../providers/gcp/api/calls.ts'
import { gcpClient } from '../../../providers/gcp/api/client.ts'
import type { Answer, Request, Sdk } from '../../../providers/gcp/api/sdk.ts'
import { ManualClock, settle } from '../../clock.ts'

const { signal } = new AbortController()
const REGION = 'projects/shop/regions/r1'
const GLOBAL = 'projects/net/global'
const FAILURE = { status: 'DONE', httpErrorStatusCode: 400, httpErrorMessage: 'BAD REQUEST', error: { errors: [{ code: 'NEVER_SEEN', message: 'why' }] } }
const DENIED = { status: 403, headers: {}, body: { error: { code: 403, message: 'no', errors: [{ reason: 'forbidden' }] } } }
const THROTTLED = { status: 403, headers: {}, body: { error: { code: 403, message: 'slow', errors: [{ reason: 'rateLimitExceeded' }] } } }

/** Compute Engine as far as operations go: it holds them, and answers for one and for those that a filter names. */
class Google implements Sdk {
  readonly operations = new Map<string, object>()
  readonly asked: Request[] = []
  /** How many calls were aborted. */
  aborted = 0
  /** What lists are answered instead; undefined: what is there. */
  lists: Answer | undefined
  /** Calls wait until it is opened. */
  #gate = Promise.resolve()
  #begun = 0

  async send(request: Request, stop: AbortSignal): Promise<Answer> {
    this.asked.push(request)
    stop.addEventListener('abort', () => (this.aborted += 1))
    await this.#gate
    stop.throwIfAborted()
    const { method, parameters } = request
    if (method === 'list')
      return this.lists ?? ok({ items: [...this.operations.entries()].flatMap(([name, body]) => (namesIn(request).includes(name) ? [body] : [])) })
    if (method === 'insert') return ok(this.begin(`begun-${(this.#begun += 1)}`))
    const found = this.operations.get(String(parameters['operation']))
    return found === undefined ? { status: 404, headers: {}, body: { error: { code: 404, errors: [{ reason: 'notFound' }] } } } : ok(found)
  }

  begin(name: string, more: object = { status: 'RUNNING' }): object {
    const operation = { name, selfLink: `https://www.googleapis.com/compute/v1/${REGION}/operations/${name}`, ...more }
    this.operations.set(name, operation)
    return operation
  }

  /** Holds back all answers until what it returns is called. */
  shut(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = promise
    return resolve
  }

  /** `get o1`, `list o1 o2`. */
  get calls(): readonly string[] {
    return this.asked.map((request) =>
      request.method === 'get' ? `get ${String(request.parameters['operation'])}` : [request.method, ...namesIn(request)].join(' '),
    )
  }
}

const ok = (body: object): Answer => ({ status: 200, headers: {}, body })

function namesIn({ parameters }: Request): readonly string[] {
  const [, names = ''] = /^name eq "\((.*)\)"$/.exec(String(parameters['filter'])) ?? []
  return names === '' ? [] : names.split('|')
}

interface World {
  readonly google: Google
  readonly clock: ManualClock
  readonly api: GcpApi
  /** What calls counted against. */
  readonly families: string[]
  readonly poll: (name: string, stop?: AbortSignal) => ReturnType<GcpApi['poll']>
}

function world(...names: readonly string[]): World {
  const [google, clock, families] = [new Google(), new ManualClock(), [] as string[]]
  const budget = { take: async (counted: string | readonly string[]) => void families.push(...[counted].flat()), throttled: () => {} }
  const api = gcpClient({ sdk: google, seed: 'seed', budget, clock })
  for (const name of names) google.begin(name)
  return { google, clock, api, families, poll: (name, stop = signal) => api.poll({ id: `${REGION}/operations/${name}`, isDeletion: false }, stop) }
}

const running = { state: 'running', afterMs: 1_000 }
const done = { state: 'done' }

describe('polls side by side', () => {
  it('are one list, and each learns how its own operation stands', async () => {
    const { google, poll, families } = world('a')
    google.begin('b', { status: 'DONE' })
    google.begin('c', FAILURE)
    const [a, b, c] = await Promise.allSettled([poll('a'), poll('b'), poll('c')])
    expect([a, b]).toEqual([running, done].map((value) => ({ status: 'fulfilled', value })))
    expect(c).toMatchObject({ status: 'rejected', reason: { consequence: 'refused', mayHaveEffect: true, publicMessage: 'why (NEVER_SEEN)' } })
    expect(google.calls).toEqual(['list a b c'])
    expect(families, 'lists count as any list').toEqual(['read'])
  })

  it('ask for the newest first, as whoever lists operations finds old ones otherwise', async () => {
    const { google, poll } = world('a', 'b')
    await Promise.all([poll('a'), poll('b')])
    const parameters = { project: 'shop', region: 'r1', filter: 'name eq "(a|b)"', orderBy: 'creationTimestamp desc', maxResults: 500 }
    expect(google.asked).toEqual([{ client: 'regionOperations', method: 'list', parameters }])
  })

  it('of several places are one call for each', async () => {
    const { google, api, poll, families } = world('a', 'b')
    const global = (name: string) => api.poll({ id: `${GLOBAL}/operations/${name}`, isDeletion: false }, signal)
    google.begin('c')
    google.begin('d')
    await Promise.all([poll('a'), poll('b'), global('c'), global('d')])
    expect(google.asked.map(({ client, method, parameters: { project } }) => [client, method, project])).toEqual([
      ['regionOperations', 'list', 'shop'],
      ['globalOperations', 'list', 'net'],
    ])
    expect(families).toEqual(['read', 'global-read'])
  })

  it('are twenty-five a call at the most', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `o${i}`)
    const { google, poll } = world(...names)
    await Promise.all(names.map((name) => poll(name)))
    expect(google.asked.map((request) => namesIn(request).length)).toEqual([25, 25, 10])
  })

  it('of one operation are one get', async () => {
    const { google, poll } = world('a')
    expect(await Promise.all([poll('a'), poll('a')])).toEqual([running, running])
    expect(google.calls).toEqual(['get a'])
  })
})

it('one alone is a get, and counts as a poll', async () => {
  const { google, poll, families } = world('a')
  expect(await poll('a')).toEqual(running)
  expect(google.calls).toEqual(['get a'])
  expect(families).toEqual(['operation-read'])
})

it('one that a list does not show is asked about by itself: Google may have forgotten it', async () => {
  const { google, poll } = world('a')
  expect(await Promise.all([poll('a'), poll('gone')])).toEqual([running, done])
  expect(google.calls).toEqual(['list a gone', 'get gone'])
})

describe('a list that fails', () => {
  it('fails for all; where Google asks for fewer, each is asked about by itself for a minute', async () => {
    const { google, poll, clock } = world('a', 'b')
    google.lists = THROTTLED
    const both = async () => Promise.allSettled([poll('a'), poll('b')])
    for (const one of await both()) expect(one).toMatchObject({ status: 'rejected', reason: { consequence: 'later', reason: 'Throttled' } })
    expect((await both()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(google.calls).toEqual(['list a b', 'get a', 'get b'])
    google.lists = undefined
    await clock.advance(60_000)
    await both()
    expect(google.calls.slice(3)).toEqual(['list a b'])
  })

  it("for want of a permission is no one's failure: each is asked about by itself", async () => {
    const { google, poll, clock } = world('a', 'b')
    google.lists = DENIED
    expect(await Promise.all([poll('a'), poll('b')])).toEqual([running, running])
    await clock.advance(60_000)
    expect(await Promise.all([poll('a'), poll('b')])).toEqual([running, running])
    expect(google.calls).toEqual(['list a b', 'get a', 'get b', 'get a', 'get b'])
  })
})

describe('whoever is aborted', () => {
  it('leaves, and the others learn what they asked', async () => {
    const { google, poll } = world('a', 'b')
    const [open, stop] = [google.shut(), new AbortController()]
    const [first, second] = [poll('a', stop.signal), poll('b')]
    await settle()
    stop.abort(new Error('stopped'))
    await expect(first).rejects.toThrow('stopped')
    open()
    expect(await second).toEqual(running)
    expect([google.calls, google.aborted]).toEqual([['list a b'], 0])
  })

  it('as the last of a call ends the call', async () => {
    const { google, poll } = world('a', 'b')
    google.shut()
    const stop = new AbortController()
    const both = Promise.allSettled([poll('a', stop.signal), poll('b', stop.signal)])
    await settle()
    stop.abort(new Error('stopped'))
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(google.aborted).toBe(1)
  })

  it('before it asks makes no call', async () => {
    const { google, poll } = world('a')
    await expect(poll('a', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
    expect(google.asked).toEqual([])
  })
})

describe('polls that come while a call is under way', () => {
  it('leave together when it is over', async () => {
    const { google, poll } = world('a', 'b', 'c')
    const open = google.shut()
    const all = [poll('a')]
    await settle()
    all.push(poll('b'))
    await settle()
    all.push(poll('c'))
    await settle()
    expect(google.calls).toEqual(['get a'])
    open()
    await Promise.all(all)
    expect(google.calls).toEqual(['get a', 'list b c'])
  })

  it('leave after a fifth of a second where it takes longer', async () => {
    const { google, poll, clock } = world('a', 'b', 'c')
    const open = google.shut()
    const all = [poll('a')]
    await settle()
    all.push(poll('b'), poll('c'))
    await clock.advance(199)
    expect(google.calls).toEqual(['get a'])
    await clock.advance(1)
    expect(google.calls).toEqual(['get a', 'list b c'])
    open()
    await Promise.all(all)
  })
})

describe('operations that were begun here', () => {
  async function begun(count: number, waitMs = 1_000): Promise<World> {
    const made = world()
    for (let i = 1; i <= count; i++) await made.api.insert(`${REGION}/forwardingRules/web-${i}`, {}, signal)
    await made.clock.advance(waitMs)
    made.google.asked.length = 0
    return made
  }

  it('are asked about along with one of them: how the others ended is known without a call', async () => {
    const { google, poll } = await begun(3)
    google.begin('begun-2', { status: 'DONE' })
    google.begin('begun-3', FAILURE)
    expect(await poll('begun-1')).toEqual(running)
    expect(await poll('begun-2')).toEqual(done)
    await expect(poll('begun-3')).rejects.toMatchObject({ consequence: 'refused', mayHaveEffect: true })
    expect(google.calls).toEqual(['list begun-1 begun-2 begun-3'])
  })

  it('and that ran still are asked about again when their time comes', async () => {
    const { google, poll, clock } = await begun(2)
    await poll('begun-1')
    google.begin('begun-2', { status: 'DONE' })
    await clock.advance(2_000)
    expect(await poll('begun-2')).toEqual(done)
    expect(google.calls).toEqual(['list begun-1 begun-2', 'list begun-2 begun-1'])
  })

  it('are left alone in their first second, and once their end is told', async () => {
    const { google, poll, clock } = await begun(2, 999)
    google.begin('begun-1', { status: 'DONE' })
    await poll('begun-1')
    await clock.advance(5_000)
    await poll('begun-2')
    expect(google.calls).toEqual(['get begun-1', 'get begun-2'])
  })

  it('take turns where they are many', async () => {
    const { google, poll, clock } = await begun(40)
    await poll('begun-1')
    await clock.advance(1_000)
    await poll('begun-1')
    const [first, second] = google.asked.map(namesIn)
    expect([first?.length, second?.length, new Set([...(first ?? []), ...(second ?? [])]).size]).toEqual([25, 25, 40])
  })

  it('answer whoever came while the list was under way', async () => {
    const { google, poll } = await begun(2)
    google.begin('begun-2', { status: 'DONE' })
    const open = google.shut()
    const first = poll('begun-1')
    await settle()
    const second = poll('begun-2')
    open()
    expect(await Promise.all([first, second])).toEqual([running, done])
    expect(google.calls).toEqual(['list begun-1 begun-2'])
  })
})
