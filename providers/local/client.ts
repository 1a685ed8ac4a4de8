/**
 * The narrow view of the data plane: parts go in and come out. It keeps beside each frontend whose it is and why, which sockets cannot tell, and says how
 * a target is reached. Decides nothing.
 */
import type { Duplex } from 'node:stream'
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { DataPlane, Frontend, Rule, Target } from './balancer/data-plane.ts'
import { cloudErrorOf } from './errors.ts'
import type { LocalTarget, Part } from './parts.ts'

/** A pod's port, for those who can open a stream to it through the API server. */
export interface StreamTarget {
  readonly namespace: string
  readonly ip: string
  readonly port: number
}

/**
 * How a backend is reached.
 * - `direct`: by its address; where that is found from here, the data plane's network map knows.
 * - `port-forward`: by a stream through the API server; pods and TCP only.
 */
export type Reach = { readonly kind: 'direct' } | { readonly kind: 'port-forward'; readonly dial: (target: StreamTarget) => Promise<Duplex> }

export interface LocalClient {
  /** What is held, each part as it was last applied. */
  parts(): readonly Part[]
  /** Binds. Throws a CloudError, and then nothing is left. */
  open(part: Part): Promise<void>
  /** Another rule or standing for a part that is held. Throws a CloudError. */
  change(part: Part): Promise<void>
  close(part: Part): Promise<void>
}

export interface ClientOptions {
  readonly dataPlane: DataPlane
  readonly reach: Reach
  readonly portOffset: number
}

export function localClient({ dataPlane, reach, portOffset }: ClientOptions): LocalClient {
  const held = new Map<string, Part>()
  return {
    parts() {
      const there = new Set(dataPlane.states().map(({ frontend }) => frontend.key))
      return [...held.values()].filter(({ key }) => there.has(key))
    },
    async open(part) {
      const frontend: Frontend = { key: part.key, address: part.address, port: part.port + portOffset, protocol: part.protocol, rule: ruleOf(part, reach) }
      await attempt(part, () => dataPlane.open(frontend))
      held.set(part.key, part)
    },
    async change(part) {
      if (part.rule !== held.get(part.key)?.rule) await attempt(part, () => dataPlane.change(part.key, ruleOf(part, reach)))
      held.set(part.key, part)
    },
    async close(part) {
      await attempt(part, () => dataPlane.close(part.key))
      held.delete(part.key)
    },
  }
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
  })
}
