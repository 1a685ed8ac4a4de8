/** A plan as a tree. */
import { describe, expect, test } from 'vitest'
import { planLines } from '../../../src/cli/plan-tree.ts'
import { PLAIN, rendered } from '../../../src/cli/screen/render.ts'
import type { ServicePreview } from '../../../src/cli/preview.ts'
import type { Found } from '../../../src/cli/service-report.ts'
import { eachOnce } from '../../../src/cli/shared-steps.ts'
import { stepName } from '../../../src/provider/engine/plan-text.ts'
import { sumOf } from '../../../src/provider/engine/plan-sum.ts'
import type { Plan, Step } from '../../../src/provider/provider.ts'

const owner = { namespace: 'shop', name: 'web', uid: 'uid-web' }
const step = (verb: Step['verb'], key: string, more: Partial<Step> = {}): Step => ({
  verb,
  kind: 'thing',
  key,
  serves: [owner],
  why: `${key} is asked for`,
  ...more,
})

function previewOf({ stages = [], refused = [], waiting = [] }: Partial<Plan<Step>>): ServicePreview {
  const plan = { stages, refused, waiting }
  const sum = sumOf(plan, { published: [], outlook: undefined, lingerMs: 0 })
  const names = new Map(stages.flat().map((one) => [one, stepName(one)]))
  return { stack: 'edge', title: 'edge', plan, sum, neighbours: [], names }
}

function treeOf(plan: Partial<Plan<Step>>, screen = PLAIN): readonly string[] {
  return textOf(planLines(previewOf(plan), 'test, Stack edge'), screen)
}

function textOf(lines: Parameters<typeof rendered>[0], screen = PLAIN): readonly string[] {
  return rendered(lines, screen).trimEnd().split('\n')
}

describe('the tree of a Stack', () => {
  test('has its stages, and in each what is created, changed and deleted', () => {
    const stages = [
      [step('create', 'a'), step('create', 'b', { title: 'b at 192.0.2.1' })],
      [step('update', 'c')],
      [step('delete', 'd', { interrupts: 'port 80' })],
    ]
    expect(treeOf({ stages })).toEqual([
      'test, Stack edge',
      '├─ stage 1',
      '│  ├─ + thing a: a is asked for',
      '│  └─ + thing b at 192.0.2.1: b is asked for',
      '├─ stage 2',
      '│  └─ ~ thing c: c is asked for',
      '└─ stage 3',
      '   └─ - thing d: d is asked for INTERRUPTS port 80',
      'Plan: 2 to create, 1 to change, 1 to delete; interrupts: delete thing d (port 80).',
      'The steps of a stage run side by side; the next stage starts when they are done.',
    ])
  })

  test('of one stage has its steps alone', () => {
    expect(treeOf({ stages: [[step('create', 'a')]] })).toEqual([
      'test, Stack edge',
      '└─ + thing a: a is asked for',
      'Plan: 1 to create, 0 to change, 0 to delete; interrupts: nothing.',
    ])
  })

  test('names who is refused, with its ports, and who waits', () => {
    const problem = { reason: 'Conflict', field: 'spec.ports', value: '80/TCP', wrong: 'is in use' } as const
    const refused = [{ owner, ports: [{ port: 80, protocol: 'TCP' as const, error: 'x' }], problem }]
    expect(treeOf({ refused, waiting: [{ owner, because: 'the address is being freed', afterMs: 1000 }] })).toEqual([
      'test, Stack edge',
      '├─ ! refused shop/web 80/TCP: spec.ports: "80/TCP" is in use',
      '└─ . waiting shop/web: the address is being freed',
    ])
  })

  test('at rest says so', () => expect(treeOf({})).toEqual(['test, Stack edge', '└─ nothing to do']))

  test('keeps its branches where a terminal is narrow, and nothing of a name acts on it', () => {
    const stages = [[step('create', 'a', { why: 'the Service asks for it in a sentence' })], [step('create', 'e\u001B[2J')]]
    expect(treeOf({ stages }, { hasColour: false, columns: 40 }).slice(0, 6)).toEqual([
      'test, Stack edge',
      '├─ stage 1',
      '│  └─ + thing a: the Service asks for it',
      '│       in a sentence',
      '└─ stage 2',
      String.raw`   └─ + thing e\u001b[2J: e\u001b[2J is`,
    ])
  })

  test('has a colour for each kind of step', () => {
    const [, created] = treeOf({ stages: [[step('create', 'a')]] }, { hasColour: true })
    expect(created).toBe('└─ \u001B[32m+ thing a\u001B[39m: a is asked for')
  })
})

describe('of several Services', () => {
  const found = (service: string, ...previews: ServicePreview[]): Found =>
    ({ report: { service }, concerns: [{ view: { cloud: { name: 'test' } }, previews }] }) as unknown as Found

  const group = step('create', 'group')
  const balancer = step('create', 'balancer')

  test('a step that both need stands with the first, and is counted once', () => {
    const [web, mail] = [
      previewOf({ stages: [[group], [balancer, step('update', 'web')]] }),
      previewOf({ stages: [[{ ...group }], [{ ...balancer }, step('create', 'mail')]] }),
    ]
    const { shownOf, total } = eachOnce([found('shop/web', web), found('shop/mail', mail)])
    expect(shownOf(web)).toMatchObject({ plan: web.plan, sum: web.sum })
    expect(textOf(planLines({ ...mail, ...shownOf(mail) }, 'test, Stack edge'))).toEqual([
      'test, Stack edge',
      '├─ = 2 steps shared with shop/web, shown there',
      '└─ + thing mail: mail is asked for',
      'Plan: 1 to create, 0 to change, 0 to delete besides what is shared; interrupts: nothing.',
    ])
    expect(total).toEqual({ created: 3, changed: 1, removed: 0 })
  })

  test('one that needs nothing of its own shows what it shares', () => {
    const [web, mail] = [previewOf({ stages: [[group]] }), previewOf({ stages: [[group]] })]
    const { shownOf, total } = eachOnce([found('shop/web', web), found('shop/mail', mail)])
    expect(textOf(planLines({ ...mail, ...shownOf(mail) }, 'test, Stack edge'))).toEqual([
      'test, Stack edge',
      '└─ = 1 step shared with shop/web, shown there',
      'Plan: 0 to create, 0 to change, 0 to delete besides what is shared; interrupts: nothing.',
    ])
    expect(total).toEqual({ created: 1, changed: 0, removed: 0 })
  })

  test('the same name at two providers is two things', () => {
    const [one, other] = [previewOf({ stages: [[group]] }), previewOf({ stages: [[group]] })]
    const concerns = [one, other].map((preview, i) => ({ view: { cloud: { name: `cloud-${i}` } }, previews: [preview] }))
    expect(eachOnce([{ report: { service: 'shop/web' }, concerns } as unknown as Found]).total.created).toBe(2)
  })
})
