/** Translations of annotations: what is printed reads as what was said, a translated Service requests the same as before, and nothing that limits clients is lost. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AnnotationSet } from '../../annotations/define.ts'
import { forPort, type PerPort } from '../../annotations/define.ts'
import { neutral, PREFIX } from '../../annotations/neutral.ts'
import { neutralAnnotations, type NeutralText, printSettings } from '../../annotations/print.ts'
import { readAnnotations } from '../../annotations/read.ts'
import { PROVIDERS } from '../../providers/index.ts'
import { type Source, translateService, type Translation } from '../../src/cli/translate/translation.ts'
import { detect, originNamed, type Vocabulary } from '../../src/cli/translate/vocabulary.ts'
import { buildRequest } from '../../src/desired/build.ts'
import { requestedPorts } from '../../src/desired/request-input.ts'
import type { RequestContext } from '../../src/desired/service-request.ts'
import type { Service } from '../../src/model/cluster.ts'
import { listenerKey } from '../../src/model/load-balancer.ts'
import { snapshot } from '../unit/desired/given.ts'
import { service } from './arbitraries/services.ts'
import { fuzz } from './inputs.ts'

const VOCABULARIES: readonly Vocabulary[] = Object.entries(PROVIDERS).map(([name, { annotations, capabilities }]) => ({ name, annotations, capabilities }))

const PORTS = [
  { port: 80, protocol: 'TCP', name: 'http' },
  { port: 443, protocol: 'TCP', name: 'https' },
  { port: 53, protocol: 'UDP', name: 'dns' },
  { port: 53, protocol: 'TCP', name: 'dns-tcp' },
] as const

const DURATIONS = ['60s', '90s', '4m', '1m30s', '5s']
const CERTIFICATES = ['arn:aws:acm:eu-west-1:111122223333:certificate/a', 'arn:aws:acm:eu-west-1:111122223333:certificate/b', 'cert-1']
/** Beside the examples: texts that some vocabulary cannot say, or says in another way. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  scheme: ['internet-facing', 'internal'],
  targets: ['nodes', 'pods'],
  addresses: ['192.0.2.7', '2001:db8::7', '192.0.2.7,2001:db8::7'],
  'address-names': ['eipalloc-0a1b2c3d', 'shop-address,shop-address-v6', 'tag:a=b'],
  'node-selector': ['pool=edge', 'pool in (a,b)', 'gpu', 'a=b,c=d', '!x'],
  'idle-timeout': DURATIONS,
  'drain-timeout': DURATIONS,
  'health-check-interval': DURATIONS,
  'health-check-timeout': ['500ms', ...DURATIONS],
  'health-check-protocol': ['tcp', 'http', 'https', 'none'],
  'health-check-port': ['traffic', '8080', 'http', '80'],
  'proxy-protocol': ['v1', 'v2', 'off'],
  alpn: ['h2', 'h2,http/1.1', 'http/1.1, h2', 'grpc'],
  'tls-certificates': CERTIFICATES,
  'backend-protocol': ['tcp', 'tls'],
  listener: ['on', 'off'],
}

const neutralTexts: fc.Arbitrary<readonly NeutralText[]> = fc
  .array(
    fc.constantFrom(...Object.values(neutral.definitions)).chain(({ key, perPort, example, value }) => {
      const word = key.slice(PREFIX.length)
      const port = perPort === undefined ? fc.constant(undefined) : fc.constantFrom(undefined, undefined, '80', '443', '443-tcp', '53', '53-udp')
      const text = fc.constantFrom(example, ...(value.values ?? []), ...(MORE[word] ?? []))
      return fc.record({ port, text }).map((made): NeutralText => ({ word, text: made.text, ...(made.port === undefined ? {} : { port: made.port }) }))
    }),
    { maxLength: 6 },
  )
  .map((texts) => [...new Map(texts.map((text) => [`${text.word} ${text.port ?? ''}`, text])).values()])

/** What holds for each port, and for the whole where an option has no ports. */
function effective(annotations: Readonly<Record<string, string>>, set: AnnotationSet<unknown>): object {
  const { neutral: said, problems } = readAnnotations(annotations, PORTS, set)
  const values = Object.entries(said).map(([name, value]) => {
    const isPerPort = neutral.definitions[name as keyof typeof said]?.perPort !== undefined
    return [name, isPerPort ? PORTS.map(({ port, protocol }) => forPort(value as PerPort<unknown>, listenerKey(port, protocol))) : value]
  })
  return { problems, said: Object.fromEntries(values) }
}

