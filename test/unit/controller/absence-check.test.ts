/** Whether an owner is really gone, as the API server answers: asked by name, or by a list where a cloud gives the uid alone. */
import { describe, expect, test } from 'vitest'
import { type Absence, confirmAbsence, type Gate } from '../../../src/controller/stacks/absence-check.ts'
import { Absences } from '../../../src/controller/stacks/absences.ts'
import { Placements } from '../../../src/controller/stacks/placements.ts'
import { UnnamedOwners } from '../../../src/controller/stacks/unnamed-owners.ts'
import { type KubernetesApi, KubernetesError, type ListPage, type WatchedResources } from '../../../src/kubernetes/api.ts'
import type { Service } from '../../../src/model/cluster.ts'
import type { Owner } from '../../../src/model/owner.ts'
import { owner, service } from './given.ts'

const { signal } = new AbortController()
const NO_ANSWER = new KubernetesError(0, 'NoAnswer', 'cut')

/** An API server with these Services, in pages; `fails` says what is thrown instead of an answer. */
class Server {
  services: readonly Service[]
  fails: { readonly list?: Error; readonly get?: Error } = {}
  /** Pages that were asked for. */
  pages = 0
  gets = 0
  readonly #pageSize: number
  /** Resolves before an answer is sent. */
  beforeAnswer: () => Promise<void> = async () => {}

  constructor(services: readonly Service[], pageSize = 500) {
    this.services = services
    this.#pageSize = pageSize
  }

  readonly api: Pick<KubernetesApi, 'getService' | 'list'> = {
    getService: async (namespace, name) => {
      this.gets += 1
      if (this.fails.get !== undefined) throw this.fails.get
      return this.services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name)
    },
    list: async (resource, { continue: from = '0' }) => {
      if (resource !== 'services') throw new Error(`nobody needs a list of ${resource}`)
      const { services } = this
      this.pages += 1
      await this.beforeAnswer()
      if (this.fails.list !== undefined) throw this.fails.list
      const end = Number(from) + this.#pageSize
      const page: ListPage<Service> = {
        items: services.slice(Number(from), end),
        resourceVersion: '1',
        ...(end < services.length ? { continue: String(end) } : {}),
      }
      return page as ListPage<WatchedResources[typeof resource]>
    },
  }
}

/** One provider's turns on such a server. */
class Turns {
  readonly placements = new Placements()
  readonly absences = new Absences(0)
  readonly warnings: string[] = []
  readonly #gate: Gate

  constructor({ api }: Server) {
    this.#gate = {
      api,
      unnamedOwners: new UnnamedOwners(this),
      asks: ({ spec }) => spec.loadBalancerClass === 'fairlead.dev/memory',
      log: { warn: (message) => void this.warnings.push(message) },
    }
  }

  /** A Stack holds something for them. */
  hold(stack: string, ...uids: readonly string[]): readonly Owner[] {
    return uids.map((uid) => {
      this.placements.hold(stack, { uid })
      return { uid }
    })
  }

  confirm(owners: readonly Owner[]): Promise<Absence> {
    return confirmAbsence(owners, this.#gate, signal)
  }
}

function named(name: string, more: Parameters<typeof service>[0] = {}): Service {
  const found = service({ uid: `uid-${name}`, ...more })
  return { ...found, metadata: { ...found.metadata, name } }
}

const confirmed = ({ noMore, asksNoLonger, isOpen }: Absence): object => ({ noMore: [...noMore], asksNoLonger: [...asksNoLonger], isOpen })
const GONE = { noMore: [owner.uid], asksNoLonger: [], isOpen: false }
const ASKS_NO_LONGER = { noMore: [], asksNoLonger: [owner.uid], isOpen: false }
const OPEN = { noMore: [], asksNoLonger: [], isOpen: true }

describe.each([
  ['by name', owner],
  ['by uid alone', { uid: owner.uid }],
] as const)('an owner that is known %s', (_, known) => {
  const table: readonly [string, readonly Service[], Server['fails'], object, readonly string[]][] = [
    ['there is no such Service', [], {}, GONE, []],
    ['a Service of that name has another UID', [service({ uid: 'uid-new' })], {}, GONE, []],
    ['the Service has another class', [service({ class: 'example.com/other' })], {}, ASKS_NO_LONGER, []],
    ['the Service is as it was', [service()], {}, OPEN, []],
    ['no answer', [service()], { get: NO_ANSWER }, OPEN, ['the API server did not say whether a Service is gone']],
    [
      'a missing right',
      [],
      { get: new KubernetesError(403, 'Forbidden', 'no') },
      known === owner ? OPEN : GONE,
      known === owner ? ['the API server did not say whether a Service is gone'] : [],
    ],
    [
      'no answer to a list',
      [],
      { list: NO_ANSWER },
      known === owner ? GONE : OPEN,
      known === owner ? [] : ['the API server did not say which Services are gone'],
    ],
  ]
  test.each(table)('%s', async (__, services, fails, expected, warnings) => {
    const server = new Server(services)
    server.fails = fails
    const turns = new Turns(server)
    turns.placements.hold('stack', known)
    expect(confirmed(await turns.confirm([known]))).toEqual(expected)
    expect(turns.warnings).toEqual(warnings)
    expect(server.pages).toBe(known === owner ? 0 : 1)
  })
})

