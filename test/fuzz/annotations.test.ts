/**
 * Whatever a tenant writes on a Service: nothing throws, every refusal names what it is about on one line, the answer is the same again, and no client gets in
 * whom the Service does not let in.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { aws } from '../../annotations/aws.ts'
import { local } from '../../annotations/local.ts'
import { readAnnotations } from '../../annotations/read.ts'
import { capabilities as awsCapabilities } from '../../providers/aws/capabilities.ts'
import { planner as awsPlanner } from '../../providers/aws/plan/index.ts'
import { EMPTY_VIEW as EMPTY_AWS } from '../../providers/aws/view.ts'
import { capabilities as localCapabilities } from '../../providers/local/capabilities.ts'
import { parsePools } from '../../providers/local/config.ts'
import { EMPTY_VIEW as EMPTY_LOCAL } from '../../providers/local/parts.ts'
import { planner as localPlanner } from '../../providers/local/plan.ts'
import type { OpenStep } from '../../providers/local/steps.ts'
import { buildRequest } from '../../src/desired/build.ts'
import type { RequestContext } from '../../src/desired/service-request.ts'
import { parseCidr } from '../../src/model/address.ts'
import type { Service } from '../../src/model/cluster.ts'
import { problemText } from '../../src/model/problem.ts'
import type { Intent, Plan, Step } from '../../src/provider/provider.ts'
import { base, CLUSTER, CLUSTER_NAME, subnet } from '../plan/aws/build.ts'
import { snapshot } from '../unit/desired/given.ts'
import { annotationKey, annotations, hugeValue } from './arbitraries/annotations.ts'
import { service } from './arbitraries/services.ts'
import { fuzz } from './inputs.ts'

const common = { defaultClass: false, defaultScheme: 'internet-facing', sharedKeys: new Set<string>() } as const
const AWS: RequestContext = { ...common, provider: { name: 'aws', capabilities: awsCapabilities, annotations: aws, defaultTargets: 'nodes' } }
const LOCAL: RequestContext = {
  ...common,
  provider: { name: 'local', capabilities: localCapabilities({ reach: 'direct', portOffset: 0 }), annotations: local, defaultTargets: 'pods' },
}
const BASE = base({ subnets: [subnet('a', { ipv6Cidrs: ['2001:db8:a::/64'] }), subnet('b', { ipv6Cidrs: ['2001:db8:b::/64'] })] })
const planAws = awsPlanner({ clusterId: CLUSTER, clusterName: CLUSTER_NAME })
const planLocal = localPlanner({ pools: parsePools(['127.0.10.0/24']), portOffset: 0, kubeProxy: true })

const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u

const NAMES_A_FIELD =
  /^(metallb\.(io|universe\.tf)\/|fairlead\.dev\/|[a-z]+\.fairlead\.dev\/|service\.beta\.kubernetes\.io\/|spec\.|metadata\.|requested address)/

interface Outcome {
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  readonly plan?: Plan<Step>
}

function outcomeOf(given: Service, context: RequestContext): Outcome {
  const wish = buildRequest(given, snapshot(), { ...context })
  if (wish.kind === 'not ours') return { problems: [], notes: [] }
  if (wish.kind === 'malformed') return { problems: wish.problems.map(problemText), notes: wish.notes }
  const owner = { namespace: given.metadata.namespace, name: given.metadata.name, uid: given.metadata.uid }
  const intents = [{ owner, want: wish.desired, published: [], lingering: [] }] as unknown as readonly Intent<never>[]
  const plan = (context === AWS ? planAws.plan(intents, EMPTY_AWS, BASE) : planLocal(intents, EMPTY_LOCAL)) as Plan<Step>
  return { problems: plan.refused.map(({ problem }) => problemText(problem)), notes: wish.notes, plan }
}

const FIELD_LIKE = /\/(?:load-balancer-)?source-ranges$/
/** A key of AWS' own, which no other provider reads. */
const PREFIX_LISTS = /security-group-prefix-lists$/
const OF_PORT = /\/source-ranges\.(\d+)(?:-(tcp|udp|sctp))?$/

/**
 * What a Service says of one of its ports, read from its texts alone: the ranges that its own annotations, the whole Service's, or the field name; undefined:
 * nothing is said, and everybody may come. Which of several counts is not decided here.
 */
