/** Every Service that a page of docs/tasks prints, applied on every provider: it is served where the provider's capabilities say so, and refused with the page's reason elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Task, TASKS } from '../../docs/tasks.ts'
import { PROVIDERS } from '../../providers/index.ts'
import type { Service } from '../../src/model/cluster.ts'
import type { Feature } from '../../src/provider/capabilities.ts'
import { type Server, SERVERS } from '../controller/server.ts'
import { servicesOf } from '../docs/pages.ts'
import { createWorld as onAws } from './aws/world.ts'
import { SEED as AZURE_SEED } from './azure/foreign.ts'
import { createWorld as onAzure } from './azure/world.ts'
import { readyOf } from './cluster.ts'
import { SEED as GCP_SEED } from './gcp/foreign.ts'
import { createWorld as onGcp } from './gcp/world.ts'
import { createWorld as onLocal } from './local/world.ts'
import type { BaseWorld } from './world.ts'

/** What the reader fills in, as the pages show it. */
interface Filled {
  /** By page: an address is of one Service. */
  readonly ADDRESS: Readonly<Record<string, string>>
  readonly NUMBER: string
  readonly CERTIFICATE: string
}

interface Prepared {
  readonly world: BaseWorld
  readonly filled: Filled
}

/** For providers that refuse what is named, before they look for it. */
const ANY: Filled = { ADDRESS: { 'fixed-address': 'shop-address', share: 'edge-address' }, NUMBER: '192.0.2.7', CERTIFICATE: 'shop-certificate' }

/** Each with what a user has reserved before. */
const WORLDS: Readonly<Record<string, (server: Server) => Promise<Prepared>>> = {
  local: async (server) => ({ world: await onLocal(server), filled: { ...ANY, NUMBER: '127.0.10.77' } }),
  aws: async (server) => {
    const world = await onAws(server, { seed: { addresses: 6 } })
    const { addresses, certificates } = world.aws.cloud.ids
    const ADDRESS = { 'fixed-address': addresses.slice(0, 3).join(','), share: addresses.slice(3).join(',') }
    return { world, filled: { ...ANY, ADDRESS, CERTIFICATE: certificates[0] ?? '' } }
  },
  azure: async (server) => {
    const world = await onAzure(server, { seed: { ...AZURE_SEED, addresses: 5 } })
    const { ids } = world.azure.cloud
    // The third and fourth are others'.
    const [first = '', second = '', , , fifth = ''] = ids.addresses
    return { world, filled: { ...ANY, ADDRESS: { 'fixed-address': first, share: fifth }, NUMBER: world.azure.cloud.addressOf(second) ?? '' } }
  },
  gcp: async (server) => {
    const world = await onGcp(server, { seed: { ...GCP_SEED, addresses: 4 } })
    // The third is another's.
    const ADDRESS = { 'fixed-address': 'reserved-1', share: 'reserved-4' }
    return { world, filled: { ...ANY, ADDRESS, NUMBER: world.gcp.cloud.addressOf('reserved-2') ?? '' } }
  },
}

const CASES = TASKS.flatMap((task) => Object.keys(task.services).map((name) => ({ task, name, called: `${task.page}-${name}` })))

test('every provider is tried, and every Service of a page is in the table', () => {
  expect(Object.keys(WORLDS)).toEqual(Object.keys(PROVIDERS))
  for (const { page, services } of TASKS) expect([page, servicesOf(pathOf(page)).map(({ metadata }) => metadata.name)]).toEqual([page, Object.keys(services)])
})

describe.each(Object.keys(WORLDS))('on %s', (provider) => {
  let server: Server
  let world: BaseWorld | undefined

  beforeAll(async () => {
    server = await (SERVERS[0] as (typeof SERVERS)[number]).start()
    const prepared = await (WORLDS[provider] as (typeof WORLDS)[string])(server)
    world = prepared.world
    await world.start()
    await label(world)
    await world.cluster.createAll(CASES.map((one, i) => asCreated(one.called, i + 1, given(one.task, one.name, provider, prepared.filled))))
  })
  afterAll(async () => {
    await world?.close()
    await server.stop()
  })

  test.each(CASES)('$called', async ({ task, name, called }) => {
    const because = refusals(provider, task.services[name] ?? [])
    const service = await settled(world as BaseWorld, called)
    const { reason, message = '' } = readyOf(service) ?? {}
    const isPublished = (service.status.loadBalancer?.ingress ?? []).length > 0
    const expected = because.length > 0 ? 'Invalid' : (task.reason ?? 'Ready')
    expect({ reason, isPublished, unsaid: because.filter((sentence) => !message.includes(sentence)) }).toEqual({
      reason: expected,
      isPublished: expected === 'Ready',
      unsaid: [],
    })
  })
})

function pathOf(page: string): string {
  return `docs/tasks/${page}.md`
}

/** The page's Service, as the reader applies it. */
function given({ page }: Task, name: string, provider: string, filled: Filled): Service {
  const fill = (block: string): string =>
    Object.entries({ PROVIDER: provider, ...filled, ADDRESS: filled.ADDRESS[page] ?? '' }).reduce(
      (text, [place, value]) => text.replaceAll(new RegExp(`\\b${place}\\b`, 'g'), value),
      block,
    )
  const found = servicesOf(pathOf(page), fill).find(({ metadata }) => metadata.name === name)
  if (found === undefined) throw new Error(`${page} has no Service ${name}`)
  return found
}

/** All in one namespace, where Services of two pages cannot have one name. The pod has an address of each family. */
function asCreated(name: string, number: number, { metadata: { annotations = {} }, spec }: Service): Parameters<BaseWorld['cluster']['createAll']>[0][number] {
  return { name, parts: { annotations, spec }, pods: [`10.244.1.${number}`, `fd00:244::${number}`] }
}

/** As docs/tasks/nodes-and-zones.md has it. */
async function label({ cluster, server }: BaseWorld): Promise<void> {
  const { items } = (await server.user('GET', '/api/v1/nodes')) as { readonly items: readonly { readonly metadata: { readonly name: string } }[] }
  for (const { metadata } of items) await cluster.label(metadata.name, { pool: 'edge' })
}

/** Each is a sentence of the page's table. */
function refusals(provider: string, features: readonly Feature[]): readonly string[] {
  const { capabilities } = PROVIDERS[provider] as (typeof PROVIDERS)[string]
  return features.flatMap((feature) => (capabilities[feature].supported ? [] : [capabilities[feature].because]))
}

/** `NoBackends`: the slices of a Service are written after it. */
const PASSING = new Set([undefined, 'Progressing', 'Waiting', 'Moved', 'NoBackends'])

async function settled(world: BaseWorld, called: string): Promise<Service> {
  await world.until(`${called} is served or refused`, async () => !PASSING.has(readyOf(await world.cluster.get(called))?.reason))
  return world.cluster.get(called)
}
