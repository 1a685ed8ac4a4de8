/** The table of `fairlead get`, its sum, and what an empty one says. */
import { describe, expect, test } from 'vitest'
import { ageText, emptyLines, rowLines, sumLine, type TableForm } from '../../../src/cli/get-table.ts'
import { rowWatch } from '../../../src/cli/get-watch.ts'
import type { Line } from '../../../src/cli/screen/line.ts'
import { PLAIN, rendered } from '../../../src/cli/screen/render.ts'
import { escapedLines } from '../../../src/model/text.ts'
import type { Service } from '../../../src/model/cluster.ts'
import { rowsOf } from '../../../src/overview/service-row.ts'
import { clusterOf, condition, HELD, made, SERVED, SINCE, sliceOf } from '../overview/given.ts'

const PROVIDERS = { names: ['test'] }
const FORM: TableForm = { isOfAll: false, isWide: false, now: new Date(Date.parse(SINCE) + 300_000) }
const endpoints = [
  { addresses: ['10.0.0.1'], conditions: { ready: true } },
  { addresses: ['10.0.0.2'], conditions: { ready: false } },
]

const refused = made({
  metadata: { ...HELD, name: 'api', uid: 'uid-2' },
  spec: { ports: [1, 2, 3, 4, 5, 6].map((port) => ({ port })) },
  status: { conditions: [condition('Ready', 'False', 'Invalid', 'spec.ports is wrong. Choose others.')] },
})
const rows = rowsOf(
  clusterOf([made(SERVED), refused], (name) => (name === 'web' ? sliceOf(endpoints) : [])),
  PROVIDERS,
)
const text = (lines: readonly Line[]): readonly string[] => rendered(lines, PLAIN).trimEnd().split('\n')

describe('the table', () => {
  test('has a line for each Service: where it is served, with how many backends, in which state, and why', () => {
    expect(text([...rowLines(rows, FORM), sumLine(rows)])).toEqual([
      'NAME   PROVIDER   ADDRESS     PORTS                        BACKENDS   STATE    SINCE   REASON',
      'api    test       <pending>   1/TCP,2/TCP,3/TCP,4/TCP,+2   -          Failed   5m      Invalid: spec.ports is wrong.',
      'web    test       192.0.2.7   80/TCP                       1/2        Ready    5m',
      '2 Services: 1 Ready, 1 Failed.',
    ])
  })

  test('of all namespaces names them; wide it has class, Stacks and the whole message', () => {
    const wide = text(rowLines(rows, { ...FORM, isOfAll: true, isWide: true }))
    expect(wide[0]).toMatch(/^NAMESPACE +NAME .* SINCE +REASON +CLASS +STACK +MESSAGE$/)
    expect(wide[1]).toMatch(
      /^shop +api .* 1\/TCP,2\/TCP,3\/TCP,4\/TCP,5\/TCP,6\/TCP .* Invalid +fairlead\.dev\/test +<none> +spec\.ports is wrong\. Choose others\.$/,
    )
  })

  test('fits a narrow terminal by its last column', () => {
    expect(Math.max(...text(rowLines(rows, { ...FORM, columns: 110 })).map(({ length }) => length))).toBeLessThanOrEqual(110)
  })

  test('of nothing says so, and what to do next', () => {
    const said = (where: string | undefined, unclaimed: readonly string[]) => text(emptyLines(where, { unclaimed, classes: ['fairlead.dev/test'] }))[0]
    expect(said('shop', [])).toBe('Fairlead has no Services in the namespace shop. `fairlead get -A` lists those of all namespaces.')
    expect(said(undefined, [])).toBe(
      'Fairlead has no Services in this cluster. Create a Service of type LoadBalancer with spec.loadBalancerClass set to one of fairlead.dev/test.',
    )
    expect(said('shop', ['shop/a', 'shop/b', 'shop/c', 'shop/d'])).toBe(
      'Fairlead has no Services in the namespace shop. 4 Services of type LoadBalancer have no class of Fairlead: shop/a, shop/b, shop/c, +1. `fairlead explain shop/a` says why.',
    )
  })
})

test.each([
  [-5, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [7_199_000, '119m'],
  [7_200_000, '2h'],
  [200_000_000, '2d'],
])('%d milliseconds are %s', (ms, expected) => expect(ageText(ms)).toBe(expected))

describe('a watch', () => {
  function watching(output: 'text' | 'json' | 'yaml'): {
    readonly printed: string[]
    readonly change: (services: readonly Service[], slices?: typeof endpoints) => void
  } {
    const printed: string[] = []
    const terminal = {
      out: (said: string) => void printed.push(escapedLines(said)),
      show: (lines: readonly Line[]) => void printed.push(rendered(lines, PLAIN)),
    }
    const { onSynced, onChange } = rowWatch({ providers: PROVIDERS, output, terminal, form: () => FORM })
    const cluster = (services: readonly Service[], slices: typeof endpoints) => ({
      ...clusterOf(services, () => sliceOf(slices)),
      service: (_: string, name: string) => services.find(({ metadata }) => metadata.name === name),
    })
    onSynced(cluster([made(SERVED)], endpoints))
    return {
      printed,
      change: (services, slices = endpoints) => {
        for (const name of ['web', 'api']) onChange(cluster(services, slices), { resource: 'services', namespace: 'shop', name })
      },
    }
  }

  test('prints the table, and then a line for what changed, under the same columns', () => {
    const { printed, change } = watching('text')
    change([made(SERVED)])
    expect(printed).toHaveLength(1)
    change([made(SERVED), refused])
    change([refused], endpoints)
    expect(printed.join('').split('\n')).toEqual([
      'NAME           PROVIDER   ADDRESS           PORTS    BACKENDS   STATE         SINCE   REASON',
      'web            test       192.0.2.7         80/TCP   1/2        Ready         5m',
      'api            test       <pending>         1/TCP,2/TCP,3/TCP,4/TCP,+2   -          Failed        5m      Invalid: spec.ports is wrong.',
      'web            test       192.0.2.7         80/TCP   1/2        Deleted       5m',
      '',
    ])
  })

  test('sees that backends come and go', () => {
    const { printed, change } = watching('text')
    change([made(SERVED)], [])
    expect(printed.at(-1)).toContain(' 0/0 ')
  })

  test('for programs has one object for each change', () => {
    const { printed, change } = watching('json')
    change([])
    expect(printed.map((said) => JSON.parse(said) as unknown)).toMatchObject([
      { type: 'ADDED', service: { name: 'web', state: 'Ready' } },
      { type: 'DELETED', service: { name: 'web' } },
    ])
    expect(watching('yaml').printed[0]).toMatch(/^---\ntype: ADDED\nservice:\n {2}namespace: shop\n/)
  })
})
