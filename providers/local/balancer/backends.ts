/** The targets of one frontend, followed through every change: which joined, which left, which are healthy, which may get a connection now. It chooses none. */
import { isIP } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { Backend } from './backend.ts'
import type { Rule, Target } from './data-plane.ts'
import type { Probe } from './health-probe.ts'
import { ownProxyHeader } from './proxy-protocol.ts'
import type { Shared } from './shared.ts'

/** Whose targets they are. */
export interface BackendsHost {
  readonly shared: Pick<Shared, 'clock' | 'monitor' | 'map' | 'log'>
  readonly frontend: { readonly protocol: 'TCP' | 'UDP' }
  /** A verdict on a backend's health changed, or it was ejected or taken back. */
  backendsChanged(): void
}

const NONE: readonly Backend[] = []

export class Backends {
  readonly #host: BackendsHost
  #members = NONE
  /** Those that left and still have connections. */
  #leaving = NONE
  #rule: Rule | undefined
  #usable: readonly Backend[] | undefined
  /** The next moment at which an ejection ends. */
  #nextReturn = Number.POSITIVE_INFINITY

  constructor(host: BackendsHost) {
    this.#host = host
  }

  /** Takes the targets and the check of a rule. Answers who left by it. A backend that left and comes back is the one it was. */
  follow(rule: Rule): readonly Backend[] {
    const checkChanged = this.#rule === undefined || !isSameCheck(rule, this.#rule)
    this.#rule = rule
    const [before, leaving] = [new Map(this.#members.map((one) => [one.name, one])), Map.groupBy(this.#leaving, ({ name }) => name)]
    const members = new Map<string, Backend>()
    for (const target of rule.targets) {
      const { name } = target
      if (!isDialable(target)) {
        this.#host.shared.log.warn('a target is left out: its address or port cannot be dialled', { target: name })
        continue
      }
      const known = members.get(name) ?? [before.get(name), ...(leaving.get(name) ?? [])].find((one) => one?.isAt(target) === true)
      members.set(name, this.#joined(known, target, { rule, checkChanged }))
    }
    const left = this.#members.filter(({ name }, i) => members.get(name) !== this.#members[i])
    this.#members = [...members.values()]
    this.#leave(left)
    return left
  }

  /** Who may be given a connection now. Empty: clients are to be refused. */
  usable(): readonly Backend[] {
    if (this.#host.shared.clock.now() >= this.#nextReturn) this.#usable = undefined
    this.#usable ??= this.#findUsable()
    return this.#usable
  }

  all(): readonly Backend[] {
    return [...this.#members, ...this.#leaving]
  }

  /** A connection attempt failed. Ejects, but never the last that may be used. */
  failed(backend: Backend): void {
    if (!backend.failed() || backend.draining || this.usable().length <= 1) return
    backend.eject(this.#host.shared.clock.now())
    this.#changed()
  }

  succeeded(backend: Backend): void {
    backend.succeeded()
    if (backend.ejectedUntil === undefined) return
    backend.ejectedUntil = undefined
    this.#changed()
  }

  /** A connection of the backend ended: one that left is forgotten with its last one. */
  released(backend: Backend): void {
    if (!backend.draining || backend.connections > 0) return
    this.#leaving = this.#leaving.filter((other) => other !== backend)
  }

  close(): void {
    const left = this.#members
    this.#members = NONE
    this.#leave(left)
  }

  #joined(known: Backend | undefined, target: Target, { rule, checkChanged }: { readonly rule: Rule; readonly checkChanged: boolean }): Backend {
    const { map, monitor } = this.#host.shared
    const backend = known ?? new Backend(target, map)
    backend.leftAt = undefined
    backend.weight = target.weight ?? 1
    if (target.via.kind === 'stream') backend.via = target.via
    const probe = probeOf(target, rule, this.#host)
    if (backend.health !== undefined && !checkChanged && probe?.ip === backend.probe?.ip && probe?.port === backend.probe?.port) return backend
    const before = backend.health
    backend.probe = probe
    backend.health = probe && monitor.watch(probe, () => this.#changed())
    before?.stop()
    return backend
  }

  #leave(left: readonly Backend[]): void {
    for (const backend of left) {
      backend.leftAt = this.#host.shared.clock.now()
      backend.health?.stop()
      backend.health = undefined
      backend.probe = undefined
    }
    // Of those that left before some may be back.
    this.#leaving = [...this.#leaving, ...left].filter(({ draining, connections }) => draining && connections > 0)
    this.#usable = undefined
  }

  #findUsable(): readonly Backend[] {
    const now = this.#host.shared.clock.now()
    this.#nextReturn = Number.POSITIVE_INFINITY
    const members = this.#members
    for (const backend of members) this.#endEjection(backend, now)
    // Mostly all are: one list for both then.
    if (members.every((backend) => backend.healthy && backend.ejectedUntil === undefined)) return members
    const healthy = members.filter((backend) => backend.healthy)
    if (healthy.length === 0) return this.#rule?.healthCheck.from === 'healthCheckNodePort' ? NONE : members
    const steady = healthy.filter((backend) => backend.ejectedUntil === undefined)
    return steady.length > 0 ? steady : healthy
  }

  #endEjection(backend: Backend, now: number): void {
    if (backend.ejectedUntil === undefined) return
    if (backend.ejectedUntil <= now) backend.ejectedUntil = undefined
    else this.#nextReturn = Math.min(this.#nextReturn, backend.ejectedUntil)
  }

  #changed(): void {
    this.#usable = undefined
    this.#host.backendsChanged()
  }
}

function isSameCheck(a: Rule, b: Rule): boolean {
  return a.proxyProtocol === b.proxyProtocol && (a.healthCheck === b.healthCheck || isDeepStrictEqual(a.healthCheck, b.healthCheck))
}

/** Streams are opened by others. An address is one of IPv4 or IPv6, never a name, which would be looked up for each client. */
function isDialable({ via }: Target): boolean {
  return via.kind === 'stream' || (isIP(via.ip) !== 0 && Number.isInteger(via.port) && via.port >= 1 && via.port <= 65_535)
}

/** Bounds of times as they are used: below the least one a check would be a flood. */
const LEAST_SECONDS = 1
const MOST_SECONDS = 86_400

function milliseconds(seconds: number): number {
  return 1_000 * Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds))
}

const INTERVAL_SECONDS = 5
const TIMEOUT_SECONDS = 2
const HEALTHY_AFTER = 1
const UNHEALTHY_AFTER = 2
const SUCCESS_CODES = '200-399'

/** How a target is asked; undefined when it is not. A UDP port cannot be asked anything, and a stream leads to no address. */
function probeOf(target: Target, rule: Rule, { shared: { map }, frontend: { protocol } }: BackendsHost): Probe | undefined {
  const check = rule.healthCheck
  const address = healthAddress(target, check.port)
  const onTrafficPort = check.port === 'traffic' && target.healthAddress === undefined
  if (check.protocol === 'none' || address === undefined || (onTrafficPort && protocol === 'UDP')) return undefined
  const { ip, port } = map(address)
  return {
    protocol: check.protocol,
    ip,
    port,
    path: check.path ?? '/',
    successCodes: check.successCodes ?? SUCCESS_CODES,
    intervalMs: milliseconds(check.intervalSeconds ?? INTERVAL_SECONDS),
    timeoutMs: milliseconds(check.timeoutSeconds ?? TIMEOUT_SECONDS),
    healthyThreshold: check.healthyThreshold ?? HEALTHY_AFTER,
    unhealthyThreshold: check.unhealthyThreshold ?? UNHEALTHY_AFTER,
    ...(onTrafficPort && rule.proxyProtocol !== 'off' ? { proxyHeader: ownProxyHeader(rule.proxyProtocol) } : {}),
  }
}

function healthAddress({ via, healthAddress: own }: Target, port: number | 'traffic'): { ip: string; port: number } | undefined {
  if (own !== undefined) return own
  return via.kind === 'address' ? { ip: via.ip, port: port === 'traffic' ? via.port : port } : undefined
}
