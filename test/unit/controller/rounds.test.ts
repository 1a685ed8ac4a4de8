import { describe, expect, test } from 'vitest'
import { InspectionRounds } from '../../../src/controller/stacks/inspection-rounds.ts'

const DAY = 24 * 3_600_000

/** Plays the rounds and answers who was looked at when, in minutes. */
function play(rounds: InspectionRounds, present: () => readonly string[], minutes: number): readonly [string, number][] {
  const seen: [string, number][] = []
  for (let now = 0; now <= minutes * 60_000;) {
    const { stacks, afterMs } = rounds.next(present(), now)
    for (const stack of stacks) seen.push([stack, now / 60_000])
    now += afterMs
  }
  return seen
}

describe('looking at each Stack in full', () => {
  test('those found at a start come within the first share of a round, so many together that they share their pages', () => {
    const rounds = new InspectionRounds(DAY)
    const found = Array.from({ length: 45 }, (_, i) => `stack-${i}`)
    rounds.begin(found, 0)
    const seen = play(rounds, () => found, 60)
    const at = (minute: number): number => seen.filter(([, when]) => Math.round(when) === minute).length
    expect([at(5), at(32), at(58)]).toEqual([20, 20, 5])
    expect(new Set(seen.map(([stack]) => stack)).size).toBe(45)
  })

  test('one of which nothing could be said comes again, after the others that are due', () => {
    const rounds = new InspectionRounds(DAY)
    rounds.begin(['a', 'b'], 0)
    const first = rounds.next(['a', 'b'], 0)
    expect(first, 'not at once').toEqual({ stacks: [], afterMs: 300_000 })
    const { stacks, afterMs } = rounds.next(['a', 'b'], 300_000)
    expect(stacks).toEqual(['a', 'b'])
    rounds.repeat(['b', 'one that is gone'])
    expect(rounds.next(['a', 'b'], 300_000 + afterMs)).toMatchObject({ stacks: ['b'] })
    expect(rounds.next(['a', 'b'], 300_000 + 2 * afterMs)).toMatchObject({ stacks: [] })
  })

  test('then each comes once a round', () => {
    const rounds = new InspectionRounds(DAY)
    rounds.begin(['a', 'b'], 0)
    const seen = play(rounds, () => ['a', 'b'], 3 * 24 * 60 - 1).map(([stack]) => stack)
    expect(seen.filter((stack) => stack === 'a')).toHaveLength(3)
    expect(seen.filter((stack) => stack === 'b')).toHaveLength(3)
  })

  test('a Stack that this process made comes a round after it was first seen', () => {
    const seen = play(new InspectionRounds(DAY), () => ['new'], 24 * 60)
    expect(seen).toEqual([['new', 24 * 60]])
  })

  test('one that is made between two questions comes within a round of its making', () => {
    const present = ['old']
    const rounds = new InspectionRounds(DAY)
    rounds.next(present, 0)
    present.push('made after an hour')
    expect(rounds.next(present, DAY).stacks).toEqual(['old', 'made after an hour'])
  })

  test('a thousand are not looked at faster than twenty in twenty seconds', () => {
    const rounds = new InspectionRounds(60_000)
    const many = Array.from({ length: 1000 }, (_, i) => `stack-${i}`)
    rounds.begin(many, 0)
    expect(rounds.next(many, 60_000)).toMatchObject({ stacks: many.slice(0, 20), afterMs: 20_000 })
  })

  test('a Stack that is gone is forgotten, and where there is none nobody is asked for', () => {
    const rounds = new InspectionRounds(DAY)
    rounds.begin(['a'], 0)
    expect(rounds.next([], 0)).toEqual({ stacks: [], afterMs: DAY })
    expect(rounds.next(['a'], 1).stacks).toEqual([])
  })
})
