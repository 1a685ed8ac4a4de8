/** What a plan comes to, in numbers and in sentences. */
import { describe, expect, test } from 'vitest'
import { sumLines, sumOf } from '../../../src/provider/engine/plan-sum.ts'
import { planText } from '../../../src/provider/engine/plan-text.ts'
import type { Outlook, Plan, Step } from '../../../src/provider/provider.ts'

const owner = { namespace: 'shop', name: 'web', uid: 'uid-web' }
const step = (verb: Step['verb'], key: string, more: Partial<Step> = {}): Step => ({ verb, kind: 'thing', key, serves: [owner], why: 'so', ...more })
const plan = (...stages: Step[][]): Plan<Step> => ({ stages, refused: [], waiting: [] })
const [old, other] = [{ hostname: 'old.example.com' }, { hostname: 'new.example.com' }] as const
const leading = (places: Outlook['places'], removedLater: readonly string[] = []): Outlook => ({ owner, places, removedLater })
const lines = (made: Plan<Step>, outlook: Outlook | undefined, published: readonly (typeof old)[] = []): readonly string[] =>
  sumLines(sumOf(made, { published, outlook, lingerMs: 300_000 }))

describe('a sum', () => {
  test.each<[string, Plan<Step>, Outlook | undefined, readonly (typeof old)[], readonly string[]]>([
    ['of nothing', plan(), leading([old]), [old], ['Plan: nothing changes. The address stays old.example.com.']],
    [
      'of a first load balancer',
      plan([step('create', 'a'), step('create', 'b')]),
      leading('new'),
      [],
      ['Plan: 2 to create, 0 to change, 0 to delete; interrupts: nothing. The address will be a new one, known once it is created.'],
    ],
    [
      'of another address, with what goes later',
      plan([step('create', 'a')], [step('update', 'b')]),
      leading('new', ['load balancer old']),
      [old],
      [
        'Plan: 1 to create, 1 to change, 0 to delete; interrupts: nothing. The address changes from old.example.com to a new one, known once it is created.',
        'The steps of a stage run side by side; the next stage starts when they are done.',
        'Later: load balancer old keeps serving clients that know the old address, and is deleted 5 minutes after the new one is published.',
      ],
    ],
    [
      'of an address that is known, with an interruption',
      plan([step('delete', 'a', { interrupts: 'port 80' })]),
      leading([other]),
      [old],
      ['Plan: 0 to create, 0 to change, 1 to delete; interrupts: delete thing a (port 80). The address changes from old.example.com to new.example.com.'],
    ],
    [
      'of a Service that goes',
      plan([step('delete', 'a')]),
      leading([]),
      [old],
      ['Plan: 0 to create, 0 to change, 1 to delete; interrupts: nothing. The address old.example.com is withdrawn.'],
    ],
  ])('%s', (_, made, outlook, published, expected) => expect(lines(made, outlook, published)).toEqual(expected))
})

test('an old address goes at once where nodes take no packets for it any more', () => {
  const sum = sumOf(plan([step('update', 'b')]), { published: [old], outlook: leading('new', ['the address 192.0.2.1']), lingerMs: 0 })
  expect(sumLines(sum)[1]).toBe('Later: the address 192.0.2.1 keeps serving clients that know the old address, and is deleted once the new one is published.')
})

test('steps that run side by side share a number and have letters; one that is alone has none', () => {
  const many = Array.from({ length: 28 }, (_, i) => step('create', `k${i}`))
  const text = planText(plan([step('create', 'x', { title: '80/TCP at 127.0.10.1' })], many)).split('\n')
  expect([text[0], text[1], text[2], text[27], text[28]]).toEqual([
    '1. create thing 80/TCP at 127.0.10.1: so',
    '2a. create thing k0: so',
    '2b. create thing k1: so',
    '2aa. create thing k26: so',
    '2ab. create thing k27: so',
  ])
})