describe('owners that are known by uid alone', () => {
  const uids = Array.from({ length: 40 }, (_, i) => `uid-${i}`)

  test('one list answers for all of a Stack, and no Service is asked for that is gone', async () => {
    const server = new Server([named('7')])
    const turns = new Turns(server)
    const { noMore, isOpen } = await turns.confirm(turns.hold('shared', ...uids))
    expect(noMore.size).toBe(39)
    expect(noMore.has('uid-7')).toBe(false)
    expect(isOpen).toBe(true)
    expect({ pages: server.pages, gets: server.gets }).toEqual({ pages: 1, gets: 1 })
  })

  test('one list answers for all Stacks, whether they ask together or later', async () => {
    const server = new Server([])
    const turns = new Turns(server)
    for (const uid of uids) turns.hold(`stack of ${uid}`, uid)
    await Promise.all(uids.slice(0, 20).map((uid) => turns.confirm([{ uid }])))
    expect(uids.filter((uid) => !turns.absences.isConfirmed(uid))).toEqual([])
    for (const uid of uids.slice(20)) expect((await turns.confirm([{ uid }])).isOpen).toBe(false)
    expect(server.pages).toBe(1)
  })

  test('the name that a list gives is kept: the owner is asked for by name from then on', async () => {
    const server = new Server([service()])
    const turns = new Turns(server)
    await turns.confirm(turns.hold('stack', owner.uid))
    expect(turns.placements.of(owner.uid)?.owner).toEqual(owner)
    server.services = []
    expect(confirmed(await turns.confirm([...turns.placements.members('stack')]))).toEqual(GONE)
    expect({ pages: server.pages, gets: server.gets }).toEqual({ pages: 1, gets: 2 })
  })

  test('an owner that was found after a list began is not judged by it: its Service may be newer', async () => {
    const server = new Server([])
    const turns = new Turns(server)
    const isAsked = Promise.withResolvers<void>()
    const mayAnswer = Promise.withResolvers<void>()
    server.beforeAnswer = async () => {
      isAsked.resolve()
      await mayAnswer.promise
    }
    const first = turns.confirm(turns.hold('stack', 'uid-old'))
    await isAsked.promise
    server.services = [named('new')]
    const second = turns.confirm(turns.hold('stack', 'uid-new'))
    mayAnswer.resolve()
    expect(confirmed(await first)).toEqual({ noMore: ['uid-old'], asksNoLonger: [], isOpen: false })
    expect(confirmed(await second)).toEqual({ noMore: [], asksNoLonger: [], isOpen: true })
    expect(['uid-old', 'uid-new'].map((uid) => turns.absences.isConfirmed(uid))).toEqual([true, false])
    expect(server.pages).toBe(2)
  })

  test('a list of several pages is read to its end', async () => {
    const server = new Server(
      uids.map((uid) => named(uid.slice('uid-'.length))),
      7,
    )
    const turns = new Turns(server)
    const { noMore } = await turns.confirm(turns.hold('shared', ...uids, 'uid-gone'))
    expect([...noMore]).toEqual(['uid-gone'])
    expect(server.pages).toBe(6)
  })

  test('a list that breaks off in the middle says nothing of anybody, with one warning, and the next one is a new list', async () => {
    const server = new Server(
      uids.map((uid) => named(uid.slice('uid-'.length))),
      7,
    )
    server.beforeAnswer = async () => {
      if (server.pages === 3) server.fails = { list: new KubernetesError(410, 'Expired', 'the continue token is too old') }
    }
    const turns = new Turns(server)
    const held = turns.hold('shared', ...uids, 'uid-gone')
    expect(confirmed(await turns.confirm(held))).toEqual(OPEN)
    expect(turns.warnings).toEqual(['the API server did not say which Services are gone'])
    expect(held.filter(({ uid }) => turns.absences.isConfirmed(uid))).toEqual([])
    server.fails = {}
    server.pages = 10
    expect([...(await turns.confirm(held)).noMore]).toEqual(['uid-gone'])
  })
})
