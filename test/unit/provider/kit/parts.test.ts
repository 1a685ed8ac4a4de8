import { describe, expect, test } from 'vitest'
import { allOf, partChanges, stackViews, unchanged } from '../../../../src/provider/kit/parts.ts'

interface Rule {
  readonly port: number
}

interface View {
  readonly rules: ReadonlyMap<string, Rule>
  readonly addresses: ReadonlyMap<string, string>
  readonly network?: string
}

const { put, change, remove } = partChanges<View>()
const view: View = { rules: new Map([['web', { port: 80 }]]), addresses: new Map([['a', '10.0.0.1']]), network: 'net' }

describe('a view with a changed part', () => {
  test('has the part that was put, and everything else as it was', () => {
    const after = put('rules', 'dns', { port: 53 })(view)
    expect([...after.rules.keys()]).toEqual(['web', 'dns'])
    expect(after).toMatchObject({ addresses: view.addresses, network: 'net' })
    expect(view.rules.size).toBe(1)
  })

  test('has the change of a part that is there', () => {
    expect(change('rules', 'web', ({ port }) => ({ port: port + 1 }))(view).rules.get('web')).toEqual({ port: 81 })
  })

  test('is the same view where the part is gone meanwhile', () => {
    expect(change('rules', 'gone', () => ({ port: 1 }))(view)).toBe(view)
  })

  test('has none of the parts that were removed', () => {
    expect(remove('rules', ({ port }) => port === 80)(view).rules.size).toBe(0)
    expect(remove('addresses', (_, key) => key === 'b')(view).addresses).toEqual(view.addresses)
  })

  test('is changed by several answers in any order', () => {
    const folds = [put('rules', 'dns', { port: 53 }), put('addresses', 'b', '10.0.0.2'), remove('addresses', (ip) => ip === '10.0.0.1'), unchanged<View>]
    expect(allOf(...folds.toReversed())(view)).toEqual(allOf(...folds)(view))
  })
})

describe('a listing', () => {
  const empty = (): View => ({ rules: new Map(), addresses: new Map() })

  test('is sorted into the Stacks that its marks name', () => {
    const views = stackViews(empty)
    views.add('one', 'rules', 'web', { port: 80 })
    views.add('two', 'rules', 'dns', { port: 53 })
    views.add('one', 'addresses', 'a', '10.0.0.1')
    expect(views.of('one')).toEqual({ rules: new Map([['web', { port: 80 }]]), addresses: new Map([['a', '10.0.0.1']]) })
    expect([...views.all()].map(([stack]) => stack)).toEqual(['one', 'two'])
  })

  test('has an empty view of a Stack of which nothing was found', () => {
    expect(stackViews(empty).of('one')).toEqual(empty())
  })
})
