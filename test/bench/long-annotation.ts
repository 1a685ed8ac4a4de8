/** What one long annotation costs: a Service with a value of 200 KB, under each key, from the Service to what is asked of the provider. */
import { ANNOTATION_SETS } from '../../providers/index.ts'
import { aws } from '../../annotations/aws.ts'
import { local } from '../../annotations/local.ts'
import { capabilities as awsCapabilities } from '../../providers/aws/capabilities.ts'
import { capabilities as localCapabilities } from '../../providers/local/capabilities.ts'
import { buildRequest } from '../../src/desired/build.ts'
import type { RequestContext } from '../../src/desired/service-request.ts'
import { problemText } from '../../src/model/problem.ts'
import { service, snapshot } from '../unit/desired/given.ts'
import { type Benchmark, cpuMs, median } from './benchmark.ts'

const BYTES = 200_000
const RUNS = 9
/** What costs a parser most: many short items, pairs, parentheses, escapes, blanks, digits. */
const SHAPES = ['a,', 'a=b,', 'a in (b),', '(', '\\,', ' ', '1', '10.0.0.0/8,', 'subnet-1,', 'é']

const common = { defaultClass: false, defaultScheme: 'internet-facing', sharedKeys: new Set<string>() } as const
const CONTEXTS: readonly RequestContext[] = [
  { ...common, provider: { name: 'aws', capabilities: awsCapabilities, annotations: aws, defaultTargets: 'nodes' } },
  {
    ...common,
    provider: { name: 'local', capabilities: localCapabilities({ reach: 'direct', portOffset: 0 }), annotations: local, defaultTargets: 'pods' },
  },
]

export const benchmark: Benchmark = {
  name: 'long-annotation',
  what: `One annotation of ${BYTES / 1_000} KB on a Service, under each key that some provider reads: processor time from the Service to its refusal, with the message.`,
  run(say) {
    const keys = [
      ...new Set(ANNOTATION_SETS.flatMap(({ definitions, translations }) => [...Object.values(definitions), ...translations].map(({ key }) => key))),
    ]
    const measured = keys.flatMap((key) => SHAPES.map((shape) => ({ key, shape, ms: costOf(key, shape.repeat(BYTES / Buffer.byteLength(shape))) })))
    const [dearest] = measured.toSorted((a, b) => b.ms - a.ms)
    if (dearest === undefined) throw new Error('there is no annotation')
    say(`${measured.length} values; the dearest is ${dearest.key} with ${JSON.stringify(dearest.shape)} repeated: ${dearest.ms.toFixed(2)} ms`)
    const short = Math.max(...keys.map((key) => costOf(key, 'a,b')))
    return Promise.resolve({
      figures: [
        {
          name: `the dearest of ${measured.length} values of ${BYTES / 1_000} KB (median of ${RUNS} runs, on both providers together)`,
          value: dearest.ms,
          unit: 'ms',
          target: { under: 50 },
          beside: { name: 'the dearest of a value of three characters', value: short },
        },
        { name: 'all of them on average', value: measured.reduce((sum, { ms }) => sum + ms, 0) / measured.length, unit: 'ms' },
      ],
      notes: [
        `A value of more than 8 KiB is refused without being parsed. It was ${dearest.key} with ${JSON.stringify(dearest.shape)} repeated that took longest.`,
      ],
    })
  },
}

/** Milliseconds. */
function costOf(key: string, value: string): number {
  return median(Array.from({ length: RUNS }, () => onceMs(key, value)))
}

function onceMs(key: string, value: string): number {
  const services = CONTEXTS.map(({ provider }) => service({ loadBalancerClass: `fairlead.dev/${provider.name}` }, { annotations: { [key]: value } }))
  const before = cpuMs()
  for (const [i, context] of CONTEXTS.entries()) {
    const wish = buildRequest(services[i] ?? service(), snapshot(), { ...context })
    if (wish.kind === 'malformed') wish.problems.map(problemText)
  }
  return cpuMs() - before
}
