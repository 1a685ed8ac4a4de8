/** `spec.trafficDistribution` on AWS: an attribute of the load balancer, for which any other word on it takes precedence. */
import { expect, it } from 'vitest'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, want } from './build.ts'

const POLICY = 'dns_record.client_routing_policy'
const ATTRIBUTES = 'service.beta.kubernetes.io/aws-load-balancer-attributes'
const writing = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.includes('load balancer attributes'))

function served(ask: AwsAsk): AwsWorld {
  const world = new AwsWorld()
  world.run({ web: { want: want(ask) } })
  return world
}

it('is written where the zone of the client is preferred, and put back where it is not any more', () => {
  const world = new AwsWorld()
  expect(writing(world.run({ web: { want: want({ zonalAffinity: true }) } }))).toEqual([
    `update load balancer attributes web ${POLICY}=availability_zone_affinity`,
  ])
  expect(world.run({ web: { want: want({ zonalAffinity: true }) } })).toEqual([])
  expect(writing(world.run({ web: { want: want() } }))).toEqual([`update load balancer attributes web ${POLICY}=any_availability_zone`])
})

it('changes nothing where it is not asked for', () => expect(served({}).run({ web: { want: want() } })).toEqual([]))

it('is less than what the Service says in AWS’ own words, with a note', () => {
  const asked = want({ zonalAffinity: true, options: { loadBalancerAttributes: { [POLICY]: 'partial_availability_zone_affinity' } } })
  const world = new AwsWorld()
  expect(world.plan({ web: { want: asked } }).notes?.map(({ text }) => text)).toEqual([
    `spec.trafficDistribution is followed by kube-proxy alone, because ${POLICY} in ${ATTRIBUTES} takes precedence.`,
  ])
  expect(writing(world.run({ web: { want: asked } }))).toEqual([`update load balancer attributes web ${POLICY}=partial_availability_zone_affinity`])
})

it('is for all that share a load balancer, and contradicts none of them', () => {
  const shared = (port: `${number}/TCP`, ask: AwsAsk = {}) => want({ listeners: [port], share: 'default/edge', ...ask })
  const any = { options: { loadBalancerAttributes: { [POLICY]: 'any_availability_zone' } } }
  const world = new AwsWorld()
  const [web, dns] = [
    { want: shared('80/TCP'), age: 'a' },
    { want: shared('53/TCP', { zonalAffinity: true }), age: 'b' },
  ]
  const first = world.run({ web, dns })
  expect(writing(first)).toEqual([`update load balancer attributes defaultedg ${POLICY}=availability_zone_affinity`])
  const second = world.run({ web: { want: shared('80/TCP', any), age: 'a' }, dns })
  expect(writing(second)).toEqual([`update load balancer attributes defaultedg ${POLICY}=any_availability_zone`])
  expect([...first, ...second].filter((line) => line.startsWith('refused'))).toEqual([])
})
