import { expect, test } from 'vitest'
import { aws } from '../../../annotations/aws.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import { capabilities } from '../../../providers/aws/capabilities.ts'
import type { WantedPort } from '../../../providers/aws/plan/wanted/ports.ts'
import { attributesProblem, groupAttributes } from '../../../providers/aws/plan/wanted/wanted-attributes.ts'
import { problemText } from '../../../src/model/problem.ts'
import type { Desired } from '../../../src/provider/provider.ts'
import { context, service, wish } from '../desired/given.ts'

const KEY = 'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes'
const where = context({}, { provider: { name: 'aws', capabilities, annotations: aws, defaultTargets: 'nodes' } })

/** The attributes of the target groups of 80 and 443. */
function groups(annotations: Readonly<Record<string, string>>): readonly unknown[] {
  const ports = [
    { name: 'http', port: 80, nodePort: 30080 },
    { name: 'https', port: 443, nodePort: 30443 },
  ]
  const made = wish(service({ loadBalancerClass: 'fairlead.dev/aws', ports, sessionAffinity: 'ClientIP' }, { annotations }), where)
  if (made.kind !== 'wanted') throw new Error(made.kind === 'malformed' ? made.problems.map(problemText).join('; ') : made.kind)
  const desired = made.desired as Desired<AwsOptions>
  const wanted = desired.settings.listeners.map((leader) => ({ protocol: 'TCP', leader }) as WantedPort)
  const problem = attributesProblem(desired, wanted)
  if (problem !== undefined) throw new Error(problemText(problem))
  return wanted.map((port) => groupAttributes(desired, port))
}

const STICKY = { 'stickiness.enabled': 'true', 'stickiness.type': 'source_ip' }

test('what is said for one port comes before what is said for all', () => {
  const attributes = 'deregistration_delay.timeout_seconds=60,preserve_client_ip.enabled=true,proxy_protocol_v2.enabled=true'
  expect(groups({ [KEY]: attributes, [`${KEY}.443`]: 'deregistration_delay.timeout_seconds=5,proxy_protocol_v2.enabled=false' })).toEqual([
    { 'deregistration_delay.timeout_seconds': '60', 'preserve_client_ip.enabled': 'true', 'proxy_protocol_v2.enabled': 'true', ...STICKY },
    { 'deregistration_delay.timeout_seconds': '5', 'preserve_client_ip.enabled': 'true', ...STICKY },
  ])
})

test('our word and an attribute of all ports: ours counts', () => {
  expect(groups({ 'fairlead.dev/drain-timeout': '10s', [KEY]: 'deregistration_delay.timeout_seconds=60' })[0]).toEqual({
    'deregistration_delay.timeout_seconds': '10',
    ...STICKY,
  })
})

test('an attribute that contradicts a field of the Service is refused', () => {
  expect(() => groups({ [KEY]: 'stickiness.enabled=false' })).toThrow('contradicts spec.sessionAffinity')
})
