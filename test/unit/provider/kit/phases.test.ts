import { describe, expect, test } from 'vitest'
import { inPhase, readOnce, stagesInOrder } from '../../../../src/provider/kit/phases.ts'
import type { Step } from '../../../../src/provider/provider.ts'
import { owner } from '../../../contract/wish.ts'

const PHASES = ['read', 'open', 'close'] as const
const [web, dns] = [owner('web'), owner('dns')]

function step(verb: Step['verb'], key: string, more: Partial<Step> = {}): Step {
  return { verb, kind: 'rule', key, serves: [web], why: 'a test asks for it', ...more }
}

describe('steps in phases', () => {
  test('become one stage for each phase that has a step, in the order of the phases', () => {
    const steps = [inPhase('close', step('delete', 'old')), inPhase('open', step('create', 'new')), inPhase('close', step('delete', 'older'))]
    expect(stagesInOrder(PHASES, steps).map((stage) => stage.map(({ key }) => key))).toEqual([['new'], ['old', 'older']])
  })

  test('of one phase with an order of their own become a stage for each', () => {
    const steps = [inPhase('open', step('update', 'second'), 1), inPhase('close', step('delete', 'last')), inPhase('open', step('update', 'first'))]
    expect(stagesInOrder(PHASES, steps).map((stage) => stage.map(({ key }) => key))).toEqual([['first'], ['second'], ['last']])
  })

  test('of one stage are sorted by kind, key and verb, in whatever order they were planned', () => {
    const steps = [step('update', 'b'), step('create', 'b'), step('create', 'a'), step('create', 'z', { kind: 'address' })].map((one) => inPhase('open', one))
    const expected = [['create address z', 'create rule a', 'create rule b', 'update rule b']]
    for (const planned of [steps, steps.toReversed()])
      expect(
        stagesInOrder<(typeof PHASES)[number], Step>(PHASES, planned).map((stage) => stage.map(({ verb, kind, key }) => `${verb} ${kind} ${key}`)),
      ).toEqual(expected)
  })

  test('take something from all whom they serve where they only take away, and do not say from whom', () => {
    expect(inPhase('close', step('delete', 'a', { serves: [web, dns] })).step.takesFrom).toEqual([web, dns])
    expect(inPhase('close', step('delete', 'a', { serves: [web, dns], takesFrom: [dns] })).step.takesFrom).toEqual([dns])
    expect(inPhase('open', step('create', 'a')).step.takesFrom).toBeUndefined()
    expect(inPhase('open', step('update', 'a')).step.takesFrom).toBeUndefined()
    expect(inPhase('close', step('update', 'a', { shrinks: true })).step.takesFrom).toEqual([web])
  })

  test('read each thing once, whoever asks for it, and change all they are to change', () => {
    const steps = [step('read', 'a'), step('update', 'a'), step('read', 'a', { serves: [dns] }), step('update', 'a', { serves: [dns] })]
    expect(readOnce(steps.map((one) => inPhase('read', one))).map((one) => one.step)).toEqual([steps[0], steps[1], steps[3]])
  })
})
