/** What a change of one Service means for those that share with it, and what stays although it is asked for no longer: on every provider, as a user reads it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { PROVIDERS } from '../../providers/index.ts'
import { placesOf } from '../../src/controller/services/published.ts'
import { placeText } from '../../src/model/status.ts'
import type { Server } from '../controller/server.ts'
import { looking as lookingAtAws, createWorld as onAws } from './aws/world.ts'
import { looking as lookingAtAzure, createWorld as onAzure } from './azure/world.ts'
import { readyOf } from './cluster.ts'
import { typed } from './commands.ts'
import { onServerWith } from './frame.ts'
import { looking as lookingAtGcp, createWorld as onGcp } from './gcp/world.ts'
import { looking as lookingAtLocal, createWorld as onLocal } from './local/world.ts'
import type { BaseWorld } from './world.ts'

interface Opened {
  readonly world: BaseWorld
  /** What a command prints. */
  readonly print: (command: 'explain' | 'plan', ...more: readonly string[]) => Promise<string>
}

const OPEN: Readonly<Record<string, (server: Server) => Promise<Opened>>> = {
  local: async (server) => {
    const world = await onLocal(server)
    return { world, print: (...asking) => typed(lookingAtLocal(world), ...asking) }
  },
  aws: async (server) => {
    const world = await onAws(server)
    return { world, print: (...asking) => typed(lookingAtAws(world), ...asking) }
  },
  azure: async (server) => {
    const world = await onAzure(server)
    return { world, print: (...asking) => typed(lookingAtAzure(world), ...asking) }
  },
  gcp: async (server) => {
    const world = await onGcp(server)
    return { world, print: (...asking) => typed(lookingAtGcp(world), ...asking) }
  },
}

const SCHEME = 'fairlead.dev/scheme'
const INTERNAL = { [SCHEME]: 'internal' }
/** What gives a Service another address where the scheme does not; Services that share one cannot ask for another. */
const LOCAL_MOVE = { 'fairlead.dev/addresses': '127.0.10.77' }
const KEPT = `${SCHEME} is not set: the load balancer stays internal until ${SCHEME} is internet-facing, which changes the address. A default never changes the scheme of a load balancer that exists.`

test('every provider is tried', () => expect(Object.keys(OPEN)).toEqual(Object.keys(PROVIDERS)))

