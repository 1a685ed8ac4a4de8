/** From a Service to a plan, on each provider: a port that the provider cannot serve keeps none of the others from being served. */
import { expect, test } from 'vitest'
import { aws } from '../../annotations/aws.ts'
import { local } from '../../annotations/local.ts'
import { capabilities as awsCapabilities } from '../../providers/aws/capabilities.ts'
import { capabilities as localCapabilities } from '../../providers/local/capabilities.ts'
import type { RequestContext } from '../../src/desired/service-request.ts'
import type { Desired, Plan, Step } from '../../src/provider/provider.ts'
import { withRefusedPorts } from '../../src/provider/engine/refused-ports.ts'
import { planner as awsPlanner } from '../../providers/aws/plan/index.ts'
import { EMPTY_VIEW as EMPTY_AWS } from '../../providers/aws/view.ts'
import { parsePools } from '../../providers/local/config.ts'
import { EMPTY_VIEW as EMPTY_LOCAL } from '../../providers/local/parts.ts'
import { planner as localPlanner } from '../../providers/local/plan.ts'
import { context, service, wish } from '../unit/desired/given.ts'
import { base, CLUSTER, CLUSTER_NAME } from './aws/build.ts'

const given = (provider: string) =>
  service({
    loadBalancerClass: `fairlead.dev/${provider}`,
    ports: [
      { name: 'sip', port: 5060, protocol: 'SCTP', nodePort: 30_060 },
      { name: 'web', port: 80, protocol: 'TCP', nodePort: 30_080 },
      { name: 'dns', port: 53, protocol: 'UDP', nodePort: 30_053 },
    ],
  })

const owner = { namespace: 'shop', name: 'web', uid: 'uid-1' }
const AWS: RequestContext['provider'] = { name: 'aws', capabilities: awsCapabilities, annotations: aws, defaultTargets: 'nodes' }
const direct = (reach: 'direct' | 'port-forward'): RequestContext['provider'] => ({
  name: 'local',
  capabilities: localCapabilities({ reach, portOffset: 0 }),
  annotations: local,
  defaultTargets: 'pods',
})

function planOf(provider: RequestContext['provider']): Plan<Step> {
  const made = wish(given(provider.name), context({}, { provider }))
  if (made.kind !== 'wanted') throw new Error(`it is ${made.kind}`)
  const intents = [{ owner, want: made.desired as Desired<never>, published: [] }]
  const plan: Plan<Step> =
    provider === AWS
      ? awsPlanner({ clusterId: CLUSTER, clusterName: CLUSTER_NAME }).plan(intents, EMPTY_AWS, base())
      : localPlanner({ pools: parsePools(['127.0.10.0/24']), portOffset: 0, kubeProxy: true })(intents, EMPTY_LOCAL)
  return withRefusedPorts(plan, intents)
}

test.each<[string, RequestContext['provider'], readonly string[], readonly string[]]>([
  ['aws', AWS, ['53/UDP', '80/TCP'], ['5060/SCTP fairlead.dev/ProtocolNotSupported']],
  ['local', direct('direct'), ['53/UDP', '80/TCP'], ['5060/SCTP fairlead.dev/ProtocolNotSupported']],
  [
    'local, through port-forwards',
    direct('port-forward'),
    ['80/TCP'],
    ['5060/SCTP fairlead.dev/ProtocolNotSupported', '53/UDP fairlead.dev/ProtocolNotSupported'],
  ],
])('SCTP beside TCP and UDP, on %s', (_, provider, served, errors) => {
  const plan = planOf(provider)
  const listeners = plan.stages.flat().flatMap((step) => (step.kind === 'listener' || step.kind === 'frontend' ? [step.why] : []))
  expect(listeners.map((why) => why.replace(/^.* asks for /, ''))).toEqual(served)
  expect(plan.refused.flatMap(({ ports = [] }) => ports.map(({ port, protocol, error }) => `${port}/${protocol} ${error}`))).toEqual(errors)
})
