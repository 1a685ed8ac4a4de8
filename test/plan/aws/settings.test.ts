/** Settings that stand on no page: written once, recorded by a fingerprint, read only where it is another one, and put back when nobody asks for them. */
import { expect, it } from 'vitest'
import { listener } from '../../contract/wish.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, want } from './build.ts'

function served(ask: AwsAsk = {}): AwsWorld {
  const world = new AwsWorld()
  world.run({ web: { want: want(ask) } })
  return world
}

const CHECK = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const
const EXTRAS = { crossZone: true, drainTimeoutSeconds: 30 } as const
const idle = (idleTimeoutSeconds: number) => ({ listeners: [listener('80/TCP', { idleTimeoutSeconds, healthCheck: CHECK })] })
const tls = (certificates: readonly string[], alpn: readonly string[] = []) => ({
  listeners: [listener('443/TCP', { tls: { certificates, alpn }, healthCheck: CHECK })],
})

it('a new Service writes what is not the default, and one fingerprint on all that has it', () => {
  expect(new AwsWorld().run({ web: { want: want(EXTRAS) } }).slice(-4)).toEqual([
    'update load balancer attributes web load_balancing.cross_zone.enabled=true',
    'update target group attributes web deregistration_delay.timeout_seconds=30',
    '-',
    'update tags fairlead.dev/settings of web and 1 more fairlead.dev/settings=#',
  ])
})

it('saying a default is no setting', () => {
  const lines = new AwsWorld().run({
    web: { want: want({ crossZone: false, preserveClientIp: true, drainTimeoutSeconds: 300, options: { privateLinkRules: true } }) },
  })
  expect(lines.filter((line) => line !== '-')).toHaveLength(6)
})

it('a fingerprint that is the same needs no look after a restart', () => {
  const world = served(EXTRAS)
  world.restart()
  expect(world.run({ web: { want: want(EXTRAS) } })).toEqual(['read targets web trust 2'])
})

it('one that is another: what differs is read, then written, then recorded', () => {
  const world = served(EXTRAS)
  world.restart()
  expect(world.run({ web: { want: want({ ...EXTRAS, drainTimeoutSeconds: 60 }) } })).toEqual([
    'read targets web trust 2',
    '-',
    'read load balancer attributes web',
    'read target group attributes web',
    '--',
    'update target group attributes web deregistration_delay.timeout_seconds=60',
    '-',
    'update tags fairlead.dev/settings of web and 1 more fairlead.dev/settings=#',
  ])
})

it('in one process nothing is read', () => {
  expect(served(EXTRAS).run({ web: { want: want({ ...EXTRAS, drainTimeoutSeconds: 60 }) } })).toEqual([
    'update target group attributes web deregistration_delay.timeout_seconds=60',
    '-',
    'update tags fairlead.dev/settings of web and 1 more fairlead.dev/settings=#',
  ])
})

it('none: everything is what a new object has, and what is asked for is written', () => {
  const world = served()
  world.restart()
  expect(world.run({ web: { want: want(EXTRAS) } })).toEqual([
    'read targets web trust 2',
    '-',
    'update load balancer attributes web load_balancing.cross_zone.enabled=true',
    'update target group attributes web deregistration_delay.timeout_seconds=30',
    '-',
    'update tags fairlead.dev/settings of web and 1 more fairlead.dev/settings=#',
  ])
})

it('what nobody asks for any more is put back', () => {
  const world = served(EXTRAS)
  world.restart()
  expect(world.run({ web: { want: want() } }).slice(-4)).toEqual([
    'update load balancer attributes web load_balancing.cross_zone.enabled=false',
    'update target group attributes web deregistration_delay.timeout_seconds=300',
    '-',
    'update tags fairlead.dev/settings of web and 1 more fairlead.dev/settings=#',
  ])
})

it('an idle timeout is an attribute of the listener, written once there is one', () => {
  const world = new AwsWorld()
  expect(world.run({ web: { want: want(idle(600)) } }).slice(-4)).toEqual([
    '--',
    'update listener attributes web:80 tcp.idle_timeout.seconds=600',
    '-',
    'update tags fairlead.dev/settings of web:80 fairlead.dev/settings=#',
  ])
  world.restart()
  expect(world.run({ web: { want: want(idle(600)) } })).toEqual(['read targets web trust 2'])
  expect(world.run({ web: { want: want(idle(350)) } })).toEqual([
    'read listeners web',
    '--',
    'read listener attributes web:80',
    '--',
    'update listener attributes web:80 tcp.idle_timeout.seconds=350',
    '-',
    'update tags fairlead.dev/settings of web:80 fairlead.dev/settings=#',
  ])
})