describe.each(Object.keys(OPEN))('on %s', (provider) => {
  const { capabilities } = PROVIDERS[provider] as (typeof PROVIDERS)[string]
  const isLocal = provider === 'local'
  /** Whether a change of one changes another. */
  const isShared = capabilities.share.supported && !isLocal
  const share: Readonly<Record<string, string>> = isShared ? { 'fairlead.dev/share': 'edge' } : {}
  const moved = { ...share, ...(isLocal ? LOCAL_MOVE : INTERNAL) }
  const open = onServerWith(async (server) => {
    const { world, print } = await (OPEN[provider] as (typeof OPEN)[string])(server)
    return Object.assign(world, { print })
  })

  const manifest = (name: string, port: number): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, annotations: share },
    spec: { type: 'LoadBalancer', loadBalancerClass: `fairlead.dev/${provider}`, selector: { app: name }, ports: [{ port }] },
  })

  async function createBoth({ cluster }: BaseWorld): Promise<void> {
    await cluster.create('web', { annotations: share })
    await cluster.create('mail', { annotations: share, spec: { ports: [{ port: 25, protocol: 'TCP' }] } })
  }

  const nameOf = ({ cluster }: BaseWorld, name: string): string => `${cluster.namespace}/${name}`
  const addressOf = async ({ cluster }: BaseWorld, name: string): Promise<string> =>
    placesOf(await cluster.get(name))
      .map(placeText)
      .join(' ')
  const messageOf = async ({ cluster }: BaseWorld, name: string): Promise<string> => readyOf(await cluster.get(name))?.message ?? ''

  test('of two Services that are planned together every step stands once, and the sum of both counts it once', async () => {
    const world = await open()
    const file = join(await mkdtemp(join(tmpdir(), 'fairlead-')), 'services.json')
    onTestFinished(() => rm(dirname(file), { recursive: true }))
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [manifest('web', 80), manifest('mail', 25)] }))
    const text = await world.print('plan', '-f', file)
    const steps = text.split('\n').flatMap((line) => /^ *(?:[│├└─]+ *)+([+~-] .*)/.exec(line)?.[1] ?? [])
    const count = (mark: string): number => steps.filter((step) => step.startsWith(mark)).length
    expect(steps.length).toBeGreaterThan(1)
    expect(new Set(steps).size).toBe(steps.length)
    expect(text).toContain(`All 2 Services: + ${count('+')} to create, ~ ${count('~')} to change, - ${count('-')} to delete; what they share is counted once.`)
    expect(/= \d+ steps? shared with default\/web, shown there/.test(text)).toBe(!isLocal)
  })

  test('a change of one names the others whose address changes with it, in the plan and in the condition of plan-only; then it is so', async () => {
    const world = await open()
    await world.start()
    await createBoth(world)
    await world.untilReason('web', 'Ready')
    await world.untilReason('mail', 'Ready')
    const [web, mail] = [await addressOf(world, 'web'), await addressOf(world, 'mail')]
    await world.cluster.change('web', { annotations: { ...moved, 'fairlead.dev/plan-only': 'true' } })
    await world.untilReason('web', 'PlanOnly')
    const [condition, plan] = [await messageOf(world, 'web'), unwrapped(await world.print('plan', nameOf(world, 'web')))]
    const other = nameOf(world, 'mail')
    expect(condition).toMatch(new RegExp(`The address changes from ${web} to .*\\. Later: .* keeps serving clients that know the old address, and is deleted`))
    expect(condition.includes(`Also affected: ${other} (another address).`)).toBe(isShared)
    expect(plan).toContain(`The address changes from ${web} to `)
    expect(plan.includes(`Also affects ${other}. The address changes from ${mail} to `)).toBe(isShared)
    expect([await addressOf(world, 'web'), await addressOf(world, 'mail')]).toEqual([web, mail])
    await world.cluster.change('web', { annotations: { ...moved, 'fairlead.dev/plan-only': null } })
    await world.until('web has moved', async () => ![web, ''].includes(await addressOf(world, 'web')) && (await world.hasReason('web', 'Ready')))
    await world.pass(60_000)
    expect((await addressOf(world, 'mail')) === mail).toBe(!isShared)
    const because = `The load balancer is internal, because ${nameOf(world, 'web')} sets ${SCHEME} for all that share it.`
    expect((await messageOf(world, 'mail')).includes(because)).toBe(isShared && SCHEME in moved)
  })

  test('a key that is added gives the Service another address where it leaves a balancer of its own, which goes later', async () => {
    const world = await open()
    await world.start()
    await world.cluster.create('web')
    await world.untilReason('web', 'Ready')
    const address = await addressOf(world, 'web')
    await world.cluster.change('web', { annotations: { ...share, 'fairlead.dev/plan-only': 'true' } })
    await world.untilReason('web', 'PlanOnly')
    const [condition, plan] = [await messageOf(world, 'web'), unwrapped(await world.print('plan', nameOf(world, 'web')))]
    for (const text of [condition, plan]) {
      expect(text.includes(`The address changes from ${address} to a new one`)).toBe(isShared)
      expect(/Later: what \S+ holds for it keeps serving clients that know the old address, and is deleted/.test(text)).toBe(isShared)
    }
  })

  test('the scheme stays when its annotation goes, and the condition, plan and explain say so where the scheme means something', async () => {
    const world = await open()
    await world.start()
    await world.cluster.create('web', { annotations: INTERNAL })
    const before = await world.untilReason('web', 'Ready')
    expect(readyOf(before)?.message).not.toContain('stays')
    await world.cluster.change('web', { annotations: { [SCHEME]: null } })
    await world.pass(60_000)
    expect((await messageOf(world, 'web')).includes(KEPT)).toBe(!isLocal)
    expect((await world.cluster.get('web')).status.loadBalancer).toEqual(before.status.loadBalancer)
    expect(unwrapped(await world.print('plan', nameOf(world, 'web'))).includes(`nothing to do note: ${KEPT}`)).toBe(!isLocal)
    expect(unwrapped(await world.print('explain', nameOf(world, 'web'))).split(KEPT)).toHaveLength(isLocal ? 1 : 2)
  })
})

function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
