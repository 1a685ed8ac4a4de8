/** What the controller publishes of orphans, and which requests it takes. */
import { expect, test } from 'vitest'
import { DELETE_KEY, ORPHANS_KEY, publishedText, readPublished, reportOrphans } from '../../../src/cli/orphan-reports.ts'
import type { ListedOrphan } from '../../../src/controller/stacks/orphan-list.ts'
import type { ConfigMap } from '../../../src/kubernetes/api.ts'
import type { EventSubject, ServiceEvent } from '../../../src/kubernetes/events.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock, settle } from '../../clock.ts'

const place = { namespace: 'fairlead-system', name: 'fairlead-settings' }

function orphan(name: string): ListedOrphan {
  const times = { firstSeen: '2026-01-01T00:00:00Z', state: 'waiting', deletedAt: '2026-01-01T01:00:00Z' } as const
  return {
    provider: 'aws',
    stack: `service/${name}`,
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    addresses: [`${name}.example.com`],
    holds: [`load balancer ${name}`],
    ...times,
  }
}

/** A controller with these orphans, or one that does not know them yet; deleting one takes effect at once. */
function stage(names: readonly string[] | undefined, others: readonly ListedOrphan[] = []) {
  const clock = new ManualClock()
  const ended = new AbortController()
  let orphans: readonly ListedOrphan[] | undefined = names === undefined ? undefined : [...names.map(orphan), ...others]
  let configMap: ConfigMap | undefined
  const seen = { reads: 0, publications: 0, deleted: [] as string[], events: [] as { subject: EventSubject; event: ServiceEvent }[] }
  const api = {
    getConfigMap: async () => {
      seen.reads += 1
      return configMap
    },
    applyConfigMap: async ({ data = {} }: ConfigMap) => {
      const { [DELETE_KEY]: _, ...kept } = configMap?.data ?? {}
      configMap = { metadata: { ...place, uid: 'uid-of-the-map' }, data: { ...kept, ...data } }
    },
  }
  const controller = {
    orphans: () => orphans,
    deleteOrphans: (uids: readonly string[]) => {
      const gone = orphans?.filter(({ uid }) => uids.includes(uid)) ?? []
      seen.deleted.push(...gone.map(({ uid }) => uid))
      orphans = orphans?.filter((one) => !gone.includes(one))
    },
  }
  const events = { recordOn: (subject: EventSubject, event: ServiceEvent) => void seen.events.push({ subject, event }) }
  const publish = (): void => {
    seen.publications += 1
    configMap = {
      metadata: { ...place, uid: 'uid-of-the-map' },
      data: { ...configMap?.data, [ORPHANS_KEY]: publishedText(orphans ?? [], { isNeverDelete: false, at: clock.date() }) },
    }
  }
  const running = reportOrphans({ api, place, controller, events, publish, clock, log: silentLog, signal: ended.signal })
  return {
    clock,
    seen,
    request: (text: string) => api.applyConfigMap({ metadata: place, data: { [DELETE_KEY]: text } }),
    data: () => configMap?.data ?? {},
    find: (...more: readonly string[]) => (orphans = more.map(orphan)),
    end: async () => {
      ended.abort()
      await running
    },
  }
}

test('the list is written when it changes, and an event names what is new, once', async () => {
  const { clock, seen, find, end } = stage(['web'])
  await settle()
  await clock.advance(60_000)
  expect({ publications: seen.publications, events: seen.events }).toEqual({
    publications: 1,
    events: [
      {
        subject: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...place, uid: 'uid-of-the-map' } },
        event: {
          type: 'Warning',
          reason: 'OrphanFound',
          message:
            'Found load balancers whose Services do not exist: shop/web (aws, UID uid-web; deleted at 2026-01-01T01:00:00Z). `fairlead orphans` lists them; `fairlead orphans --delete` deletes them at once.',
        },
      },
    ],
  })
  find('web', 'api')
  await clock.advance(5_000)
  expect(seen.publications).toBe(2)
  expect(seen.events.map(({ event }) => event.message.includes('shop/web'))).toEqual([true, false])
  await end()
})

test('a request deletes the orphans that it names, and is removed when nothing of it is left to do', async () => {
  const { clock, seen, request, data, end } = stage(['web', 'api'])
  await settle()
  await request('uid-api uid-of-a-service-that-exists')
  await clock.advance(15_000)
  expect(seen.deleted).toEqual(['uid-api'])
  expect(data()[DELETE_KEY]).toBeUndefined()
  expect(readPublished(data()[ORPHANS_KEY])).toMatchObject({ total: 1, orphans: [{ name: 'web' }] })
  await end()
})

test('without orphans and requests the ConfigMap is read once', async () => {
  const { clock, seen, end } = stage([])
  await clock.advance(600_000)
  expect(seen.reads).toBe(1)
  await end()
})

test('before every inventory was taken nothing is published', async () => {
  const { clock, seen, find, end } = stage(undefined)
  await clock.advance(60_000)
  expect(seen.publications).toBe(0)
  find()
  await clock.advance(5_000)
  expect(seen.publications).toBe(1)
  await end()
})

test('a long list is cut, and says how many there are', () => {
  const many = Array.from({ length: 5000 }, (_, i) => orphan(`web-${i}`))
  const text = publishedText(many, { isNeverDelete: false, at: new Date('2026-01-01T00:00:00.123Z') })
  expect(text.length).toBeLessThan(500_000)
  expect(readPublished(text)).toMatchObject({ total: 5000, writtenAt: '2026-01-01T00:00:00Z' })
  expect(readPublished(text)?.orphans).toHaveLength(1000)
})

test.each([undefined, '', '{', '[]', '{"orphans": 1, "total": 1}'])('%j is not a list', (text) => {
  expect(readPublished(text)).toBeUndefined()
})

test('an orphan whose name the cloud does not give is reported by its uid and by what it holds', async () => {
  const { clock, seen, data, end } = stage([], [{ ...orphan('web'), namespace: null, name: null, holds: ['frontend a', 'rule b', 'rule c'] }])
  await settle()
  await clock.advance(5_000)
  expect(seen.events.map(({ event }) => event.message)).toEqual([
    'Found load balancers whose Services do not exist: UID uid-web (aws, frontend a, rule b; deleted at 2026-01-01T01:00:00Z). `fairlead orphans` lists them; `fairlead orphans --delete` deletes them at once.',
  ])
  expect(readPublished(data()[ORPHANS_KEY])?.orphans).toMatchObject([{ uid: 'uid-web', name: null, holds: ['frontend a', 'rule b', 'rule c'] }])
  await end()
})

test('a list that an earlier version wrote says nothing of what orphans hold', () => {
  const { holds: _, ...before } = orphan('web')
  expect(readPublished(JSON.stringify({ orphans: [before], total: 1 }))?.orphans).toEqual([{ ...before, holds: [] }])
})
