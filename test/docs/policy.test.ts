/** The examples of the page can be copied as they are, and do what the page says. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { against, policyOf } from '../unit/policy/given.ts'

const PAGE = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')
const [, EXAMPLE = ''] = /```yaml\n(.*?)```/s.exec(PAGE) ?? []

const rulesAgainst = (...asked: readonly [string, Record<string, string>, Record<string, string>?]): readonly string[] => {
  const [namespace, annotations, labels = {}] = asked
  return against(policyOf(EXAMPLE), { namespace, annotations }, labels).map((text) => /rule "(.*?)"/.exec(text)?.[1] ?? text)
}

test('the example allows and refuses what its comments say', () => {
  const scheme = { 'fairlead.dev/scheme': 'internet-facing' }
  expect(rulesAgainst('shop', {})).toEqual([])
  expect(rulesAgainst('shop', scheme)).toEqual(['internal-only'])
  expect(rulesAgainst('shop', scheme, { exposure: 'public' })).toEqual([])
  expect(rulesAgainst('shop', { 'fairlead.dev/adopt': 'arn' })).toEqual(['account'])
  expect(rulesAgainst('infra-dns', { 'fairlead.dev/adopt': 'arn' })).toEqual([])
  expect(rulesAgainst('shop', { 'fairlead.dev/tls-certificates': 'arn:aws:acm:eu-west-1:111122223333:certificate/1' })).toEqual([])
  expect(rulesAgainst('intranet-wiki', {})).toEqual([])
  expect(rulesAgainst('intranet-wiki', { 'fairlead.dev/source-ranges': '0.0.0.0/0' })).toEqual(['intranet'])
  expect(rulesAgainst('team-a', { 'fairlead.dev/share': 'other' })).toEqual(['teams'])
})

test('the page names every field of a rule', () => {
  for (const field of [
    'contact',
    'name',
    'namespaces',
    'allowedAnnotations',
    'forbiddenAnnotations',
    'allowedValues',
    'allowedSourceRanges',
    'maxServices',
    'defaults',
  ])
    expect(PAGE).toContain(`| \`${field}\` |`)
})
