/** What stands in the way of one Service of a shared Stack: a fault of the planner, a wait, an unclear refusal, a backend. The others go on. */
import { describe, expect, test } from 'vitest'
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { type Log, silentLog } from '../../src/model/log.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import type { Desired } from '../../src/provider/provider.ts'
import { type InMemoryCloud, inMemoryCloud, type InMemoryProvider, inMemoryProvider, type InMemoryStep } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { Process } from './process.ts'
import { documents, FORBIDDEN, forbid, later, many, portsOf, STACK, start } from './shared-document.ts'

const ODD = 667
const withService = (services: ReadonlyMap<NamedOwner, Desired<unknown>>, name: string, ports: readonly number[]): Map<NamedOwner, Desired<unknown>> =>
  new Map([...services, [service(name), wish(ports, { settings: { targets: 'nodes' } })]])

describe('a planner that throws at one Service', () => {
  /** It throws at whoever asks for the odd port. */
  function faulty(cloud: InMemoryCloud): InMemoryProvider {
    const provider = inMemoryProvider(cloud)
    return {
      ...provider,
      plan(intents, view, base) {
        if (intents.some((intent) => 'want' in intent && intent.want.settings.listeners.some(({ port }) => port === ODD))) throw new Error('a mistake')
        return provider.plan(intents, view, base)
      },
    }
  }

  test('is a fault of that Service alone, with the fault in the log; the others are served', async () => {
    const cloud = inMemoryCloud()
    const errors: unknown[] = []
    const log: Log = { ...silentLog, error: (message, fields) => void errors.push([message, fields]) }
    const process = new Process(bind(faulty(cloud), { log }))
    await process.reconcile(many(10))
    await process.turn(withService(many(12), 'odd', [ODD]))
    expect([...process.refused]).toEqual([['uid-odd', { problem: expect.objectContaining({ reason: 'DoesNotSettle' }) }]])
    expect(cloud.rules).toHaveLength(12)
    expect(errors).toEqual([[expect.stringContaining('a plan could not be made'), expect.objectContaining({ error: new Error('a mistake') })]])
  })

  test('what the Service gives up is still taken from it', async () => {
    const cloud = inMemoryCloud()
    const process = new Process(bind(faulty(cloud)))
    await process.reconcile(withService(many(2), 'odd', [80, 81]))
    await process.turn(withService(many(2), 'odd', [80, ODD]))
    expect(portsOf(cloud, 'odd')).toEqual([80])
  })
})

describe.each([false, true])('a planner that throws whatever is asked for, of Services that were served before: %s', (wereServed) => {
  test.each([
    ['several Services', 1, 2],
    ['several Services of many', 1, 40],
    ['any Service', 0, 1],
    ['any Service, of two', 0, 2],
    ['any Service, of many', 0, 40],
  ])('%s ends the turn', async (_, most, services) => {
    const cloud = inMemoryCloud()
    const provider = inMemoryProvider(cloud)
    let plans = 0
    let isFaulty = !wereServed
    const faulty: InMemoryProvider = {
      ...provider,
      plan(intents, view, base) {
        if (isFaulty && ++plans < 5_000 && intents.length > most) throw new Error('a mistake')
        return provider.plan(intents, view, base)
      },
    }
    const process = new Process(bind(faulty))
    if (wereServed) await process.reconcile(many(services))
    isFaulty = true
    await process.turn(new Map([...many(services)].map(([owner], i) => [owner, wish([9_000 + i], { settings: { targets: 'nodes' } })])))
    await process.turn(many(services))
    expect(plans).toBeLessThan(2_000)
  })
})

