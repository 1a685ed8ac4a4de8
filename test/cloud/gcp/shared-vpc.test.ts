/** The network of another project: firewall rules are written there; where that is not allowed, the command for its administrator is said, and everything else goes on. */
import { expect, test, vi } from 'vitest'
import { readyOf } from '../cluster.ts'
import { noted } from '../live-changes.ts'
import { insert, patch, remove } from './foreign.ts'
import { onServer } from './frame.ts'
import { addressesOf } from '../published.ts'
import { partsOf, serviceOf } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const HOUR_MS = 3_600_000
const HOST = 'network-host'
const COMMAND = /gcloud compute firewall-rules (create|update|delete) ([a-z][-a-z0-9]*)((?: --[a-z-]+[ =](?!--)\S+)*)/

interface Command {
  readonly verb: string
  readonly name: string
  readonly flags: Readonly<Record<string, string>>
}

const commandsIn = (text: string): readonly Command[] =>
  [...text.matchAll(new RegExp(COMMAND, 'g'))].map(([, verb = '', name = '', flags = '']) => ({
    verb,
    name,
    flags: Object.fromEntries([...flags.matchAll(/--([a-z-]+)[ =](\S+)/g)].map(([, flag = '', value = '']) => [flag, value.replaceAll(/^['"]|['"]$/g, '')])),
  }))

/** Of this Service and this verb, what was last said. */
async function commanded(world: World, name: string, verb: string): Promise<readonly Command[]> {
  const notes = (await world.cluster.events(name)).map(({ note }) => note)
  return notes.flatMap(commandsIn).filter((command) => command.verb === verb)
}

/** As the administrator of the network does. */
function carryOut({ gcp }: World, { verb, name, flags }: Command): void {
  const listed = (flag: string): readonly string[] => (flags[flag] ?? '').split(',').filter((one) => one !== '')
  const rules = [...Map.groupBy(listed('rules').length > 0 ? listed('rules') : listed('allow'), (rule) => rule.split(':')[0] ?? '')]
  const allowed = rules.map(([IPProtocol, all]) => ({
    IPProtocol,
    ...(all.some((rule) => rule.includes(':')) ? { ports: all.flatMap((rule) => rule.split(':')[1] ?? []) } : {}),
  }))
  const body = {
    [flags['action'] === 'DENY' ? 'denied' : 'allowed']: allowed,
    sourceRanges: listed('source-ranges'),
    destinationRanges: listed('destination-ranges'),
    targetTags: listed('target-tags'),
    ...(flags['priority'] === undefined ? {} : { priority: Number(flags['priority']) }),
  }
  const isSaid = ([, value]: [string, unknown]): boolean => !Array.isArray(value) || value.length > 0
  const said = Object.fromEntries(Object.entries(body).filter(isSaid)) as typeof body
  if (verb === 'delete') remove(gcp, `projects/${HOST}/global/firewalls/${name}`)
  else if (verb === 'create') insert(gcp, 'firewalls', { name, network: gcp.cloud.ids.network, description: flags['description'] ?? '', ...said })
  else patch(gcp, `projects/${HOST}/global/firewalls/${name}`, said)
}

async function opened(): Promise<World> {
  const world = await open({ networkProject: HOST })
  await world.start()
  return world
}

/** No right to write firewall rules. Answers what gives it. */
function forbid(world: World): () => void {
  const granted = (['insert', 'patch', 'update', 'delete'] as const).map((method) => {
    const permission = `compute.firewalls.${method === 'insert' ? 'create' : method === 'delete' ? 'delete' : 'update'}`
    const message = `Required '${permission}' permission for 'projects/${HOST}/global/firewalls/any'`
    return world.gcp.faults.inject({ match: { action: `firewalls.${method}` }, kind: { code: 'forbidden', status: 403, message }, times: 100_000 })
  })
  return () => granted.forEach((grant) => grant())
}

test('firewall rules are in the project of the network, everything else in that of the cluster', async () => {
  const world = await opened()
  await world.cluster.create('web')
  await world.cluster.create('inside', noted({ 'fairlead.dev/scheme': 'internal' }))
  for (const name of ['web', 'inside']) await world.untilReason(name, 'Ready')
  for (const { kind, id } of world.ownedObjects()) expect(id).toMatch(kind === 'firewalls' ? /^projects\/network-host\// : /^projects\/fairlead\//)
  expect([await world.reach('web'), await world.reach('inside', 80, '10.0.200.9')]).toEqual(['web', 'inside'])
})

test('without the right to write firewall rules the address is published, and the command that lets clients in is said', async () => {
  const world = await opened()
  forbid(world)
  await world.cluster.create('web')
  await world.until('it is published', async () => (await addressesOf(world)).length === 1)
  await world.until('the command is said', async () => (await commanded(world, 'web', 'create')).length > 0)
  const [address = ''] = await addressesOf(world)
  const own = (await commanded(world, 'web', 'create')).find(({ flags }) => flags['destination-ranges'] === `${address}/32`)
  expect(own?.flags).toMatchObject({ project: HOST, 'source-ranges': '0.0.0.0/0', 'target-tags': world.gcp.cloud.ids.nodeTag })
  expect(`${own?.flags['rules'] ?? ''}${own?.flags['allow'] ?? ''}`).toBe('tcp:80')
  expect(partsOf(world, 'web', 'firewalls')).toEqual([])
  for (const command of await commanded(world, 'web', 'create')) carryOut(world, command)
  expect(await world.reach('web')).toBe('web')
  await world.pass(2 * HOUR_MS)
  expect(await world.hasReason('web', 'Ready'), 'it is as it should be').toBe(true)
})

test('a range that goes is said as a command too, and once the right is given it is written', async () => {
  const world = await opened()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  const grant = forbid(world)
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.until('the command is said', async () => (await commanded(world, 'web', 'update')).length > 0)
  expect((await commanded(world, 'web', 'update'))[0]?.flags).toMatchObject({ project: HOST, 'source-ranges': '203.0.113.0/24' })
  expect(await world.reach('web')).toBe('web')
  grant()
  await world.pass(2 * HOUR_MS)
  expect(await world.reach('web', 80, '198.51.100.77')).not.toBe('web')
  expect(await world.hasReason('web', 'Ready')).toBe(true)
})

test('a Service goes though its firewall rules may not be deleted, with the commands for them; that they were run by hand ends it', async () => {
  const world = await opened()
  await world.cluster.create('web', { spec: { externalTrafficPolicy: 'Local', loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.cluster.create('stays')
  for (const name of ['web', 'stays']) await world.untilReason(name, 'Ready')
  const rules = partsOf(world, 'web', 'firewalls').map(({ name }) => name)
  forbid(world)
  await world.cluster.remove('web')
  await world.gone('web')
  const commands = await commanded(world, 'web', 'delete')
  expect(commands.map(({ name }) => name).toSorted()).toEqual(rules.toSorted())
  expect(new Set(commands.map(({ flags }) => flags['project']))).toEqual(new Set([HOST]))
  for (const command of commands) carryOut(world, command)
  const { mark } = world.gcp.journal
  await world.pass(3 * HOUR_MS)
  expect(world.gcp.journal.since(mark).filter(({ kind }) => kind === 'write')).toEqual([])
  expect(partsOf(world, 'web')).toEqual([])
  expect(await world.reach('stays')).toBe('stays')
})

test('a rule that a Service needs no more and that may not be deleted is said as a command, the rest goes on, and run by hand it is said no more', async () => {
  const world = await opened()
  await world.cluster.create('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.untilReason('web', 'Ready')
  const said = async (): Promise<boolean> => /may not delete firewall rules/.test(readyOf(await world.cluster.get('web'))?.message ?? '')
  const denying = partsOf(world, 'web', 'firewalls').filter(({ settings }) => 'denied' in settings)
  world.gcp.faults.inject({ match: { action: 'firewalls.delete' }, kind: { code: 'forbidden', status: 403 }, times: 100_000 })
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: null, sessionAffinity: 'ClientIP' } })
  await world.until('the command is said', said)
  expect(serviceOf(world, 'web')['sessionAffinity'], 'the rest').toBe('CLIENT_IP')
  expect((await commanded(world, 'web', 'delete')).map(({ name }) => name)).toEqual(denying.map(({ name }) => name))
  for (const command of await commanded(world, 'web', 'delete')) carryOut(world, command)
  await world.pass(2 * HOUR_MS)
  await world.until('it is said no more', async () => !(await said()))
  expect([await world.hasReason('web', 'Ready'), await world.reach('web', 80, '198.51.100.77')]).toEqual([true, 'web'])
})

test('a Service goes though its firewall rule may not be deleted; that goes once the right is given', async () => {
  const world = await opened()
  await world.cluster.create('web')
  await world.cluster.create('stays')
  for (const name of ['web', 'stays']) await world.untilReason(name, 'Ready')
  const grant = forbid(world)
  await world.cluster.remove('web')
  await world.gone('web')
  expect(new Set(partsOf(world, 'web').map(({ kind }) => kind))).toEqual(new Set(['firewalls']))
  grant()
  await world.pass(3 * HOUR_MS)
  expect(partsOf(world, 'web')).toEqual([])
  expect(await world.reach('stays')).toBe('stays')
})
