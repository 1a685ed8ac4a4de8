import { describe, expect, test } from 'vitest'
import { type Case, decide, needsAsking } from '../../../src/controller/intents.ts'
import { malformed, notOurs, owner, service, wanted } from './given.ts'

const plain: Case = {
  owner,
  service: service(),
  wish: wanted(),
  isConfirmed: false,
  isHome: true,
  isPrepared: true,
  isHeld: true,
  isClaimedElsewhere: false,
  holdsClaim: false,
  isReplaced: false,
  published: [],
  lingering: [],
}

const deleting = service({ isDeleting: true })
const other = { isHome: false }

describe('what is asked of a Stack for an owner', () => {
  const table: readonly [string, Partial<Case>, string][] = [
    ['a Service that asks for it', {}, 'want'],
    ['one that is not prepared, and nothing made for it', { isPrepared: false, isHeld: false }, 'nothing: not prepared'],
    ['one that lost its finalizer, and is served', { isPrepared: false }, 'follow: not prepared'],
    ['a malformed wish', { wish: malformed() }, 'follow: malformed'],
    ['a pause', { wish: wanted({}, 'pause') }, 'follow: paused'],
    ['plan-only', { wish: wanted({}, 'plan-only') }, 'follow: plan only'],
    ['a deleting Service', { service: deleting }, 'gone'],
    ['a deleting Service with a malformed wish', { service: deleting, wish: malformed() }, 'gone'],
    ['a deleting Service that is paused', { service: deleting, wish: wanted({}, 'pause') }, 'gone'],
    ['a deleting Service under protection', { service: deleting, wish: wanted({ deletionProtection: true }) }, 'follow: protected'],
    ['a deleting Service under protection that is malformed otherwise', { service: deleting, wish: malformed(true) }, 'follow: protected'],
    ['a deleting Service that asks for another class by now', { service: deleting, wish: notOurs }, 'gone'],
    ['a Service that nobody shows', { service: undefined, wish: undefined }, 'nothing: unconfirmed'],
    ['a Service that nobody shows, and the server knows none', { service: undefined, wish: undefined, isConfirmed: true }, 'gone'],
    ['a change of class that only the store shows', { wish: notOurs }, 'nothing: unconfirmed'],
    ['a change of class that the server confirms', { wish: notOurs, isConfirmed: true }, 'gone'],
    ['a Service that asks again after the server said no', { isConfirmed: true }, 'want'],
    ['the old place of a move', other, 'follow: moving away'],
    ['the old place, after the new address has been published long enough', { ...other, isReplaced: true }, 'gone'],
    ['the old place that holds what cannot be in two', { ...other, holdsClaim: true }, 'gone'],
    ['the old place of one that is malformed now', { ...other, wish: malformed(), isReplaced: true, holdsClaim: true }, 'follow: malformed'],
    ['the old place of one that is paused now', { ...other, wish: wanted({}, 'pause'), holdsClaim: true }, 'follow: paused'],
    ['the old place, while the Service is not prepared for the new one', { ...other, isPrepared: false, holdsClaim: true }, 'follow: moving away'],
    ['the new place, while the old one holds the claim', { isClaimedElsewhere: true, isHeld: false }, 'nothing: claimed elsewhere'],
  ]
  test.each(table)('%s', (_, facts, expected) => {
    const decision = decide({ ...plain, ...facts })
    expect('because' in decision ? `${decision.ask}: ${decision.because}` : decision.ask).toBe(expected)
  })

  test('a wish carries what is published, what lingers and the age that decides between competitors', () => {
    const published = [{ ip: '192.0.2.1', ipMode: 'VIP' }] as const
    const lingering = [{ hostname: 'old.example.com' }] as const
    const aged = { ...service(), metadata: { ...service().metadata, creationTimestamp: '2026-01-01T00:00:00Z' } }
    const decision = decide({ ...plain, service: aged, published, lingering })
    expect(decision.ask === 'want' && decision.intent).toMatchObject({ owner, published, lingering, createdAt: '2026-01-01T00:00:00Z' })
  })

  test('the server is asked about nobody whose deletion was seen, and about nobody who asks for the provider', () => {
    expect(needsAsking({ service: deleting, wish: notOurs })).toBe(false)
    expect(needsAsking({ service: service(), wish: malformed() })).toBe(false)
    expect(needsAsking({ service: undefined, wish: undefined })).toBe(true)
    expect(needsAsking({ service: service(), wish: notOurs })).toBe(true)
  })
})