function mayCome({ spec, metadata }: Service, { port, protocol }: Opened): ReadonlySet<string> | undefined {
  const said = Object.entries(metadata.annotations ?? {}).filter(([key, value]) => {
    const [, number, of] = OF_PORT.exec(key) ?? []
    const isAws = spec.loadBalancerClass === 'fairlead.dev/aws'
    return (
      value.trim() !== '' &&
      (FIELD_LIKE.test(key) || (isAws && PREFIX_LISTS.test(key)) || (number !== undefined && Number(number) === port && (of ?? protocol) === protocol))
    )
  })
  const texts = [...(spec.loadBalancerSourceRanges ?? []), ...said.flatMap(([, value]) => value.split(','))]
  return texts.length === 0 ? undefined : new Set(texts.map((text) => parseCidr(text) ?? text.trim()))
}

/** One port that a plan opens; `source` is absent where everybody gets in. */
interface Opened {
  readonly port: number
  readonly protocol: string
  readonly source?: string
}

function isAllowed(one: Service, place: Opened): boolean {
  const allowed = mayCome(one, place)
  return allowed === undefined || (place.source !== undefined && allowed.has(place.source))
}

/** On a busy machine: a quiet one takes a fifth of it. */
const PATIENCE_MS = 300_000

type AwsRules = { readonly call?: { readonly rules?: readonly { readonly source: string; readonly from: number; readonly protocol: string }[] } }

function opened(plan: Plan<Step>): readonly Opened[] {
  return plan.stages.flat().flatMap((step): readonly Opened[] => {
    if (step.kind === 'security group rules')
      return ((step as Step & AwsRules).call?.rules ?? []).map(({ source, from, protocol }) => ({ port: from, protocol, source }))
    if (step.kind !== 'frontend' || step.verb !== 'create') return []
    const { port, protocol, rule } = (step as OpenStep).part
    const place = { port, protocol: protocol.toLowerCase() }
    return rule.settings.sourceRanges?.map((source) => ({ ...place, source })) ?? [place]
  })
}

test.each([
  ['aws', AWS],
  ['local', LOCAL],
] as const)('any annotations on any Service, on %s', { timeout: PATIENCE_MS }, (name, context) => {
  let [planned, refused, openings] = [0, 0, 0]
  fc.assert(
    fc.property(service({ loadBalancerClass: `fairlead.dev/${name}`, annotations }), (one) => {
      const outcome = outcomeOf(one, context)
      assert.ok(isDeepStrictEqual(outcomeOf(one, context), outcome), 'the same Service has another outcome')
      for (const text of outcome.problems) {
        assert.match(text, NAMES_A_FIELD)
        assert.ok(text.length < 4_096, 'a problem is too long')
      }
      for (const text of [...outcome.problems, ...outcome.notes]) assert.doesNotMatch(text, ACTING)
      const ports = new Set((one.spec.ports ?? []).map(({ port, protocol = 'TCP' }) => `${port} ${protocol.toLowerCase()}`))
      for (const each of outcome.plan === undefined ? [] : opened(outcome.plan)) {
        // Path MTU discovery: for all ports together.
        if (each.protocol.startsWith('icmp')) continue
        openings++
        assert.ok(isAllowed(one, each), `${each.source ?? 'everybody'} may come to ${each.port} ${each.protocol}, and no range says so`)
        assert.ok(ports.has(`${each.port} ${each.protocol}`), `${each.port} ${each.protocol} is open, and is no port of the Service`)
      }
      if (outcome.problems.length > 0) refused++
      else if (outcome.plan !== undefined) planned++
    }),
    fuzz(`annotations on ${name}`, { inputs: 9_000 }),
  )
  // Both happen, or the property says little.
  assert.ok(planned > 0 && refused > 0 && openings > 0, `${planned} planned, ${refused} refused, ${openings} opened`)
})

test('a value of up to 250 KB, under any key, takes less than 100 ms of CPU and is refused or not read', { timeout: PATIENCE_MS }, () => {
  fc.assert(
    fc.property(annotationKey, hugeValue, (key, value) => {
      for (const set of [aws, local]) {
        // The quickest of some: what else runs on the machine spoils single ones.
        let quickest = Number.POSITIVE_INFINITY
        for (let i = 0; i < 5 && quickest > 100; i++) {
          const before = process.cpuUsage()
          const { problems } = readAnnotations<unknown>({ [key]: value }, [{ port: 80, protocol: 'TCP' }], set)
          const { user, system } = process.cpuUsage(before)
          quickest = Math.min(quickest, (user + system) / 1_000)
          expect(problems.map(problemText).join(' ').length).toBeLessThan(4_096)
        }
        expect(quickest).toBeLessThan(100)
      }
    }),
    fuzz('huge values', { inputs: 300, oneIn: 20 }),
  )
})