test.each(VOCABULARIES)('what is printed in the words of $name reads as what was said', ({ name, annotations: set }) => {
  let translated = 0
  fc.assert(
    fc.property(neutralTexts, (texts) => {
      const printed = printSettings(texts, {}, { ports: PORTS, set })
      expect(effective(printed, set)).toEqual(effective(neutralAnnotations(texts), set))
      if (Object.keys(printed).some((key) => !key.startsWith(PREFIX))) translated++
    }),
    fuzz(`printed for ${name}`, { inputs: 600 }),
  )
  expect(translated > 0).toBe(set.translations.some(({ print }) => print !== undefined))
})

/** Every key of a set, with texts that are right. */
function annotationsOf(set: AnnotationSet<unknown>): fc.Arbitrary<Readonly<Record<string, string>>> {
  const known = [
    ...Object.values(set.definitions).map(({ key, perPort, example, value }) => ({ key, perPort, texts: [example, ...(value.values ?? [])] })),
    ...set.translations.map(({ key, perPort, example, values = [] }) => ({ key, perPort, texts: [example, ...values] })),
    ...Object.values(neutral.definitions).map(({ key, perPort, example }) => ({ key, perPort, texts: [example] })),
  ]
  const one = fc.constantFrom(...known).chain(({ key, perPort, texts }) => {
    const own = typeof perPort === 'string' ? perPort.replace('{port}', '80').replace('{protocol}', 'TCP') : `${key}.80`
    const keys = key.includes('{port}') ? [own] : perPort === undefined ? [key] : [key, key, own]
    return fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...texts))
  })
  return fc.array(one, { maxLength: 4 }).map((entries) => Object.fromEntries(entries))
}

function sourceOf({ metadata, spec }: Service): Source {
  const { loadBalancerIP, loadBalancerClass, loadBalancerSourceRanges } = spec
  return {
    annotations: metadata.annotations ?? {},
    ports: requestedPorts({ metadata, spec, status: {} }),
    ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    ...(loadBalancerSourceRanges === undefined ? {} : { loadBalancerSourceRanges }),
  }
}

function translatedService(given: Service, { annotations, loadBalancerClass }: Extract<Translation, { kind: 'translated' }>): Service {
  const { loadBalancerIP: _, ...spec } = given.spec
  return { ...given, metadata: { ...given.metadata, annotations }, spec: { ...spec, ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }) } }
}

/** Without what messages alone are made of, and whether the scheme is written down: a translation writes it. */
function requested(given: Service, context: RequestContext): unknown {
  const request = buildRequest(given, snapshot(), { ...context })
  if (request.kind !== 'wanted') return request.kind
  const { schemeIsExplicit: _, addressesFrom: __, ...settings } = request.desired.settings
  return { settings, options: request.desired.options, refusedPorts: request.desired.refusedPorts, mode: request.mode }
}

test.each(VOCABULARIES)('a Service for $name requests the same in neutral words, and in those of $name', (vocabulary) => {
  const { name, annotations: set, capabilities } = vocabulary
  const context: RequestContext = {
    provider: { name, capabilities, annotations: set, defaultTargets: 'nodes' },
    defaultClass: false,
    defaultScheme: 'internet-facing',
    sharedKeys: new Set(),
  }
  let compared = 0
  fc.assert(
    fc.property(
      service({ loadBalancerClass: `fairlead.dev/${name}`, annotations: annotationsOf(set), usualPort: fc.constant(80) }),
      fc.boolean(),
      (given, isNeutral) => {
        const before = requested(given, context)
        if (before === 'malformed') return
        const translation = translateService(sourceOf(given), { from: { provider: vocabulary }, to: vocabulary, isNeutral, keepsClass: false })
        expect(translation).toMatchObject({ kind: 'translated' })
        if (translation.kind !== 'translated') return
        expect(requested(translatedService(given, translation), context)).toEqual(before)
        const isOthers = (key: string): boolean => !key.startsWith(PREFIX) && set.translations.some((each) => each.key === key)
        expect(isNeutral ? Object.keys(translation.annotations).filter(isOthers) : []).toEqual([])
        compared++
      },
    ),
    fuzz(`translated for ${name}`, { inputs: 800 }),
  )
  expect(compared).toBeGreaterThan(50)
})

