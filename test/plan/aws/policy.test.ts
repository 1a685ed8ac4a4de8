/** What the operator's policy allows of a scheme that the Service does not decide alone. */
import { expect, it } from 'vitest'
import type { Limit } from '../../../src/model/load-balancer.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, want } from './build.ts'

const INTERNAL: Limit = { of: 'scheme', allowed: ['internal'], refusal: { reason: 'Forbidden', field: 'fairlead.dev/scheme', wrong: 'is not allowed' } }
const limited = (ask: AwsAsk = {}) => {
  const { settings, ...rest } = want(ask)
  return { ...rest, settings: { ...settings, limits: [INTERNAL] } }
}

it('an internet-facing load balancer stays as it is when only internal is allowed later and is the default', () => {
  const world = new AwsWorld()
  world.run({ web: { want: want() } })
  const lines = world.run({ web: { want: limited({ scheme: 'internal', schemeIsExplicit: false }) } })
  expect(lines.join('\n')).toMatch(/refuse.*Forbidden|Forbidden|is not allowed/)
  expect(lines.join('\n')).not.toMatch(/^(create|update|delete) /m)
})

it('nobody becomes internet-facing by sharing the load balancer of another namespace', () => {
  const world = new AwsWorld()
  const lines = world.run({
    edge: { want: want({ share: 'edge', scheme: 'internet-facing' }) },
    team: { want: limited({ share: 'edge', scheme: 'internal', schemeIsExplicit: false, listeners: ['443/TCP'] }) },
  })
  expect(lines.join('\n')).toMatch(/team.*is not allowed/)
  expect(lines.join('\n')).not.toMatch(/listener .*443/)
})
