import { describe, expect, test } from 'vitest'
import { Mirror } from '../../../src/provider/engine/mirror.ts'

interface View {
  readonly listed: string
  /** Stands on no listing. */
  readonly deep?: string
}

function mirror(): Mirror<View> {
  return new Mirror<View>({ merge: (known, listed) => (known.listed === listed.listed ? { ...known, ...listed } : listed), isEmpty: () => false })
}

/** An inventory in which something happens after each page. */
async function* pages(entries: readonly (readonly [string, View])[], meanwhile: () => void = () => {}): AsyncGenerator<readonly [string, View]> {
  for (const entry of entries) {
    yield entry
    await Promise.resolve()
    meanwhile()
  }
}

describe('a listing', () => {
  test('is what is known of a Stack nobody knew', async () => {
    const known = mirror()
    expect(await known.learn(pages([['a', { listed: '1' }]]))).toEqual(['a'])
    expect(known.sure('a')).toEqual({ listed: '1' })
  })

  test('keeps what is deeper, and changes nothing when it brings no news', async () => {
    const known = mirror()
    known.observed('a', { listed: '1', deep: 'x' }, known.moment)
    expect(await known.learn(pages([['a', { listed: '1' }]]))).toEqual([])
    expect(known.sure('a')).toEqual({ listed: '1', deep: 'x' })
    expect(await known.learn(pages([['a', { listed: '2' }]]))).toEqual(['a'])
    expect(known.sure('a')).toEqual({ listed: '2' })
  })

  test('puts in doubt what it does not list, and forgets nobody', async () => {
    const known = mirror()
    known.observed('a', { listed: '1' }, known.moment)
    expect(await known.learn(pages([]))).toEqual(['a'])
    expect([known.sure('a'), known.last('a')]).toEqual([undefined, { listed: '1' }])
    expect([...known.stacks()]).toHaveLength(1)
  })

  test('never overwrites and never doubts what was written since it began', async () => {
    const known = mirror()
    for (const stack of ['a', 'b', 'c']) known.observed(stack, { listed: '1' }, known.moment)
    const write = (): void => {
      for (const stack of ['b', 'c']) known.folded(stack, () => ({ listed: '2' }))
    }
    await known.learn(
      pages(
        [
          ['a', { listed: '1' }],
          ['b', { listed: '1' }],
        ],
        write,
      ),
    )
    expect(known.sure('b')).toEqual({ listed: '2' })
    expect(known.sure('c')).toEqual({ listed: '2' })
  })

  test('never lifts a doubt, but tells of a Stack in doubt that nobody knew', async () => {
    const known = mirror()
    known.doubt('a')
    await known.learn(pages([['a', { listed: '1' }]]))
    expect([known.isInDoubt('a'), known.last('a')]).toEqual([true, { listed: '1' }])
  })

  test('that began before does not bring back what was forgotten', async () => {
    const known = mirror()
    known.observed('z', { listed: '1' }, known.moment)
    await known.learn(
      pages(
        [
          ['a', { listed: '1' }],
          ['z', { listed: '1' }],
        ],
        () => known.forget('z'),
      ),
    )
    expect(known.last('z')).toBeUndefined()
  })

  test('that breaks off doubts nobody', async () => {
    const known = mirror()
    known.observed('a', { listed: '1' }, known.moment)
    const broken = pages([['b', { listed: '1' }]], () => {
      throw new Error('connection reset')
    })
    await expect(known.learn(broken)).rejects.toThrow('connection reset')
    expect(known.sure('a')).toEqual({ listed: '1' })
  })
})

describe('an observation', () => {
  test('lifts the doubts that are older than it, and none that came while it was made', () => {
    const known = mirror()
    known.doubt('a')
    const began = known.moment
    known.doubt('b')
    known.observed('a', { listed: '1' }, began)
    known.observed('b', { listed: '1' }, began)
    expect([known.isInDoubt('a'), known.isInDoubt('b')]).toEqual([false, true])
  })

  test('says nothing where a write was quicker', () => {
    const known = mirror()
    known.observed('a', { listed: '1' }, known.moment)
    const began = known.moment
    known.folded('a', () => ({ listed: '2' }))
    known.observed('a', { listed: '1' }, began)
    expect(known.sure('a')).toEqual({ listed: '2' })
  })
})

test('an observation that began before an inventory says nothing of a Stack that the inventory found changed', async () => {
  const known = mirror()
  known.observed('a', { listed: '1' }, known.moment)
  known.observed('b', { listed: '1' }, known.moment)
  const began = known.moment
  await known.learn(
    pages([
      ['a', { listed: '2' }],
      ['b', { listed: '1' }],
    ]),
  )
  expect(known.observed('a', { listed: '1', deep: 'older' }, began)).toBe(false)
  expect(known.observed('b', { listed: '1', deep: 'x' }, began)).toBe(true)
  expect([known.sure('a'), known.sure('b')]).toEqual([{ listed: '2' }, { listed: '1', deep: 'x' }])
})

test('a step that was applied lifts no doubt', () => {
  const known = mirror()
  known.observed('a', { listed: '1' }, known.moment)
  known.doubt('a')
  known.folded('a', () => ({ listed: '2' }))
  expect([known.isInDoubt('a'), known.last('a')]).toEqual([true, { listed: '2' }])
})
