/** Whose a public address is that several Services have. */
import { expect, test } from 'vitest'
import type { AzureOptions } from '../../../annotations/azure.ts'
import type { Intent } from '../../../src/provider/provider.ts'
import { address, holding, planFor, want } from './build.ts'

const MADE = address('made', { ipAddress: '203.0.113.9' }, { tags: { 'fairlead.dev-cluster': 'c1', 'fairlead.dev-owner': 'uid-default-first' } })
const FIRST = want('first')
const SECOND = want('second', { addressNames: ['made'], listeners: ['81/TCP'] })

const writes = (first: Intent<AzureOptions>): readonly string[] =>
  planFor([first, SECOND], holding([MADE]))
    .stages.flat()
    .flatMap(({ verb, kind, title, why }) => (kind === 'public address' && title === 'made' && verb !== 'read' ? [`${verb}: ${why}`] : []))

test.each<[string, Intent<AzureOptions>, readonly string[]]>([
  ['stays with the Service that it was made for while that one is followed', { owner: FIRST.owner, follow: FIRST.want.backends }, []],
  ['passes to the one that uses it when that one goes', { owner: FIRST.owner, gone: true }, ['update: its Service no longer has it, and another one uses it']],
])('it %s', (_, first, expected) => {
  expect(writes(first)).toEqual(expected)
})

test('an owner that is not mentioned keeps it', () => {
  const { stages } = planFor([SECOND], holding([MADE]))
  expect(stages.flat().filter(({ kind }) => kind === 'public address')).toEqual([])
})
