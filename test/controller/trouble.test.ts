import { expect, test } from 'vitest'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { inMemoryProvider } from '../in-memory/index.ts'
import { until } from '../until.ts'
import { conflict, expired, lostAnswer, serverError } from './faults.ts'
import { againstServers } from './support.ts'
import { addressOf, FINALIZER, finalizersOf, readyOf, STACKS } from './world.ts'

const denied = (): CloudError => new CloudError('refused', { reason: 'Denied', publicMessage: 'the right documents.delete is missing', blames: [] })

againstServers('trouble', (world) => {
  test('while the cloud refuses to delete, the finalizer stays and the reason is reported; then it goes', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    world().cloud.answer = denied
    await world().remove('web')
    const service = await world().reported('web', 'Denied')
    expect(finalizersOf(service)).toEqual([FINALIZER])
    expect(readyOf(service)?.message).toMatch(/documents\.delete/)
    world().cloud.answer = () => undefined
    // The change has it tried at once, where it was not in that very moment, and has gone.
    const [touched] = await Promise.allSettled([
      world().patch('web', { metadata: { labels: { touched: 'yes' }, annotations: { 'fairlead.dev/tags': 'a=b' } } }),
    ])
    expect(touched.status === 'fulfilled' || String(touched.reason)).toEqual(expect.toBeOneOf([true, expect.stringContaining('404 ')]))
    await world().gone('web')
    expect(world().cloud.addresses).toEqual([])
    await process.stop()
  })

  test('waits that are over within ten seconds bring no write and no event', async () => {
    const process = await world().start()
    await world().create('web')
    await world().endpoints('web', ['10.1.0.1'])
    await world().reported('web', 'Ready')
    await until(async () => (await world().events('web')).includes('Ready'))
    await process.controller.idle()
    const writes = (): number => process.calls.filter((call) => call.startsWith('patchServiceStatus')).length
    const [before, events] = [writes(), (await world().events('web')).length]
    let waits = 0
    world().cloud.answer = () => {
      waits += 1
      return waits > 2 ? undefined : new CloudError('later', { reason: 'Waiting', publicMessage: `part ${waits} is being made`, blames: [], afterMs: 1_000 })
    }
    await world().patch('web', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } })
    await until(async () => waits > 2 && (await world().reach('web')) !== 'node')
    await process.controller.idle()
    expect(readyOf(await world().get('web'))?.reason).toBe('Ready')
    expect([writes(), (await world().events('web')).length]).toEqual([before, events])
    await process.stop()
  })

  test('each state of a Service that changes is one line in the log, a refusal too', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().endpoints('web', ['10.1.0.1'])
    await world().reported('web', 'Ready')
    await world().patch('web', { metadata: { annotations: { 'fairlead.dev/scheme': 'public' } } })
    await world().reported('web', 'Invalid')
    await world().remove('web')
    await world().gone('web')
    await process.stop()
    const [first, ...others] = process.outcomes.filter((outcome, i, all) => outcome !== 'web Progressing' || all[i - 1] !== outcome)
    expect(first, 'with what it waits for, which may change').toBe('web Progressing')
    expect(others).toEqual(['web NoBackends', 'web Ready', 'web Invalid', 'web released a Service'])
  })

  test('a status that another client overwrites is corrected, and one that goes on overwriting is reported and left alone', async () => {
    const process = await world().start()
    await world().create('web')
    const address = addressOf(await world().reported('web', 'NoBackends'))
    const overwrite = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.66' }] } } }
    for (let round = 0; round < 3; round++) {
      await world().patch('web/status', overwrite)
      await until(async () => addressOf(await world().get('web')) === address)
    }
    await world().patch('web/status', overwrite)
    await until(async () => (await world().events('web')).includes('Conflict'))
    await process.controller.idle()
    expect(addressOf(await world().get('web'))).toBe('192.0.2.66')
    await process.stop()
  })

  test('a finalizer that somebody takes off comes back', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().patch('web', { metadata: { finalizers: null, annotations: { [STACKS]: null } } })
    await until(async () => finalizersOf(await world().get('web')).length === 1)
    expect((await world().get('web')).metadata.annotations?.[STACKS]).toBe('balancer-internet-facing')
    await process.stop()
  })

  test('a list that misses a Service takes nothing away', async () => {
    const first = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await first.stop()
    const rules = world().cloud.rules.length
    const second = await world().start({}, { faults: { list: (resource, items) => (resource === 'services' ? [] : items) } })
    await second.controller.idle()
    expect(world().cloud.rules.length).toBe(rules)
    expect(await world().reach('web')).toBe('node')
    await second.stop()
  })

  test('as long as the API server does not say that a Service is gone, nothing is taken away', async () => {
    const first = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await first.kill()
    await world().patch('web', { metadata: { finalizers: null } })
    await world().remove('web')
    await world().gone('web')
    const second = await world().start({ orphanGraceMs: 0 }, { faults: { before: (call) => (call === 'getService' ? serverError() : undefined) } })
    await second.controller.idle()
    expect(world().cloud.rules).toHaveLength(1)
    expect(second.controller.orphans()).toMatchObject([{ provider: 'memory', namespace: world().namespace, name: 'web' }])
    second.faults.before = () => undefined
    await until(() => world().cloud.rules.length === 0)
    await until(() => world().cloud.addresses.length === 0)
    await second.stop()
  })

  for (const [what, error] of [
    ['a conflict', conflict],
    ['a server error', serverError],
    ['a lost answer', lostAnswer],
  ] as const) {
    test(`${what} at any write to the cluster ends as without`, async () => {
      let writes = 0
      const trouble = (call: string): Error | undefined => (call === 'patchServiceStatus' && writes++ % 2 === 0 ? error() : undefined)
      const process = await world().start({}, { faults: what === 'a lost answer' ? { after: trouble } : { before: trouble } })
      await world().create('web')
      await world().reported('web', 'NoBackends')
      expect(await world().reach('web')).toBe('node')
      await world().remove('web')
      await world().gone('web')
      expect(world().cloud.addresses).toEqual([])
      expect(writes).toBeGreaterThan(2)
      await process.stop()
    })
  }

  test('watches that break off again and again lose nothing', async () => {
    let events = 0
    const process = await world().start({}, { faults: { before: (call) => (call === 'watch' && events++ % 3 === 1 ? expired() : undefined) } })
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().endpoints('web', ['10.244.0.5'])
    await world().reported('web', 'Ready')
    await world().patch('web', { spec: { type: 'ClusterIP' } })
    await until(() => world().cloud.addresses.length === 0)
    await until(async () => finalizersOf(await world().get('web')).length === 0)
    expect(events).toBeGreaterThan(3)
    await process.stop()
  })

  test('a process killed at any call ends with the same addresses, nothing twice and nothing left over', async () => {
    const first = await world().start()
    await world().create('stays')
    const address = addressOf(await world().reported('stays', 'NoBackends'))
    await first.stop()
    for (let call = 0; call < 6; call++) {
      const name = `web-${call}`
      let calls = 0
      const doomed = await world().start()
      const isOver = Promise.withResolvers<void>()
      const count = (): void => {
        if (calls++ !== call) return
        doomed.faults.isDead = true
        isOver.resolve()
      }
      doomed.faults.before = (what) => {
        if (what === 'patchServiceStatus') count()
        return doomed.faults.isDead ? lostAnswer() : undefined
      }
      world().cloud.journal.onCall = async (what) => {
        if (!what.startsWith('read') && !what.startsWith('observe') && what !== 'inventory') count()
        if (doomed.faults.isDead) await new Promise<never>(() => {})
      }
      await world().create(name)
      await Promise.race([isOver.promise, until(async () => readyOf(await world().get(name))?.status === 'True')])
      await doomed.kill()
      world().cloud.journal.onCall = () => Promise.resolve()
      const next = await world().start()
      await world().reported(name, 'NoBackends')
      expect(await world().reach(name)).toBe('node')
      expect(addressOf(await world().get('stays'))).toBe(address)
      expect(world().cloud.addresses).toHaveLength(2)
      await world().remove(name)
      await world().gone(name)
      expect(world().cloud.addresses).toHaveLength(1)
      await next.stop()
    }
  })

  test('drift is found and corrected, and the Service reports it', async () => {
    const process = await world().start({ driftIntervalMs: 100 })
    await world().create('web')
    await world().reported('web', 'NoBackends')
    world().cloud.replaceRules('balancer-internet-facing', () => [])
    expect(world().cloud.rules).toEqual([])
    await until(async () => (await world().reach('web')) === 'node')
    await until(async () => (await world().events('web')).includes('Repaired'))
    await process.stop()
  })

  test('a Service that is refused because of what the base shows is served when an inventory shows the base changed', async () => {
    let isOpen = false
    const provider = inMemoryProvider(world().cloud)
    const shown = async function* (signal: AbortSignal): ReturnType<typeof provider.inventory> {
      const base = { groups: {}, addresses: {}, ...(isOpen ? { isOpen } : {}) }
      let isListed = false
      for await (const [stack, view] of provider.inventory(signal)) {
        isListed ||= stack === 'base'
        yield [stack, stack === 'base' ? { ...view, ...base, groups: view.groups } : view]
      }
      if (!isListed) yield ['base', base]
    }
    const plan: typeof provider.plan = (intents, view, base) => {
      if (base !== undefined && 'isOpen' in base) return provider.plan(intents, view, base)
      const wanted = intents.filter((intent) => 'want' in intent)
      const problem = { reason: 'Invalid', field: 'the network', wrong: 'is closed', pace: 'on change' } as const
      return { stages: [], refused: wanted.map(({ owner }) => ({ owner, problem })), waiting: [] }
    }
    const process = await world().start({ driftIntervalMs: 200 }, { clouds: () => [bind({ ...provider, inventory: shown, plan })] })
    await world().create('web')
    await world().reported('web', 'Invalid')
    expect(world().cloud.rules).toEqual([])
    isOpen = true
    await world().reported('web', 'NoBackends')
    expect(world().cloud.rules).toHaveLength(1)
    await process.stop()
  })

  test('what no inventory shows is found by looking at each Stack in full, corrected and reported', async () => {
    const first = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await first.stop()
    const looked: string[] = []
    const second = await world().start(
      { inspectionMs: 2_400 },
      {
        clouds: (bound) => [
          {
            ...bound,
            inspect: (stacks) => {
              looked.push(...stacks)
              world().cloud.replaceRules('balancer-internet-facing', () => [])
              for (const stack of stacks) bound.doubt(stack)
              return Promise.resolve({ changed: stacks, missed: [] })
            },
          },
        ],
      },
    )
    await until(async () => looked.length > 0 && (await world().events('web')).includes('Repaired'))
    await until(async () => (await world().reach('web')) === 'node')
    expect(new Set(looked)).toEqual(new Set(['balancer-internet-facing']))
    await second.stop()
  })

  test('while the inventory fails the Services say so; then they are served', async () => {
    world().cloud.journal.onCall = (what) => (what === 'inventory' ? Promise.reject(denied()) : Promise.resolve())
    const process = await world().start()
    await world().create('web')
    expect(readyOf(await world().reported('web', 'Denied'))?.message).toMatch(/right/)
    world().cloud.journal.onCall = () => Promise.resolve()
    await world().reported('web', 'NoBackends')
    await process.stop()
  })

  test('Services that come while their Stack is being changed are all taken up by the next plan', async () => {
    const process = await world().start()
    const names = Array.from({ length: 60 }, (_, i) => `web-${i}`)
    const arePrepared = (): boolean => new Set(process.calls.filter((call) => call.startsWith('patchServiceStatus'))).size === names.length
    let held: Promise<void> | undefined
    world().cloud.journal.onCall = (what) => {
      if (what.includes('document') && !what.startsWith('read')) held ??= until(arePrepared)
      return held ?? Promise.resolve()
    }
    await Promise.all(names.map((name) => world().create(name)))
    for (const name of names) await world().reported(name, 'NoBackends')
    expect(world().cloud.journal.writes.filter((write) => write.includes('document')).length).toBeLessThanOrEqual(3)
    await process.stop()
  })

  test('a clean-up goes on in a namespace that is being deleted, where no event can be written', async () => {
    const process = await world().start()
    await world().create('web')
    await world().reported('web', 'NoBackends')
    await world().server.user('DELETE', `/api/v1/namespaces/${world().namespace}`)
    await world()
      .remove('web')
      .catch(() => undefined)
    await world().gone('web')
    expect(world().cloud.addresses).toEqual([])
    await process.stop()
  })
})
