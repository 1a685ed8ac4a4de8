/** Taking marks off many Services, and the requests that the running controller follows. */
import { expect, test } from 'vitest'
import { keepAndRelease } from '../../../src/cli/release/keeping.ts'
import { marksOn } from '../../../src/cli/release/marked.ts'
import { followReleases, releasedIn, requestRelease } from '../../../src/cli/release-requests.ts'
import { type ConfigMap, type KubernetesApi, KubernetesError } from '../../../src/kubernetes/api.ts'
import { type Clock, systemClock } from '../../../src/model/clock.ts'
import type { Service } from '../../../src/model/cluster.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock, settle } from '../../clock.ts'
import { service } from '../desired/given.ts'

const AT_ONCE: Clock = { ...systemClock, setTimeout: (run) => systemClock.setTimeout(run, 0) }

function marked(name: string): Service {
  const held = service(
    {},
    { name, uid: `uid-${name}`, finalizers: ['fairlead.dev/load-balancer-aws', 'other'], annotations: { 'fairlead.dev/stack-aws': 's' } },
  )
  return { ...held, status: { conditions: [{ type: 'fairlead.dev/Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: '' }] } }
}

/** An API server with these Services; `trouble` answers what a patch of one meets. */
function stage(services: readonly Service[], trouble: (name: string) => Error | undefined = () => undefined) {
  const there = new Map(services.map((one) => [one.metadata.name, one]))
  const seen = { patches: 0, atOnce: 0, most: 0 }
  const api = {
    getService: async (_namespace: string, name: string) => there.get(name),
    patchServiceStatus: async (_namespace: string, name: string) => {
      seen.patches += 1
      seen.most = Math.max(seen.most, ++seen.atOnce)
      await settle()
      seen.atOnce -= 1
      const error = trouble(name)
      if (error !== undefined) throw error
      const found = there.get(name) ?? service()
      const free: Service = { ...found, metadata: { ...found.metadata, finalizers: ['other'], annotations: {} }, status: {} }
      there.set(name, free)
      return free
    },
  } as unknown as KubernetesApi
  const said: string[] = []
  const of = (all: readonly Service[]) => all.map((one) => marksOn(one, ['aws'])).filter((one) => one !== undefined)
  const release = () =>
    keepAndRelease({ api, clock: AT_ONCE, signal: new AbortController().signal, say: (line) => void said.push(line), marked: of([...there.values()]) })
  return { seen, said, release, left: () => of([...there.values()]) }
}

test('a thousand Services take one write each, ten side by side, and each is named when it is done', async () => {
  const { seen, said, release, left } = stage(Array.from({ length: 1000 }, (_, i) => marked(`web-${i}`)))
  expect(await release()).toBe(0)
  expect(seen).toMatchObject({ patches: 1000, most: 10 })
  expect(left()).toEqual([])
  expect(said).toHaveLength(1000)
  expect(said.at(-1)).toMatch(/^Released shop\/web-\d+ \(aws, Stack s\) \(1000 of 1000\)\.$/)
})

test('a conflict is tried again; what fails is named, and a second run goes on with what is left', async () => {
  let conflicts = 2
  let isForbidden = true
  const { said, release, left } = stage([marked('a'), marked('b'), marked('c')], (name) => {
    if (name === 'a' && conflicts-- > 0) return new KubernetesError(409, 'Conflict', 'it was changed')
    return name === 'b' && isForbidden ? new KubernetesError(403, 'Forbidden', 'you may not') : undefined
  })
  expect(await release()).toBe(1)
  expect(said.filter((line) => !line.startsWith('Released'))).toEqual([
    'Not released: shop/b: you may not',
    '1 of 3 Services are left. Run the command again: what is released stays released.',
  ])
  isForbidden = false
  expect(await release()).toBe(0)
  expect(left()).toEqual([])
})

test('a Service has marks by its finalizer, by an annotation that the controller keeps, or by a condition alone', () => {
  const providers = (one: Service) => marksOn(one, ['local', 'aws'])?.providers
  expect(providers(service())).toBeUndefined()
  expect(providers(marked('a'))).toEqual(['aws'])
  expect(
    providers(service({}, { finalizers: ['service.kubernetes.io/load-balancer-cleanup'], annotations: { 'fairlead.dev/scheme': 'internal' } })),
  ).toBeUndefined()
  expect(providers(service({}, { annotations: { 'fairlead.dev/upstream-finalizer': 'azure' } }))).toEqual(['azure'])
  expect(providers({ ...service({ loadBalancerClass: 'fairlead.dev/aws' }), status: marked('a').status })).toEqual(['aws'])
  expect(providers({ ...service(), status: marked('a').status })).toEqual(['local'])
})

test('the controller reads the requests before it takes up Services, and follows them', async () => {
  const clock = new ManualClock()
  const ended = new AbortController()
  const place = { namespace: 'fairlead-system', name: 'fairlead-settings' }
  let configMap: ConfigMap | undefined = { metadata: place, data: { version: '1' } }
  const api = {
    getConfigMap: async () => configMap,
    applyConfigMap: async ({ data = {} }: ConfigMap) => {
      const { release: _, ...kept } = configMap?.data ?? {}
      configMap = { metadata: place, data: { ...kept, ...data } }
    },
  }
  const elected = Promise.withResolvers<void>()
  const seen: string[] = []
  await requestRelease(api, place, new Set(['u1', 'u2']), ended.signal)
  const first = followReleases({
    api,
    place,
    release: (uids) => void seen.push([...uids].join()),
    elected: elected.promise,
    clock,
    log: silentLog,
    signal: ended.signal,
  })
  await settle()
  expect(seen).toEqual([])
  elected.resolve()
  await first
  expect(seen).toEqual(['u1,u2'])
  await requestRelease(api, place, new Set(), ended.signal)
  expect([releasedIn(configMap).size, configMap.data?.['version']]).toEqual([0, '1'])
  await clock.advance(5_000)
  expect(seen).toEqual(['u1,u2', ''])
  ended.abort()
})