it('certificates beside the default one are added before others are taken away', () => {
  const world = served(tls(['arn:a', 'arn:b']))
  expect(world.run({ web: { want: want(tls(['arn:a', 'arn:c'])) } })).toEqual([
    'update listener certificates web:443 arn:c',
    '-',
    'update tags fairlead.dev/settings of web:443 fairlead.dev/settings=#',
    '-',
    'update obsolete listener certificates web:443 arn:b',
  ])
})

it('another default certificate, and an ALPN policy that goes, are one call each', () => {
  const world = served(tls(['arn:a'], ['h2']))
  expect(world.run({ web: { want: want(tls(['arn:b'], ['h2'])) } })).toEqual([
    'update listener web:443 TLS arn:b HTTP2Only',
    '-',
    'update tags fairlead.dev/settings of web:443 fairlead.dev/settings=#',
  ])
  expect(world.run({ web: { want: want(tls(['arn:b'])) } })).toEqual([
    'update listener web:443 TLS arn:b None',
    '-',
    'update tags fairlead.dev/settings of web:443 fairlead.dev/settings=#',
  ])
})

it('capacity is reserved once the load balancer is active', () => {
  const world = new AwsWorld()
  expect(world.run({ web: { want: want({ options: { capacityUnits: 20 } }) } }).slice(-8)).toEqual([
    '-',
    'create listener web:80 TCP',
    '--',
    'read load balancer web',
    '--',
    'update load balancer capacity web 20',
    '-',
    'update tags fairlead.dev/settings of web fairlead.dev/settings=#-capacity',
  ])
  expect(world.run({ web: { want: want() } })).toEqual([
    'read load balancer attributes web',
    '--',
    'update load balancer capacity web 0',
    '-',
    'update tags fairlead.dev/settings of web fairlead.dev/settings=#',
  ])
})

it('a health check is changed in place', () => {
  const asked = { listeners: [listener('80/TCP', { healthCheck: { protocol: 'tcp', port: 8080, intervalSeconds: 5, from: 'annotation' } })] } as const
  expect(served().run({ web: { want: want(asked) } })).toEqual(['update health check web TCP 8080'])
})

it('tags of the user are on everything, and follow him', () => {
  const world = served({ tags: { team: 'shop' } })
  expect([...world.view.listeners.values()].map(({ tags }) => tags)).toEqual([{ team: 'shop' }])
  expect(world.run({ web: { want: want({ tags: { stage: 'live' } }) } })).toEqual([
    'update security group tags fairlead-web',
    'update tags stage of web and 2 more stage=live',
    '-',
    'update obsolete security group tags fairlead-web',
    'update obsolete tags team of web and 2 more',
  ])
})

it('of access logs, the annotation for them alone counts', () => {
  const logs = { 'access_logs.s3.enabled': 'true', 'access_logs.s3.bucket': 'one' }
  const written = (options: AwsOptions) =>
    new AwsWorld().run({ web: { want: want({ options }) } }).filter((line) => line.startsWith('update load balancer attributes'))
  expect(written({ loadBalancerAttributes: logs })).toEqual(['update load balancer attributes web access_logs.s3.bucket=one access_logs.s3.enabled=true'])
  expect(written({ loadBalancerAttributes: logs, accessLogEnabled: false })).toEqual([])
  expect(written({ loadBalancerAttributes: logs, accessLogBucket: 'two' })).toEqual([
    'update load balancer attributes web access_logs.s3.bucket=two access_logs.s3.enabled=true',
  ])
})

it('attributes that Fairlead does not know are written after the others, each alone', () => {
  const attributes = { 'new.one': '1', 'stickiness.enabled': 'true', 'new.two': '2' }
  const world = new AwsWorld()
  expect(
    world
      .run({ web: { want: want({ options: { targetGroupAttributes: { service: attributes, ports: {} }, loadBalancerAttributes: { 'new.three': '3' } } }) } })
      .slice(-9),
  ).toEqual([
    'create listener web:80 TCP',
    'update target group attributes web stickiness.enabled=true',
    '-',
    'update load balancer attributes web (new.three) new.three=3',
    'update target group attributes web (new.one) new.one=1',
    '-',
    'update target group attributes web (new.two) new.two=2',
    '-',
    'update tags fairlead.dev/settings of web and 1 more fairlead.dev/settings=#',
  ])
})

it('back-end rules turned off without own groups have no effect, which a note says', () => {
  const { stages, refused, notes } = new AwsWorld().plan({ web: { want: want({ options: { manageBackendRules: false } }) } })
  expect(refused).toEqual([])
  expect(stages).toEqual(new AwsWorld().plan({ web: { want: want() } }).stages)
  expect(notes?.map(({ text }) => text)).toEqual([
    'service.beta.kubernetes.io/aws-load-balancer-manage-backend-security-group-rules: "false" has no effect, because it applies only to load balancers with fairlead.dev/security-groups.',
  ])
})
