/** Which of several load balancers serves a Service, and which nodes are in it. */
import { describe, expect, it, test } from 'vitest'
import { type BalancerConfig, parseBalancer } from '../../../providers/azure/api/config.ts'
import { nodesFor } from '../../../providers/azure/plan/balancer/pools.ts'
import { settings } from '../../../providers/azure/settings.ts'

const NODES = Array.from({ length: 40 }, (_, index) => ({ name: `${index < 10 ? 'shop' : 'node'}-${index}`, addresses: [`10.0.0.${index + 4}`] }))

function shares(balancers: readonly BalancerConfig[]): Readonly<Record<string, number>> {
  return Object.fromEntries(balancers.map(({ name }) => [name, nodesFor(name, NODES, { balancers }).length]))
}

describe('the nodes of a load balancer', () => {
  const cases: readonly (readonly [string, readonly BalancerConfig[], object])[] = [
    ['are all, where there is one', [{ name: 'a' }], { a: 40 }],
    ['are those that it names, and the others are in the one that names none', [{ name: 'a' }, { name: 'b', nodes: ['shop-*'] }], { a: 30, b: 10 }],
    [
      'are of the first that names them',
      [{ name: 'a' }, { name: 'b', nodes: ['shop-*'] }, { name: 'c', nodes: ['shop-1', 'node-39'] }],
      { a: 29, b: 10, c: 1 },
    ],
  ]
  test.each(cases)('%s', (_, balancers, expected) => {
    expect(shares(balancers)).toEqual(expected)
  })

  it('that none names are shared, each in one; one more takes its share, and moves no other node', () => {
    const [two, three] = [
      [{ name: 'a' }, { name: 'b' }],
      [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    ]
    const inA = (balancers: readonly BalancerConfig[]): readonly string[] => nodesFor('a', NODES, { balancers }).map(({ name }) => name)
    const sum = Object.values(shares(three)).reduce((total, count) => total + count, 0)
    expect(sum).toBe(NODES.length)
    expect(Math.min(...Object.values(shares(three)))).toBeGreaterThan(5)
    expect(inA(two)).toEqual(expect.arrayContaining([...inA(three)]))
  })

  it('of one that is not configured any more are none', () => {
    expect(nodesFor('old', NODES, { balancers: [{ name: 'a' }] })).toEqual([])
  })
})

describe('the setting', () => {
  it('is a name, and names of nodes', () => {
    expect(parseBalancer('edge')).toEqual({ name: 'edge' })
    expect(parseBalancer('shop=aks-shop-*+aks-misc-000001')).toEqual({ name: 'shop', nodes: ['aks-shop-*', 'aks-misc-000001'] })
  })

  test.each(['', '=a', 'shop=', 'shop=a++b', 'shop=a,b', 'shop=*', 'kubernetes', 'kubernetes-internal=a', 'a b'])('is not %j', (value) => {
    expect(parseBalancer(value)).toBeUndefined()
    expect(() => settings['azure-more-load-balancers'].parse(value)).toThrow(/NAME/)
  })
})