test('a cloud that refuses each step for several Services, and says of none why, ends the turn', async () => {
  const cloud = inMemoryCloud()
  const provider = inMemoryProvider(cloud)
  let calls = 0
  let isOpen = true
  const refusing: InMemoryProvider = {
    ...provider,
    apply(step, ...rest) {
      if (isOpen || step.verb === 'read' || ++calls > 5_000 || step.serves.length < 2) return provider.apply(step, ...rest)
      return Promise.reject(new CloudError('refused', { reason: 'Refused', publicMessage: 'no' }))
    },
  }
  const process = new Process(bind(refusing))
  await process.reconcile(many(40))
  isOpen = false
  const others = new Map([...many(40)].map(([owner]) => [owner, wish([8_000 + Number(owner.name.split('-').at(-1))], { settings: { targets: 'nodes' } })]))
  await process.turn(others)
  expect(calls).toBeLessThan(200)
})

describe('a wait that serves nobody', () => {
  /** The document is being updated by an earlier change, as a cloud with long operations shows it. */
  function updating(cloud: InMemoryCloud, isUpdating: () => boolean): InMemoryProvider {
    const provider = inMemoryProvider(cloud)
    const look: InMemoryStep = { verb: 'read', kind: 'document', key: STACK, serves: [], why: 'an operation is under way' }
    return {
      ...provider,
      plan(intents, view, base) {
        const plan = provider.plan(intents, view, base)
        return isUpdating() && plan.stages.length > 0 ? { ...plan, stages: [[look], ...plan.stages] } : plan
      },
      apply: (step, ...rest) => (step === look ? Promise.reject(later('an earlier change is under way')) : provider.apply(step, ...rest)),
    }
  }

  test('ends the turn as waiting: no failure, no one refused, and whoever needs nothing is served', async () => {
    const cloud = inMemoryCloud()
    let isUpdating = false
    const process = new Process(bind(updating(cloud, () => isUpdating)))
    await process.reconcile(many(2))
    isUpdating = true
    await process.turn(withService(many(2), 'new', [80]))
    const outcome = process.outcomes.get(STACK)
    expect([outcome?.stopped, [...(outcome?.refused ?? [])], outcome?.againAfterMs]).toEqual([undefined, [], 5_000])
    expect([...(outcome?.waiting ?? [])]).toEqual([['uid-new', { reason: 'Waiting', because: 'an earlier change is under way', afterMs: 5_000 }]])
    expect([...(outcome?.served ?? [])].toSorted()).toEqual(['uid-s0', 'uid-s1'])
    isUpdating = false
    await process.reconcile(withService(many(2), 'new', [80]))
    expect(portsOf(cloud, 'new')).toEqual([80])
  })
})

describe('a refusal that may have had an effect', () => {
  const halfway = (mayHaveEffect: boolean, blames: readonly string[]): CloudError =>
    new CloudError('refused', { reason: 'Refused', publicMessage: 'the operation failed halfway', blames, ...(mayHaveEffect ? { mayHaveEffect } : {}) })

  /** The first document is written, and yet refused; with `isLost` it is not written. */
  function failing(cloud: InMemoryCloud, { isLost }: { readonly isLost: boolean }): InMemoryProvider {
    const provider = inMemoryProvider(cloud)
    let isArmed = true
    return {
      ...provider,
      async apply(step, ...rest) {
        if (step.kind !== 'document' || step.verb !== 'update' || !isArmed) return provider.apply(step, ...rest)
        isArmed = false
        if (!isLost) await provider.apply(step, ...rest)
        throw halfway(
          true,
          step.serves.map(({ uid }) => uid),
        )
      },
    }
  }

  test('is looked at before it is judged: what took effect is published, and no one is refused', async () => {
    const cloud = inMemoryCloud()
    const process = new Process(bind(failing(cloud, { isLost: false })))
    await process.turn(many(2))
    await process.turn(many(2))
    expect([...process.refused.keys()]).toEqual([])
    expect([...many(2).keys()].map((owner) => process.cloud.status(STACK, owner).places.length)).toEqual([1, 1])
    expect(cloud.rules).toHaveLength(2)
  })

  test('and what took no effect is refused after the look', async () => {
    const cloud = inMemoryCloud()
    const process = new Process(bind(failing(cloud, { isLost: true })))
    await process.turn(many(1))
    await process.turn(many(1))
    expect([...process.refused.keys()]).toEqual(['uid-s0'])
  })
})

