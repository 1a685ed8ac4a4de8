/** When a change that runs is asked about: not before it can have ended, and then every two seconds. */
import { describe, expect, it, test } from 'vitest'
import type { Account } from '../../../providers/gcp/api/account.ts'
import { apply } from '../../../providers/gcp/apply/apply.ts'
import { untilPoll } from '../../../providers/gcp/apply/pauses.ts'
import { deleting, making, polling } from '../../../providers/gcp/steps.ts'
import { emptyView, type GcpView } from '../../../providers/gcp/view.ts'
import { partsOf } from '../../../src/provider/engine/stage.ts'
import { ManualClock } from '../../clock.ts'

const ID = 'projects/shop/regions/r1/backendServices/web'
const about = { id: ID, key: 'web', serves: [], why: 'a test' }
const { signal } = new AbortController()

/** Google at a change that does not end; polls are counted. */
function world() {
  const clock = new ManualClock()
  const polled: string[] = []
  const begun = async () => ({ operation: { id: 'projects/shop/regions/r1/operations/o', isDeletion: false } })
  const api = {
    insert: begun,
    remove: begun,
    async poll({ id }: { readonly id: string }) {
      polled.push(id)
      return { state: 'running', afterMs: 1_000 }
    },
  }
  const account = { api, clock, config: {} } as unknown as Account
  const step = async (what: Parameters<typeof apply>[0], view: GcpView) => partsOf(await apply(what, { account, view, base: undefined, signal })).fold(view)
  return { clock, polled, step }
}

async function made({ step }: ReturnType<typeof world>): Promise<GcpView> {
  return step(making('backend service', { ...about, body: {}, mark: { stack: 'service/u1' } }), emptyView())
}

it('a change that has just begun is waited for without a call', async () => {
  const w = world()
  const view = await made(w)
  await w.clock.advance(1_000)
  await expect(w.step(polling('backend service', about), view)).rejects.toMatchObject({ consequence: 'later', reason: 'Progressing', afterMs: 2_000 })
  expect(w.polled).toEqual([])
})

it('a change that can have ended is asked about, every two seconds', async () => {
  const w = world()
  const view = await made(w)
  await w.clock.advance(3_000)
  await expect(w.step(polling('backend service', about), view)).rejects.toMatchObject({ consequence: 'later', reason: 'Progressing', afterMs: 2_000 })
  expect(w.polled).toHaveLength(1)
})

it('a deletion takes its time anew, also of what was made long ago', async () => {
  const w = world()
  const view = await made(w)
  await w.clock.advance(60_000)
  const leaving = await w.step(deleting('backend service', about), view)
  await expect(w.step(polling('backend service', about), leaving)).rejects.toMatchObject({ consequence: 'later', afterMs: 5_000 })
  expect(w.polled).toEqual([])
})

describe('the first poll', () => {
  test.each([
    ['forwarding rule', 5_000],
    ['backend service', 3_000],
    ['firewall rule', 3_000],
    ['instance group', 3_000],
    ['health check', 2_000],
    ['address', 2_000],
  ] as const)('of a %s is due after %i ms, of its deletion after 5 s', (kind, ms) => {
    expect([untilPoll(kind, { since: 100 }, 100), untilPoll(kind, { since: 100 }, 100 + ms), untilPoll(kind, { since: 100 }, 1e9)]).toEqual([ms, 0, 0])
    expect(untilPoll(kind, { since: 100, isDeletion: true }, 101)).toBe(4_999)
  })
})
