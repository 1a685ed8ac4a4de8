import { describe, expect, test } from 'vitest'
import { remembering } from '../../../../src/provider/kit/plan-memory.ts'
import type { Desired, Intent, Plan, Step } from '../../../../src/provider/provider.ts'
import { at, backends, owner, wish } from '../../../contract/wish.ts'

const web = owner('web')

/** A planner that counts how often it plans, with its memory. */
function counted() {
  let plans = 0
  const plan = remembering((): Plan<Step> => {
    plans++
    return { stages: [], refused: [], waiting: [] }
  })
  return { plan, plans: () => plans }
}

function asks(want: Desired<never>, more: Partial<Extract<Intent<never>, { want: unknown }>> = {}): Intent<never> {
  return { owner: web, want, published: [], ...more }
}

describe('a planner with a memory', () => {
  const want = wish()
  const view = {}

  test('plans once for the same question, though the intent is another object', () => {
    const { plan, plans } = counted()
    expect(plan([asks(want)], view)).toBe(plan([asks(want)], view))
    expect(plans()).toBe(1)
  })

  test.each<[string, readonly Intent<never>[]]>([
    ['other settings', [asks({ ...want, settings: { ...want.settings } })]],
    ['other backends', [asks({ ...want, backends: backends({ '80/TCP': ['10.244.0.2:8080'] }) })]],
    ['something published', [asks(want, { published: at('192.0.2.1') })]],
    ['something that lingers', [asks(want, { lingering: at('192.0.2.1') })]],
    ['another kind of intent', [{ owner: web, gone: true }]],
    ['one more owner', [asks(want), { owner: owner('dns'), gone: true }]],
    ['less than all backends', [{ owner: web, follow: want.backends, shrinkOnly: true }]],
  ])('plans again for %s', (_, other) => {
    const { plan, plans } = counted()
    plan([asks(want)], view)
    plan(other, view)
    expect(plans()).toBe(2)
  })

  test('plans again for another view, and for another base', () => {
    const { plan, plans } = counted()
    plan([asks(want)], view)
    plan([asks(want)], { ...view })
    plan([asks(want)], view, { isBase: true })
    expect(plans()).toBe(3)
  })

  test.each([
    ['pods', 1],
    ['nodes', 2],
  ] as const)('with %s as targets, another set of nodes makes %i plans', (targets, expected) => {
    const { plan, plans } = counted()
    const asked = wish({ targets })
    plan([asks(asked)], view)
    plan([asks({ ...asked, backends: { ...asked.backends, nodes: { nodes: [] } } })], view)
    expect(plans()).toBe(expected)
  })
})
