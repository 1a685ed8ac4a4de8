/**
 * The narrow view of the data plane: parts go in and come out. It keeps with each frontend its owner and its reason, which sockets cannot show, and says how
 * a target is reached. Decides nothing.
 */
import type { Duplex } from 'node:stream'
import type { Clock } from '../../src/model/clock.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { TargetState } from '../../src/provider/provider.ts'
import type { StreamTarget } from '../../src/provider/load.ts'
import type { DataPlane, Frontend, FrontendState, Rule, Target } from './balancer/data-plane.ts'
import { cloudErrorOf } from './errors.ts'
import { keptPart, type Memory, noMemory } from './served-state.ts'
import { type Held, InUse } from './in-use.ts'
import { isSameSettings, type LocalTarget, type Machine, type Part } from './parts.ts'
import type { Pool } from './pool.ts'

/**
 * How a backend is reached.
 * - `direct`: by its address; where that is found from here, the data plane's network map knows.
 * - `port-forward`: by a stream through the API server; pods and TCP only.
 */
export type Reach = { readonly kind: 'direct' } | { readonly kind: 'port-forward'; readonly dial: (target: StreamTarget) => Promise<Duplex> }

export interface LocalClient {
  /**
   * What is held, each part as it was last applied. The first time, what the process before served is taken up again, without targets and so without a
   * socket: that gets its backends when it is next followed or wanted.
   */
  parts(): Promise<readonly Part[]>
  /** Binds. Throws a CloudError, and then nothing is left. */
  open(part: Part): Promise<void>
  /** Another rule or standing for a part that is held. Throws a CloudError. */
  change(part: Part): Promise<void>
  /** Throws a CloudError. What is closed is not taken up by the next process, however soon this one ends. */
  close(part: Part): Promise<void>
  /** What the machine allows now, and which of the sockets that another program had it still has. */
  machine(): Promise<Machine>
  /**
   * After the socket of this part was found in use: the sockets of its port that other programs have in its pool, its own among them. Undefined while it is too early to
   * give the address up: `waitMs` counts from the first time it was refused.
   */
  inUseBeside(part: Part, waitMs: number): Promise<readonly Held[] | undefined>
  /** Every target of these owners (uids), as traffic and health checks have found it. */
  targets(owners: ReadonlySet<string>): readonly TargetState[]
}

export interface ClientOptions {
  readonly dataPlane: DataPlane
  readonly reach: Reach
  readonly portOffset: number
  readonly pools: readonly Pool[]
  readonly clock: Clock
  /** The lowest port this process may bind, as it is now. */
  readonly lowestPort: () => Promise<number>
  /** Absent: nothing outlives this process. */
  readonly memory?: Memory
}

export function localClient(options: ClientOptions): LocalClient {
  const { dataPlane, portOffset, pools, clock, lowestPort, memory = noMemory } = options
  const held = new Map<string, Part>()
  const inUse = new InUse({ dataPlane, portOffset, pools, clock, held: () => held.values() })
  /** Keys of those that the data plane has lost, when it was last asked. */
  let lost: ReadonlySet<string> = new Set()
  let recalled: Promise<void> | undefined
  const keep = (): void => memory.keep(() => [...held.values()].map(keptPart))
  return {
    async parts() {
      recalled ??= recall(options, held)
      await recalled
      const states = dataPlane.states()
      const there = new Set(states.map(({ frontend }) => frontend.key))
      lost = new Set(states.flatMap((state) => (state.lost ? [state.frontend.key] : [])))
      return [...held.values()].filter(({ key }) => there.has(key)).map((part) => (lost.has(part.key) ? { ...part, lost: true } : part))
    },
    async open(part) {
      await attempt(part, () => dataPlane.open(frontendOf(part, options)))
      held.set(part.key, part)
      keep()
    },
    async change(part) {
      const before = held.get(part.key)
      if (part.rule !== before?.rule || lost.has(part.key)) await attempt(part, () => dataPlane.change(part.key, ruleOf(part, options.reach)))
      held.set(part.key, part)
      if (before === undefined || !isKeptAlike(before, part)) keep()
    },
    targets: (owners) => targetsIn(dataPlane, held, owners),
    machine: async () => ({ lowestPort: await lowestPort(), inUse: await inUse.now() }),
    inUseBeside: (part, waitMs) => inUse.beside(part, waitMs),
    async close(part) {
      await attempt(part, () => dataPlane.close(part.key))
      held.delete(part.key)
      keep()
      await memory.flush()
    },
  }
}

