import { describe, expect, it } from 'vitest'
import { type EventBody, type KubernetesApi, KubernetesError } from '../../../src/kubernetes/api.ts'
import { type EventRecorder, eventRecorder, type ServiceEvent } from '../../../src/kubernetes/events.ts'
import { silentLog } from '../../../src/model/log.ts'
import type { Service } from '../../../src/model/cluster.ts'
import { ManualClock, settle } from '../../clock.ts'

type Stored = EventBody & { series?: { count: number; lastObservedTime: string } }

/** Keeps events within the API server's limits. */
class FakeEvents {
  readonly stored = new Map<string, Stored>()
  /** Statuses of the next answers; nothing is stored then. */
  failures: number[] = []
  requests = 0

  async createEvent(_namespace: string, event: EventBody): Promise<void> {
    this.#check()
    const { name } = event.metadata
    if (this.stored.has(name)) throw new KubernetesError(409, 'AlreadyExists', name)
    if (Buffer.byteLength(event.note) > 1_024 || event.reportingInstance.length > 128 || !/\.\d{6}Z$/.test(event.eventTime)) {
      throw new KubernetesError(422, 'Invalid', name)
    }
    this.stored.set(name, event)
  }

  async patchEvent(_namespace: string, name: string, patch: unknown): Promise<void> {
    this.#check()
    const event = this.stored.get(name)
    if (!event) throw new KubernetesError(404, 'NotFound', name)
    this.stored.set(name, { ...event, ...(patch as Partial<Stored>) })
  }

  #check(): void {
    this.requests++
    const status = this.failures.shift()
    if (status !== undefined) throw new KubernetesError(status, 'Failure', 'no')
  }

  get counts(): (number | undefined)[] {
    return [...this.stored.values()].map(({ series }) => series?.count)
  }
}

const web: Service = { metadata: { namespace: 'shop', name: 'web', uid: 'u1', resourceVersion: '1' }, spec: { type: 'LoadBalancer' }, status: {} }
const waiting: ServiceEvent = { type: 'Normal', reason: 'Waiting', message: 'the address is being made' }

function start(): { clock: ManualClock; events: FakeEvents; recorder: EventRecorder } {
  const [clock, events] = [new ManualClock(), new FakeEvents()]
  return { clock, events, recorder: eventRecorder({ api: events as unknown as KubernetesApi, clock, log: silentLog, instance: 'pod-1', random: () => 0.5 }) }
}

describe('events', () => {
  it('name the Service by UID, so that describe finds them', async () => {
    const { events, recorder } = start()
    recorder.record(web, waiting)
    await recorder.flush()
    expect([...events.stored.values()]).toMatchObject([
      {
        type: 'Normal',
        reason: 'Waiting',
        note: 'the address is being made',
        regarding: { kind: 'Service', namespace: 'shop', name: 'web', uid: 'u1' },
        reportingInstance: 'pod-1',
      },
    ])
  })

  it('fold: what repeats is one event that counts, with few requests', async () => {
    const { clock, events, recorder } = start()
    for (let i = 0; i < 200; i++) {
      recorder.record(web, waiting)
      await clock.advance(5_000)
    }
    await recorder.flush()
    expect(events.counts).toEqual([200])
    expect(events.requests).toBeLessThan(10)
  })

  it('begin anew after a long silence, and the old one keeps its last count', async () => {
    const { clock, events, recorder } = start()
    for (let i = 0; i < 3; i++) recorder.record(web, waiting)
    await clock.advance(1)
    recorder.record(web, waiting)
    await clock.advance(11 * 60_000)
    recorder.record(web, waiting)
    await recorder.flush()
    expect(events.counts).toEqual([4, undefined])
  })

  it('are kept apart by Service, type, reason and message', async () => {
    const { events, recorder } = start()
    recorder.record(web, waiting)
    recorder.record(web, { ...waiting, message: 'other' })
    recorder.record(web, { ...waiting, type: 'Warning' })
    recorder.record({ ...web, metadata: { ...web.metadata, uid: 'u2' } }, waiting)
    await recorder.flush()
    expect(events.stored.size).toBe(4)
  })

  it('are limited for a Service whose messages never repeat, and that harms no other Service', async () => {
    const { events, recorder } = start()
    for (let i = 0; i < 100; i++) recorder.record(web, { ...waiting, message: `request ${i}` })
    recorder.record({ ...web, metadata: { ...web.metadata, name: 'quiet', uid: 'u2' } }, waiting)
    await recorder.flush()
    expect(events.stored.size).toBe(26)
    expect([...events.stored.values()].at(-1)?.regarding.name).toBe('quiet')
  })

  it('are cut to what the server takes, between two characters', async () => {
    const { events, recorder } = start()
    recorder.record(web, { ...waiting, message: 'ü€😀'.repeat(200) })
    await recorder.flush()
    const [event] = events.stored.values()
    expect(event?.note).toMatch(/^(ü€😀)+(ü€?)?\.\.\.$/)
    expect(Buffer.byteLength(event!.note)).toBeGreaterThan(1_010)
  })

  it.each([
    ['a terminating namespace', [403], 0],
    ['a name that is taken', [409], 0],
    ['a server that is down for a moment', [500, 0], 1],
    ['a server that is down', [500, 500, 500, 500], 0],
  ])('survive %s', async (_, failures, stored) => {
    const { clock, events, recorder } = start()
    events.failures = [...failures]
    recorder.record(web, waiting)
    await clock.advance(60_000)
    expect(events.stored.size).toBe(stored)
    recorder.record(web, { ...waiting, message: 'afterwards' })
    await recorder.flush()
    expect([...events.stored.values()].at(-1)?.note).toBe('afterwards')
  })

  it('are reported anew when the first one has expired meanwhile', async () => {
    const { clock, events, recorder } = start()
    recorder.record(web, waiting)
    await clock.advance(1_000)
    events.stored.clear()
    recorder.record(web, waiting)
    await recorder.flush()
    expect([...events.stored.values()]).toMatchObject([{ note: waiting.message }])
  })

  it('tell their last counts when the program stops, and do not keep it from stopping', async () => {
    const { clock, events, recorder } = start()
    for (let i = 0; i < 5; i++) {
      recorder.record(web, waiting)
      await settle()
    }
    await recorder.stop()
    expect(events.counts).toEqual([5])

    const stuck = start()
    stuck.events.failures = Array.from({ length: 1_000 }, () => 503)
    stuck.recorder.record(web, waiting)
    const stopped = stuck.recorder.stop()
    await stuck.clock.advance(5_000)
    await stopped
    expect(stuck.events.stored.size).toBe(0)
    expect(clock.pending + stuck.clock.pending).toBe(0)
  })
})

describe('a message that a tenant made long', () => {
  it('is kept and sent within the bound, on one line, and repetitions still fold', async () => {
    const { events, recorder } = start()
    const message = `\u001B[31m\n${'x'.repeat(1_500_000)}`
    recorder.record(web, { ...waiting, message })
    recorder.record(web, { ...waiting, message: `${message}y` })
    await recorder.flush()
    const [event, ...others] = events.stored.values()
    expect(others).toEqual([])
    expect(event?.note).toMatch(/^\\u001b\[31m\\nx+\.\.\.$/)
    expect(Buffer.byteLength(event?.note ?? '')).toBeLessThanOrEqual(1_024)
  })
})
