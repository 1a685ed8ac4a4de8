/** Changes that take another load balancer, or another one's: scheme and sharing; and the end of one that is protected. */
import { expect, test, vi } from 'vitest'
import { run } from '../../product/program.ts'
import { hostOf, readyOf } from '../cluster.ts'
import { onServer } from './frame.ts'
import { CLUSTER_ID, type World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const INTERNAL = { 'fairlead.dev/scheme': 'internal' }
/** Somebody in the network, whom balancers of both schemes let in. */
const COLLEAGUE = '10.0.200.9'
const LINGER_MS = 300_000

const balancers = (world: World): readonly string[] =>
  world.ownedObjects().flatMap(({ kind, settings }) => (kind === 'load balancer' ? [String(settings['scheme'])] : []))

test('another scheme: the new balancer serves before the old one goes, and the old name lingers', async () => {
  const world = await open()
  await world.start({ lingerMs: LINGER_MS })
  await world.cluster.create('web')
  const old = hostOf(await world.untilReason('web', 'Ready')) ?? ''
  let published = old
  world.onWrite = ({ action }) => expect(world.send(published, 80, COLLEAGUE), `after ${action}`).toBe('web')
  await world.cluster.change('web', { annotations: INTERNAL })
  await world.until('another name is published', async () => {
    published = hostOf(await world.cluster.get('web')) ?? ''
    return published !== old
  })
  await world.rest()
  expect([world.send(old), world.send(published, 80, COLLEAGUE), world.send(published)]).toEqual(['web', 'web', expect.stringContaining('internal')])
  await world.pass(LINGER_MS - 60_000)
  expect(world.send(old)).toBe('web')
  expect(balancers(world).toSorted()).toEqual(['internal', 'internet-facing'])
  await world.until('the old one is gone', () => balancers(world).length === 1)
  expect(balancers(world)).toEqual(['internal'])
  expect(world.ownedObjects().filter(({ kind }) => kind === 'target group')).toHaveLength(1)
  await world.untilReason('web', 'Ready')
  expect((await world.cluster.events('web')).map(({ reason }) => reason)).toContain('AddressChanged')
})

async function plan(world: World, name: string): Promise<string> {
  const { aws, server, cluster } = world
  const { region, ids } = aws.cloud
  const where = ['--aws-endpoint', aws.url, '--aws-region', region, '--aws-vpc-id', ids.vpc, '--aws-cluster-name', ids.cluster]
  const which = ['--cluster-id', CLUSTER_ID, '--kubeconfig', server.kubeconfigFile]
  const environment = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const { out, err, exitCode } = await run(['plan', '--providers', 'aws', ...where, ...which, `${cluster.namespace}/${name}`], { environment })
  expect([exitCode, err]).toEqual([0, ''])
  return out
}

test('`fairlead plan` shows the steps of another scheme, and of another subnet which of them interrupts; nothing is done', async () => {
  const world = await open()
  await world.start()
  const { publicSubnets, privateSubnets } = world.aws.cloud.ids
  const fixed = { 'fairlead.dev/subnets': publicSubnets.slice(0, 2).join(',') }
  await world.cluster.create('web')
  await world.cluster.create('fixed', { annotations: fixed })
  await world.untilReason('web', 'Ready')
  await world.untilReason('fixed', 'Ready')
  const asked = { 'fairlead.dev/plan-only': 'true' }
  await world.cluster.change('web', { annotations: { ...INTERNAL, ...asked } })
  await world.cluster.change('fixed', { annotations: { 'fairlead.dev/subnets': [publicSubnets[0], privateSubnets[1]].join(','), ...asked } })
  const reported = [await world.untilReason('web', 'PlanOnly'), await world.untilReason('fixed', 'PlanOnly')].map((service) => readyOf(service)?.message)
  const owned = world.owned()
  const mark = world.aws.journal.mark
  const [scheme, swap] = [await plan(world, 'web'), await plan(world, 'fixed')]
  expect(scheme).toMatch(/\+ load balancer/)
  expect(scheme).not.toMatch(/INTERRUPTS/)
  expect(swap).toMatch(/~ load balancer subnets .*INTERRUPTS/)
  expect(reported[0]).toContain('create load balancer')
  expect(reported[1]).toContain('update load balancer subnets')
  expect(world.aws.journal.since(mark).filter(({ kind }) => kind === 'write')).toEqual([])
  expect(world.owned()).toEqual(owned)
})

test('a Service joins a share and leaves it: it is served all the time, and so are those who stay', async () => {
  const world = await open()
  await world.start({ lingerMs: LINGER_MS })
  const share = { 'fairlead.dev/share': 'edge' }
  await world.cluster.create('mail', { annotations: share, spec: { ports: [{ port: 25 }] } })
  await world.cluster.create('web')
  const edge = hostOf(await world.untilReason('mail', 'Ready')) ?? ''
  const alone = hostOf(await world.untilReason('web', 'Ready')) ?? ''
  let published = alone
  world.onWrite = ({ action }) => {
    expect(world.send(published), `after ${action}`).toBe('web')
    expect(world.send(edge, 25), `after ${action}`).toBe('mail')
  }
  await world.cluster.change('web', { annotations: share })
  await world.until('it moved', async () => (published = hostOf(await world.cluster.get('web')) ?? '') === edge)
  expect([world.send(edge), world.send(edge, 25)]).toEqual(['web', 'mail'])
  await world.until('its own balancer is gone', () => balancers(world).length === 1)
  await world.cluster.change('web', { annotations: { 'fairlead.dev/share': null } })
  await world.until('it moved back', async () => (published = hostOf(await world.cluster.get('web')) ?? '') !== edge)
  expect(world.send(published)).toBe('web')
  await world.until('its port on the shared one is gone', () => world.send(edge) !== 'web')
  await world.untilReason('web', 'Ready')
  expect(world.send(edge, 25)).toBe('mail')
  world.onWrite = () => {}
  await world.cluster.remove('web')
  await world.cluster.remove('mail')
  await world.gone('web')
  await world.gone('mail')
  await world.pass(600_000)
  expect(world.owned()).toEqual([])
})

test('a protected balancer survives the deletion of its Service, says why, and goes when it may', async () => {
  const world = await open()
  await world.start()
  await world.cluster.create('web', { annotations: { 'fairlead.dev/deletion-protection': 'true' } })
  const host = hostOf(await world.untilReason('web', 'Ready')) ?? ''
  const balancer = world.ownedObjects().find(({ kind }) => kind === 'load balancer')
  expect(balancer?.settings['attributes']).toMatchObject({ 'deletion_protection.enabled': 'true' })
  await world.cluster.remove('web')
  const { message } = readyOf(await world.untilReason('web', 'Protected')) ?? {}
  expect(message).toContain('fairlead.dev/deletion-protection')
  await world.pass(3_600_000)
  expect(world.send(host)).toBe('web')
  await world.cluster.change('web', { annotations: { 'fairlead.dev/deletion-protection': 'false' } })
  await world.gone('web')
  await world.pass(600_000)
  expect(world.owned()).toEqual([])
})
