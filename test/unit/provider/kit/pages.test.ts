import { describe, expect, test } from 'vitest'
import { chunks, pages } from '../../../../src/provider/kit/pages.ts'

interface Page {
  readonly items: readonly string[]
  readonly nextLink?: string
}

describe('pages', () => {
  test.each([undefined, ''])('come one after the other, until one has nothing that continues the list (%j)', async (last) => {
    const list = new Map<string | undefined, Page>([
      [undefined, { items: ['a'], nextLink: '?page=2' }],
      ['?page=2', { items: ['b'], nextLink: '?page=3' }],
      ['?page=3', { items: ['c'], ...(last === undefined ? {} : { nextLink: last }) }],
    ])
    const asked: (string | undefined)[] = []
    const ask = async (link: string | undefined): Promise<Page> => {
      asked.push(link)
      return list.get(link) ?? { items: [`no page ${link}`] }
    }
    const found = await Array.fromAsync(pages(ask, ({ nextLink }) => nextLink))
    expect(found.flatMap(({ items }) => items)).toEqual(['a', 'b', 'c'])
    expect(asked).toEqual([undefined, '?page=2', '?page=3'])
  })

  test('a page that is not needed is not asked for', async () => {
    let asked = 0
    const ask = async (): Promise<Page> => ({ items: [String(++asked)], nextLink: 'more' })
    for await (const { items } of pages(ask, ({ nextLink }) => nextLink)) if (items.includes('2')) break
    expect(asked).toBe(2)
  })
})

test('a list in pieces keeps its order', () => {
  expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(chunks([], 2)).toEqual([])
})
