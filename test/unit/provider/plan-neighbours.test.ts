/** What a plan for one Service means for those that share with it. */
import { describe, expect, test } from 'vitest'
import type { Preview } from '../../../src/provider/cloud.ts'
import { changedNeighbours, neighbourLines, neighboursOf, neighboursText, type Shown } from '../../../src/provider/engine/plan-neighbours.ts'
import type { Intent, Outlook, Step } from '../../../src/provider/provider.ts'

const owner = (name: string) => ({ namespace: 'shop', name, uid: `uid-${name}` })
const [OLD, NEW] = [{ hostname: 'old.example.com' }, { hostname: 'new.example.com' }] as const
const wants = (name: string): Intent<unknown> => ({ owner: owner(name), want: {} as Extract<Intent<unknown>, { want: unknown }>['want'], published: [OLD] })
const step = (verb: Step['verb'], key: string, serves: readonly string[], more: Partial<Step> = {}): Step => ({
  verb,
  kind: 'thing',
  key,
  serves: serves.map(owner),
  why: 'so',
  ...more,
})
const goes = (name: string, places: Outlook['places'] = [OLD]): Outlook => ({ owner: owner(name), places, removedLater: [] })
const shown = (preview: Partial<Preview>, names: readonly string[] = ['web', 'mail']): Shown => ({
  intents: names.map(wants),
  preview: { stages: [], refused: [], waiting: [], outlook: names.map((name) => goes(name)), ...preview },
})
const WEB = new Set(['uid-web'])
const lines = (one: Shown): readonly string[] => neighbourLines(neighboursOf(one, WEB, 300_000))

describe('a plan for web', () => {
  test.each<[string, Partial<Preview>, readonly string[]]>([
    ['that leaves the others as they are', { stages: [[step('create', 'a', ['web'])], [step('update', 'b', ['web', 'mail'])]] }, []],
    [
      'that gives all another address, with the steps that only the other needs',
      { stages: [[step('create', 'a', ['web', 'mail']), step('create', 'b', ['mail'])]], outlook: [goes('web', 'new'), goes('mail', 'new')] },
      [
        'Also affects shop/mail. The address changes from old.example.com to a new one, known once it is created. Steps of its own: 1 to create, 0 to change, 0 to delete.',
      ],
    ],
    [
      'that gives all another one that is known',
      { outlook: [goes('web', [NEW]), goes('mail', [NEW])] },
      ['Also affects shop/mail. The address changes from old.example.com to new.example.com.'],
    ],
    [
      'that interrupts what it shares',
      { stages: [[step('update', 'a', ['web', 'mail'], { interrupts: 'traffic through zone a' })]] },
      ['Also affects shop/mail. It interrupts: update thing a (traffic through zone a).'],
    ],
    [
      'that takes something from another',
      { stages: [[step('delete', 'a', ['web'], { takesFrom: [owner('mail')], interrupts: 'port 80' })]] },
      ['Also affects shop/mail. It interrupts: delete thing a (port 80).'],
    ],
    [
      'with which another is refused',
      { refused: [{ owner: owner('mail'), problem: { reason: 'Conflict', field: 'spec.ports', value: '80/TCP', wrong: 'is in use' } }] },
      ['Also affects shop/mail. It is refused: spec.ports: "80/TCP" is in use.'],
    ],
  ])('%s', (_, preview, expected) => expect(lines(shown(preview))).toEqual(expected))
})

test('what would happen to another anyway is no effect of the plan', () => {
  const moving = { outlook: [goes('web', 'new'), goes('mail', 'new')] }
  const neighbours = neighboursOf(shown(moving), WEB, 0)
  expect(changedNeighbours(neighbours, neighboursOf(shown(moving), WEB, 0))).toEqual([])
  expect(changedNeighbours(neighbours, neighboursOf(shown({}), WEB, 0))).toEqual(neighbours)
})

test('Services that are planned together are no neighbours of each other', () => {
  expect(neighboursOf(shown({ outlook: [goes('web', 'new'), goes('mail', 'new')] }), new Set(['uid-web', 'uid-mail']), 0)).toEqual([])
})

test('in a condition five of them are named', () => {
  const names = ['web', ...Array.from({ length: 7 }, (_, i) => `mail-${i}`)]
  const all = neighboursOf(shown({ outlook: names.map((name) => goes(name, 'new')) }, names), WEB, 0)
  expect(neighboursText(all)).toBe(`Also affected: ${[0, 1, 2, 3, 4].map((i) => `shop/mail-${i} (another address)`).join(', ')}, 2 more.`)
  expect(neighboursText([])).toBe('')
})
