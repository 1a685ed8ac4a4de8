import { describe, expect, test } from 'vitest'
import { recentChanges as recentOf, type RecentChanges } from '../../../../src/provider/kit/recent-changes.ts'
import { ManualClock } from '../../../clock.ts'

const MINUTE = 60_000

type Kind = 'target group' | 'load balancer' | 'listener'

function recentChanges(clock: ManualClock): RecentChanges<Kind> {
  return recentOf(clock, { keptMs: 5 * MINUTE, freshMs: MINUTE })
}

const made = { kind: 'target group', id: 'arn:tg', stack: 'service/u1', tags: { a: '1', b: '2' } } as const

describe('what was just done', () => {
  test('a made object is known, with its tags, until lists can be believed', async () => {
    const clock = new ManualClock()
    const recent = recentChanges(clock)
    recent.made(made)
    expect(recent.madeOf('target group')).toMatchObject([made])
    expect(recent.madeOf('target group', 'service/u2')).toEqual([])
    expect(recent.madeOf('listener')).toEqual([])
    expect(recent.tagsOf('arn:tg', undefined)).toEqual(made.tags)
    await clock.advance(5 * MINUTE)
    expect(recent.madeOf('target group')).toEqual([])
    expect(recent.tagsOf('arn:tg', undefined)).toBeUndefined()
  })

  test('what may have been made is asked for by name, until lists can be believed', async () => {
    const clock = new ManualClock()
    const recent = recentChanges(clock)
    recent.attempted('target group', 'web-1', 'service/u1')
    expect(recent.attemptedOf('target group', 'service/u1')).toEqual(['web-1'])
    expect(recent.attemptedOf('target group')).toEqual(['web-1'])
    expect(recent.attemptedOf('target group', 'service/u2')).toEqual([])
    expect(recent.attemptedOf('load balancer')).toEqual([])
    await clock.advance(5 * MINUTE)
    expect(recent.attemptedOf('target group')).toEqual([])
  })

  test('it is fresh for a minute only', async () => {
    const clock = new ManualClock()
    const recent = recentChanges(clock)
    recent.made(made)
    expect(recent.isFresh('arn:tg')).toBe(true)
    await clock.advance(MINUTE)
    expect(recent.isFresh('arn:tg')).toBe(false)
    expect(recent.isFresh('arn:other')).toBe(false)
  })

  test('a deleted object is gone though a list shows it, and comes back with the memory of it', async () => {
    const clock = new ManualClock()
    const recent = recentChanges(clock)
    recent.made(made)
    recent.deleted('arn:tg')
    expect(recent.madeOf('target group')).toEqual([])
    expect(recent.isDeleted('arn:tg')).toBe(true)
    expect(recent.tagsOf('arn:tg', { a: '1' })).toBeUndefined()
    await clock.advance(5 * MINUTE)
    expect(recent.isDeleted('arn:tg')).toBe(false)
    expect(recent.tagsOf('arn:tg', { a: '1' })).toEqual({ a: '1' })
  })

  test('what was made again is there again', () => {
    const recent = recentChanges(new ManualClock())
    recent.deleted('arn:tg')
    recent.made(made)
    expect(recent.isDeleted('arn:tg')).toBe(false)
    expect(recent.madeOf('target group')).toHaveLength(1)
  })

  test.each([
    ['a tag set', [{ set: { b: '3' } }], { a: '1', b: '3' }],
    ['a tag taken off', [{ removed: ['a'] }], { b: '2' }],
    ['set and taken off', [{ set: { c: '3' } }, { removed: ['c'] }], { a: '1', b: '2' }],
    ['taken off and set', [{ removed: ['a'] }, { set: { a: '9' } }], { a: '9', b: '2' }],
  ])('%s counts over what a list shows', (_, changes, tags) => {
    const recent = recentChanges(new ManualClock())
    for (const change of changes) recent.tagged('arn:tg', change)
    expect(recent.tagsOf('arn:tg', { a: '1', b: '2' })).toEqual(tags)
  })
})