test('who is under suspicion stays so when a turn is cut short: newcomers do not wait until it is known who is at fault', async () => {
  const cloud = inMemoryCloud()
  const process = start(cloud)
  await process.reconcile(many(8))
  forbid(cloud, false)
  const refuse = cloud.answer
  let left = 2
  // In the middle of each search the cloud asks for a pause.
  cloud.answer = (step) =>
    'rules' in step && left-- <= 0 ? new CloudError('later', { reason: 'Throttled', publicMessage: 'slow down', blames: [] }) : refuse(step)
  const next = many(8, (i) => [1000 + i, i === 5 ? FORBIDDEN : 2000 + i])
  await process.turn(next)
  expect(process.outcomes.get(STACK)?.stopped?.reason).toBe('Throttled')
  left = 1
  const more = withService(withService(next, 'new', [81]), 'newer', [82])
  await process.turn(more)
  expect([portsOf(cloud, 'new'), portsOf(cloud, 'newer')]).toEqual([[81], [82]])
  left = Number.POSITIVE_INFINITY
  await process.turn(more)
  expect([...process.refused.keys()]).toEqual(['uid-s5'])
  expect(cloud.rules).toHaveLength(17)
})

describe('a pod that the cloud does not take', () => {
  const BAD = '10.9.9.9'
  const refusing = (cloud: InMemoryCloud): InMemoryCloud => {
    cloud.refuseTarget = (target) => (target.startsWith(`${BAD}:`) ? 'the pod is in no network of this account.' : undefined)
    return cloud
  }
  const web = service('web')
  const withPods = (...pods: string[]) => new Map([[web, wish([80], { pods })]])
  const endpoints = (cloud: InMemoryCloud) => cloud.rules.flatMap(({ backends }) => (backends.kind === 'endpoints' ? backends.endpoints : []))

  test('is left out, named, and tried again after one minute, two, four and eight, and every ten from then on', async () => {
    const cloud = refusing(inMemoryCloud())
    const process = start(cloud)
    await process.reconcile(withPods('10.1.0.1', BAD))
    expect(endpoints(cloud)).toEqual(['10.1.0.1:8080'])
    const outcome = process.outcomes.get(STACK)
    expect([[...(outcome?.served ?? [])], outcome?.refused.size, outcome?.stopped]).toEqual([['uid-web'], 0, undefined])
    expect(outcome?.notes?.get('uid-web')).toEqual([
      expect.stringMatching(/^Pod 10\.9\.9\.9 is left out for 80\/TCP: the pod is in no network of this account\. /),
    ])
    const triedAt: number[] = []
    for (let minute = 1; minute <= 40; minute++) {
      const before = documents(cloud)
      process.now = minute * 60_000
      await process.turn(withPods('10.1.0.1', BAD))
      if (documents(cloud) > before) triedAt.push(minute)
    }
    expect(triedAt).toEqual([1, 3, 7, 15, 25, 35])
  })

  test('is taken when the cloud takes it, and forgotten when it is gone', async () => {
    const cloud = refusing(inMemoryCloud())
    const process = start(cloud)
    await process.reconcile(withPods('10.1.0.1', BAD))
    await process.turn(withPods('10.1.0.1'))
    expect(process.outcomes.get(STACK)?.notes).toBeUndefined()
    await process.reconcile(withPods('10.1.0.1', BAD))
    cloud.refuseTarget = () => undefined
    process.now = 60_000
    await process.turn(withPods('10.1.0.1', BAD))
    expect(endpoints(cloud)).toEqual(['10.1.0.1:8080', `${BAD}:8080`])
    expect(process.outcomes.get(STACK)?.notes).toBeUndefined()
  })
})
