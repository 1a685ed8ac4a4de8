/** What the dashboard's server answers with, apart from how it travels. */
import { rowOf } from '../overview/service-row.ts'
import { orphanListOf } from './overview.ts'
import { Rows } from './rows.ts'
import { askedLook, servicePageOf } from './service-page.ts'
import type { Source } from './source.ts'
import { MOST_PAGES, openStream, type Sink } from './stream.ts'
import { type Health, rememberTargets } from './targets.ts'

export const NOT_FOUND = Symbol('not found')
/** Something for JSON. */
export type Found = object | typeof NOT_FOUND

export interface DashboardApi {
  /** All rows, as texts of several lines each; undefined: too many lists are being read. */
  list(): AsyncIterable<string> | undefined
  service(namespace: string, name: string): Promise<Found>
  /** Rejects when the cluster does not answer. */
  orphans(signal: AbortSignal): Promise<Found>
  /** The newest first. */
  activity(): Found
  isFull(): boolean
  /** Sends what changes, until the sink closes. */
  follow(sink: Sink): void
  close(): void
}

const MOST_LISTS = 4
/** Rows between two turns of the event loop: some milliseconds. */
const ROWS_AT_ONCE = 100
const MOST_STORY = 60
const MOST_ACTIVITY = 200

/** `signal`: the process ends. */
export function dashboardApi(source: Source, signal: AbortSignal): DashboardApi {
  const rows = new Rows(source)
  const stream = openStream(source, rows)
  const targets = rememberTargets(source.clock, signal)
  let lists = 0
  async function* texts(): AsyncGenerator<string> {
    try {
      yield* inBatches(rows)
    } finally {
      lists -= 1
    }
  }
  return {
    list() {
      if (lists >= MOST_LISTS) return undefined
      lists += 1
      return texts()
    },
    async service(namespace, name) {
      const snapshot = source.store.snapshot()
      const service = snapshot.service(namespace, name)
      const row = service === undefined ? undefined : rowOf(service, snapshot, source.providers)
      if (service === undefined || row === undefined) return NOT_FOUND
      const looks = source.controller.look(service)
      const health = await healthOf(source, { looks, uid: row.uid, targets })
      const story = source.activity.list({ uid: row.uid, most: MOST_STORY })
      return servicePageOf({ service, row, looks, health, story, now: source.clock.date().getTime() })
    },
    orphans: (until) => orphanListOf(source, until),
    activity: () => source.activity.list({ most: MOST_ACTIVITY }),
    isFull: () => stream.size >= MOST_PAGES,
    follow: (sink) => void stream.add(sink),
    close: () => stream.close(),
  }
}

async function* inBatches(rows: Rows): AsyncGenerator<string> {
  let lines: string[] = []
  for (const row of rows.all()) {
    lines.push(`${JSON.stringify(row)}\n`)
    if (lines.length < ROWS_AT_ONCE) continue
    yield lines.join('')
    lines = []
    await new Promise<void>((resolve) => void setImmediate(resolve))
  }
  yield lines.join('')
}

interface HealthQuestion {
  readonly looks: ReturnType<Source['controller']['look']>
  readonly uid: string
  readonly targets: ReturnType<typeof rememberTargets>
}

/** Only the copy that works has read its cloud, and knows what to ask about. */
async function healthOf({ lease, clouds, controller }: Source, { looks, uid, targets }: HealthQuestion): Promise<Health> {
  const look = askedLook(looks)
  const cloud = clouds.find(({ name }) => name === look?.provider)
  const isRead = controller.providers().some(({ name, isRead: is }) => is && name === look?.provider)
  if (look === undefined || cloud === undefined || !isRead || !lease.isLeader()) return { kind: 'not offered' }
  return targets.of(
    cloud,
    look.stacks.map(({ stack }) => stack),
    uid,
  )
}
