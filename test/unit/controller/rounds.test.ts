import { describe, expect, test } from 'vitest'
import { Rounds } from '../../../src/controller/rounds.ts'

const DAY = 24 * 3_600_000

/** Plays the rounds and answers who was looked at when, in minutes. */
function play(rounds: Rounds, present: () => readonly string[], minutes: number): readonly [string, number][] {
  const seen: [string, number][] = []
  for (let now = 0; now <= minutes * 60_000;) {
    const { stack, afterMs } = rounds.next(present(), now)
    if (stack !== undefined) seen.push([stack, now / 60_000])
    now += afterMs
  }
  return seen
}

describe('looking at each Stack in full', () => {
  test('those found at a start come within the first share of a round, one after the other', () => {
    const rounds = new Rounds(DAY)
    rounds.begin(['a', 'b', 'c'])
    expect(play(rounds, () => ['a', 'b', 'c'], 60)).toEqual([
      ['a', 0],
      ['b', 20],
      ['c', 40],
    ])
  })

  test('then each comes once a round', () => {
    const rounds = new Rounds(DAY)
    rounds.begin(['a', 'b'])
    const seen = play(rounds, () => ['a', 'b'], 3 * 24 * 60 - 1).map(([stack]) => stack)
    expect(seen.filter((stack) => stack === 'a')).toHaveLength(3)
    expect(seen.filter((stack) => stack === 'b')).toHaveLength(3)
  })

  test('a Stack that this process made comes a round after it was first seen', () => {
    const seen = play(new Rounds(DAY), () => ['new'], 24 * 60)
    expect(seen).toEqual([['new', 24 * 60]])
  })

  test('one that is made between two questions comes within a round of its making', () => {
    const present = ['old']
    const rounds = new Rounds(DAY)
    rounds.next(present, 0)
    present.push('made after an hour')
    const { stack, afterMs } = rounds.next(present, DAY)
    expect(stack).toBe('old')
    expect(rounds.next(present, DAY + afterMs).stack).toBe('made after an hour')
    expect(DAY + afterMs).toBeLessThan(DAY + 3_600_000)
  })

  test('a thousand are not looked at faster than one a second', () => {
    const rounds = new Rounds(60_000)
    const many = Array.from({ length: 1000 }, (_, i) => `stack-${i}`)
    rounds.begin(many)
    expect(rounds.next(many, 0).afterMs).toBe(1000)
  })

  test('a Stack that is gone is forgotten, and where there is none nobody is asked for', () => {
    const rounds = new Rounds(DAY)
    rounds.begin(['a'])
    expect(rounds.next([], 0)).toEqual({ afterMs: DAY })
    expect(rounds.next(['a'], 1).stack).toBeUndefined()
  })
})
