import { describe, expect, test } from 'vitest'
import { type OwnerFacts, decide, needsAsking } from '../../../src/controller/stacks/intents.ts'
import { malformed, notOurs, owner, service, wanted } from './given.ts'

const plain: OwnerFacts = {
  owner,
  service: service(),
  request: wanted(),
  isConfirmed: false,
  isKept: false,
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
  const table: readonly [string, Partial<OwnerFacts>, string][] = [
    ['a Service that asks for it', {}, 'want'],
    ['one that is not prepared, and nothing made for it', { isPrepared: false, isHeld: false }, 'nothing: not prepared'],
    ['one that lost its finalizer, and is served', { isPrepared: false }, 'follow: not prepared'],
    ['a malformed wish', { request: malformed() }, 'follow: malformed'],
    ['a pause', { request: wanted({}, 'pause') }, 'follow: paused'],
    ['plan-only', { request: wanted({}, 'plan-only') }, 'follow: plan only'],
    ['a deleting Service', { service: deleting }, 'gone'],
    ['a deleting Service with a malformed wish', { service: deleting, request: malformed() }, 'gone'],
    ['a deleting Service that is paused', { service: deleting, request: wanted({}, 'pause') }, 'gone'],
    ['a deleting Service under protection', { service: deleting, request: wanted({ deletionProtection: true }) }, 'follow: protected'],
    ['a deleting Service under protection that is malformed otherwise', { service: deleting, request: malformed(true) }, 'follow: protected'],
    ['a deleting Service that asks for another class by now', { service: deleting, request: notOurs }, 'gone'],
    ['a Service that nobody shows', { service: undefined, request: undefined }, 'nothing: unconfirmed'],
    ['a Service that nobody shows, and the server knows none', { service: undefined, request: undefined, isConfirmed: true }, 'gone'],
    ['a change of class that only the store shows', { request: notOurs }, 'nothing: unconfirmed'],
    ['an orphan whose grace time is not over', { service: undefined, request: undefined, isConfirmed: true, isKept: true }, 'nothing: orphan'],
    ['a deleting Service that no longer asks for it, whatever the grace time', { service: deleting, request: notOurs, isKept: true }, 'gone'],
    ['a change of class that the server confirms', { request: notOurs, isConfirmed: true }, 'gone'],
    ['a Service that asks again after the server said no', { isConfirmed: true }, 'want'],
    ['the old place of a move', other, 'follow: moving away'],
    ['the old place, after the new address has been published long enough', { ...other, isReplaced: true }, 'gone'],
    ['the old place that holds what cannot be in two', { ...other, holdsClaim: true }, 'gone'],
    ['the old place of one that is malformed now', { ...other, request: malformed(), isReplaced: true, holdsClaim: true }, 'follow: malformed'],
    ['the old place of one that is paused now', { ...other, request: wanted({}, 'pause'), holdsClaim: true }, 'follow: paused'],
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
    expect(needsAsking({ service: deleting, request: notOurs })).toBe(false)
    expect(needsAsking({ service: service(), request: malformed() })).toBe(false)
    expect(needsAsking({ service: undefined, request: undefined })).toBe(true)
    expect(needsAsking({ service: service(), request: notOurs })).toBe(true)
  })
})
