import { expect, test } from 'vitest'
import { chartValues } from '../../../docs/chart-values.ts'

test('values are reported in their order, with the comment that stands above each', () => {
  const yaml = `# About the file.

# The first,
# in two lines.
first: ''
group:
  # Within.
  inner: [1]
  # Also within.
  other: { a: b }
# One value, whatever it holds.
whole:
  a: 1
`
  expect(chartValues(yaml)).toEqual([
    { path: 'first', fallback: '""', doc: 'The first, in two lines.' },
    { path: 'group.inner', fallback: '[1]', doc: 'Within.' },
    { path: 'group.other', fallback: '{"a":"b"}', doc: 'Also within.' },
    { path: 'whole', fallback: '{"a":1}', doc: 'One value, whatever it holds.' },
  ])
})

test.each([
  ['a value', 'first: 1\n', 'first'],
  ['a value of a group', '# One.\na: 1\ngroup:\n  inner: 1\n', 'group.inner'],
  ['an empty map', 'first: {}\n', 'first'],
])('%s without a comment is named', (_, yaml, path) => {
  expect(() => chartValues(yaml)).toThrow(`helm-chart/values.yaml: ${path} has no comment`)
})