const crossings = VOCABULARIES.flatMap((from) => VOCABULARIES.filter((to) => to !== from).map((to) => ({ from, to, title: `${from.name} to ${to.name}` })))

test.each(crossings)('from $title every setting is there, named, or refuses the Service, and what limits clients is never named alone', ({ from, to }) => {
  const limiting = [...Object.values(neutral.definitions), ...Object.values(from.annotations.definitions)].filter((one) => one.limitsClients === true)
  fc.assert(
    fc.property(service({ annotations: annotationsOf(from.annotations), usualPort: fc.constant(80) }), (given) => {
      const source = sourceOf(given)
      const translation = translateService(source, { from: { provider: from }, to, isNeutral: false, keepsClass: false })
      if (translation.kind === 'refused') return
      const read = readAnnotations(source.annotations, source.ports, from.annotations)
      const again = readAnnotations(translation.annotations, source.ports, to.annotations)
      expect(again.problems).toEqual([])
      const lost = new Set(translation.lost.map(({ key }) => key))
      for (const [means, { key }] of Object.entries(read.written)) {
        const [about = ''] = means.split(' ')
        const isThere = Object.keys(again.written).some((each) => each.split(' ')[0] === about)
        const isLimiting = limiting.some((one) => one.key === about)
        expect([means, isThere || (!isLimiting && lost.has(key))]).toEqual([means, true])
      }
    }),
    fuzz(`from ${from.name} to ${to.name}`, { inputs: 300 }),
  )
})

test('every word that a vocabulary of a cloud reads is also printed by it', () => {
  for (const { name, annotations } of VOCABULARIES.filter(({ annotations: { origins } }) => origins.every((origin) => origin.name !== 'metallb'))) {
    const words = (isMeant: (one: (typeof annotations.translations)[number]) => boolean): ReadonlySet<string> =>
      new Set(annotations.translations.filter(isMeant).flatMap((one) => one.words))
    expect([name, [...words(() => true)].filter((word) => !words(({ print }) => print !== undefined).has(word))]).toEqual([name, []])
  }
})

test('controllers are found by their annotations and their classes', () => {
  const written = (annotations: Readonly<Record<string, string>>, loadBalancerClass?: string): string | undefined => {
    const found = detect({ annotations, ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }) }, VOCABULARIES)
    return typeof found === 'string' ? found : found.provider?.name
  }
  const [aws, azure] = ['service.beta.kubernetes.io/aws-load-balancer-name', 'service.beta.kubernetes.io/azure-pip-name']
  expect(written({ [aws]: 'a' })).toBe('aws')
  expect(written({ [azure]: 'a' })).toBe('azure')
  expect(written({ 'metallb.io/address-pool': 'lan' })).toBe('local')
  expect(written({ 'networking.gke.io/load-balancer-type': 'Internal' })).toBe('gcp')
  expect(written({}, 'service.k8s.aws/nlb')).toBe('aws')
  expect(written({}, 'networking.gke.io/l4-regional-internal')).toBe('gcp')
  expect(written({}, 'fairlead.dev/azure')).toBe('azure')
  expect(written({}, 'example.com/other')).toBeUndefined()
  expect(written({ [aws]: '', 'cloud.google.com/neg': '{"ingress":true}' })).toBeUndefined()
  expect(written({ [aws]: 'a', [azure]: 'a' })).toBe('it carries annotations for aws and azure')
  expect(written({ [aws]: 'a', [azure]: 'a' }, 'fairlead.dev/azure')).toBe('azure')
  expect(originNamed('gke', VOCABULARIES)?.provider.name).toBe('gcp')
})