function frontendOf(part: Part, { portOffset, reach }: Pick<ClientOptions, 'portOffset' | 'reach'>): Frontend {
  return { key: part.key, owner: part.owner.uid, address: part.address, port: part.port + portOffset, protocol: part.protocol, rule: ruleOf(part, reach) }
}

/** Takes up what the process before served. Best effort: what cannot be taken up again is made anew from what the cluster says. */
async function recall(options: ClientOptions, held: Map<string, Part>): Promise<void> {
  const { dataPlane, memory = noMemory } = options
  for (const { settings, ...kept } of await memory.recall()) {
    const part: Part = { ...kept, rule: { settings, targets: [] } }
    const isOpen = await dataPlane.open(frontendOf(part, options)).then(
      () => true,
      () => false,
    )
    if (isOpen) held.set(part.key, part)
  }
}

function targetsIn(dataPlane: DataPlane, held: ReadonlyMap<string, Part>, owners: ReadonlySet<string>): readonly TargetState[] {
  return dataPlane.states().flatMap((state) => {
    const part = held.get(state.frontend.key)
    return part === undefined || part.lingers || !owners.has(part.owner.uid) ? [] : targetsOf(part, state)
  })
}

/** Targets come and go without being kept. */
function isKeptAlike(a: Part, b: Part): boolean {
  return a.share === b.share && a.order === b.order && a.lingers === b.lingers && isSameSettings(a.rule.settings, b.rule.settings)
}

async function attempt({ owner }: Part, call: () => Promise<void>): Promise<void> {
  try {
    await call()
  } catch (error) {
    throw cloudErrorOf(error, owner)
  }
}

function ruleOf(part: Part, reach: Reach): Rule {
  const { settings, targets } = part.rule
  const { scheduler, affinity, sourceRanges, proxyProtocol, healthCheck, idleTimeoutSeconds, drainTimeoutSeconds } = settings
  return {
    targets: targets.map((target) => targetOf(part, target, reach)),
    scheduler,
    affinity,
    ...(sourceRanges === undefined ? {} : { sourceRanges }),
    proxyProtocol,
    healthCheck,
    idleTimeoutSeconds,
    drainTimeoutSeconds,
  }
}

function targetOf(part: Part, { ip, port }: LocalTarget, reach: Reach): Target {
  const name = ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
  if (reach.kind === 'direct') return { name, via: { kind: 'address', ip, port } }
  if (part.protocol === 'UDP' || part.rule.settings.reach === 'nodes') throw notForwarded(part)
  return { name, via: { kind: 'stream', dial: () => reach.dial({ namespace: part.owner.namespace, ip, port }) } }
}

function notForwarded({ listener, owner }: Part): CloudError {
  return new CloudError('refused', {
    reason: 'Invalid',
    publicMessage: `${listener} cannot be served through the API server's port-forward, which reaches TCP ports of pods only`,
    blames: [owner.uid],
    pace: 'on change',
  })
}

function targetsOf({ owner, listener }: Part, { targets }: FrontendState): readonly TargetState[] {
  return targets.map(({ name, healthy, ejectedUntil, draining }) => {
    const state = draining ? 'draining' : healthy && ejectedUntil === undefined ? 'healthy' : 'unhealthy'
    const because = state !== 'unhealthy' ? '' : healthy ? 'connections to it failed, so that it is left out for a while' : 'its health check fails'
    return { owner: owner.uid, listener, target: name, state, because }
  })
}
