import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Rows } from '../../../src/dashboard/rows.ts'
import { MOST_PAGES, openStream, type Sink, type Stream } from '../../../src/dashboard/stream.ts'
import { type Known, known } from './given.ts'

/** A page's connection, which takes what it is sent while it reads. */
class FakePage extends EventEmitter implements Sink {
  readonly texts: string[] = []
  isReading = true
  isDestroyed = false

  write(text: string): boolean {
    this.texts.push(text)
    return this.isReading
  }

  destroy(): void {
    this.isDestroyed = true
    this.emit('close')
  }

  /** It reads again. */
  drain(): void {
    this.isReading = true
    this.emit('drain')
  }

  /** The data of all events of a kind, or pings. */
  events<T>(kind: string): T[] {
    return this.texts.filter((text) => text.startsWith(`event: ${kind}\n`)).map((text) => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as T)
  }

  get names(): string[] {
    return this.events<{ name: string; isGone?: true }[]>('rows').map((rows) => rows.map(({ name, isGone }) => (isGone ? `-${name}` : name)).join(' '))
  }
}

function open(): Known & { readonly stream: Stream; readonly page: () => FakePage } {
  const cluster = known()
  const stream = openStream(cluster.source, new Rows(cluster.source))
  return {
    ...cluster,
    stream,
    page() {
      const page = new FakePage()
      expect(stream.add(page)).toBe(true)
      return page
    },
  }
}

describe('the stream', () => {
  test('begins with which process this is and how it stands', () => {
    const page = open().page()
    expect(page.events('hello')).toEqual([{ instance: 'one' }])
    expect(page.events('overview')).toMatchObject([{ isLeader: true, orphans: 0, activity: 0 }])
  })

  test('gathers changes of a quarter of a second, each Service once, as it is then', async () => {
    const { page: add, put, remove, clock } = open()
    const page = add()
    for (let i = 0; i < 50; i += 1) put('web')
    put('api')
    remove('api')
    await clock.advance(249)
    expect(page.names).toEqual([])
    await clock.advance(1)
    expect(page.names).toEqual(['web -api'])
  })

  test('sends a large wave in parts, four times a second', async () => {
    const { page: add, put, clock } = open()
    const page = add()
    for (let i = 0; i < 450; i += 1) put(`web-${i}`)
    await clock.advance(1_000)
    expect(page.names.map((names) => names.split(' ').length)).toEqual([200, 200, 50])
  })

  test('has a page read the whole list where more has changed than is worth gathering', async () => {
    const { page: add, put, clock } = open()
    const page = add()
    for (let i = 0; i < 4_001; i += 1) put(`web-${i}`)
    await clock.advance(1_000)
    expect(page.names).toEqual([])
    expect(page.events('reload')).toEqual([{}])
  })

  test('sends nothing to a page that does not read, and then what is so by then', async () => {
    const { page: add, put, clock } = open()
    const [slow, quick] = [add(), add()]
    slow.isReading = false
    put('web')
    await clock.advance(250)
    const before = slow.texts.length
    for (let i = 0; i < 30; i += 1) {
      put('web')
      put(`api-${i}`)
      await clock.advance(250)
    }
    expect(slow.texts).toHaveLength(before)
    expect(quick.names).toHaveLength(31)
    slow.drain()
    await clock.advance(250)
    expect(slow.names.at(-1)?.split(' ')).toHaveLength(31)
  })

  test('gives up a page that reads nothing for a minute', async () => {
    const { page: add, put, clock, stream } = open()
    const page = add()
    page.isReading = false
    put('web')
    await clock.advance(59_000)
    expect(page.isDestroyed).toBe(false)
    await clock.advance(4_000)
    expect([page.isDestroyed, stream.size]).toEqual([true, 0])
  })

  test('sends the overview when it is another one, and the activity that is new', async () => {
    const { page: add, setLeader, entries, clock } = open()
    const page = add()
    await clock.advance(10_000)
    expect(page.events('overview')).toHaveLength(1)
    setLeader(false)
    entries.push({ id: 1, kind: 'event', what: 'Ready', why: 'Served.', at: 0, firstAt: 0, count: 1, isWarning: false, owners: [], moreOwners: 0 })
    await clock.advance(1_000)
    expect(page.events('overview').at(-1)).toMatchObject({ isLeader: false, holder: 'other', orphans: null })
    expect(page.events<object[]>('activity')).toMatchObject([[{ id: 1 }]])
  })

  test('keeps a silent connection up', async () => {
    const { page: add, clock } = open()
    const page = add()
    await clock.advance(45_000)
    expect(page.texts.filter((text) => text === ': ping\n\n').length).toBeGreaterThanOrEqual(3)
  })

  test('takes twenty pages, and another one when one has gone', () => {
    const { page: add, stream } = open()
    const pages = Array.from({ length: MOST_PAGES }, add)
    expect(stream.add(new FakePage())).toBe(false)
    pages[0]?.destroy()
    expect(stream.add(new FakePage())).toBe(true)
  })

  test('costs nothing while no page is open: it neither listens nor has a timer', async () => {
    const { page: add, listening, clock } = open()
    expect([listening.size, clock.pending]).toEqual([0, 0])
    const page = add()
    expect(listening.size).toBe(1)
    page.destroy()
    await clock.advance(5_000)
    expect([listening.size, clock.pending]).toEqual([0, 0])
  })
})
