/** The targets of one frontend, followed through every change: which joined, which left, which are healthy, which may get a connection now. It chooses none. */
import { isIP } from 'node:net'
import type { Clock } from '../../../src/model/clock.ts'
import type { Log } from '../../../src/model/log.ts'
import { Backend, identityOf } from './backend.ts'
import type { Rule, Target } from './data-plane.ts'
import type { HealthMonitor } from './health-monitor.ts'
import type { Probe } from './health-probe.ts'
import type { NetworkMap } from './network-map.ts'
import { ownProxyHeader } from './proxy-protocol.ts'

export interface BackendsOptions {
  readonly clock: Clock
  readonly monitor: HealthMonitor
  readonly map: NetworkMap
  readonly protocol: 'TCP' | 'UDP'
  readonly log: Log
  /** A verdict on a backend's health changed, or it was ejected or taken back. */
  readonly changed: () => void
}

export class Backends {
  readonly #options: BackendsOptions
  #members = new Map<string, Backend>()
  /** Those that left and still have connections. */
  readonly #leaving = new Map<string, Backend>()
  #refusesWhenUnhealthy = false
  #checkKey = ''
  #usable: readonly Backend[] | undefined
  /** The next moment at which an ejection ends. */
  #nextReturn = Number.POSITIVE_INFINITY

  constructor(options: BackendsOptions) {
    this.#options = options
  }

  /** Takes the targets and the check of a rule. Answers who left by it. A backend that left and comes back is the one it was. */
  follow(rule: Rule): readonly Backend[] {
    const checkKey = JSON.stringify([rule.healthCheck, rule.proxyProtocol])
    const checkChanged = checkKey !== this.#checkKey
    this.#checkKey = checkKey
    this.#refusesWhenUnhealthy = rule.healthCheck.from === 'healthCheckNodePort'
    const before = this.#members
    this.#members = new Map()
    for (const target of rule.targets) {
      if (!isDialable(target)) {
        this.#options.log.warn('a target is left out: its address or port cannot be dialled', { target: target.name })
        continue
      }
      const identity = identityOf(target)
      const known = before.get(identity) ?? this.#leaving.get(identity)
      before.delete(identity)
      this.#leaving.delete(identity)
      this.#members.set(identity, this.#joined(known, target, rule, checkChanged))
    }
    for (const [identity, backend] of before) this.#leave(identity, backend)
    this.#usable = undefined
    return [...before.values()]
  }

  /** Who may be given a connection now. Empty: clients are to be refused. */
  usable(): readonly Backend[] {
    if (this.#options.clock.now() >= this.#nextReturn) this.#usable = undefined
    this.#usable ??= this.#findUsable()
    return this.#usable
  }

  all(): readonly Backend[] {
    return [...this.#members.values(), ...this.#leaving.values()]
  }

  /** A connection attempt failed. Ejects, but never the last that may be used. */
  failed(backend: Backend): void {
    if (!backend.failed() || backend.draining || this.usable().length <= 1) return
    backend.eject(this.#options.clock.now())
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
    for (const [identity, other] of this.#leaving) if (other === backend) this.#leaving.delete(identity)
  }

  close(): void {
    for (const [identity, backend] of this.#members) this.#leave(identity, backend)
    this.#members.clear()
    this.#usable = undefined
  }

  #joined(known: Backend | undefined, target: Target, rule: Rule, checkChanged: boolean): Backend {
    const backend = known ?? new Backend(target, this.#options.map)
    backend.leftAt = undefined
    backend.weight = target.weight ?? 1
    if (target.via.kind === 'stream') backend.via = target.via
    const probe = probeOf(target, rule, this.#options)
    if (backend.health !== undefined && !checkChanged && probe?.ip === backend.probe?.ip && probe?.port === backend.probe?.port) return backend
    const before = backend.health
    backend.probe = probe
    backend.health = probe && this.#options.monitor.watch(probe, () => this.#changed())
    before?.stop()
    return backend
  }

  #leave(identity: string, backend: Backend): void {
    backend.leftAt = this.#options.clock.now()
    backend.health?.stop()
    backend.health = undefined
    backend.probe = undefined
    if (backend.connections > 0) this.#leaving.set(identity, backend)
  }

  #findUsable(): readonly Backend[] {
    const now = this.#options.clock.now()
    this.#nextReturn = Number.POSITIVE_INFINITY
    const members = [...this.#members.values()]
    for (const backend of members) this.#endEjection(backend, now)
    const healthy = members.filter((backend) => backend.healthy)
    if (healthy.length === 0) return this.#refusesWhenUnhealthy ? [] : members
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
    this.#options.changed()
  }
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
function probeOf(target: Target, rule: Rule, { map, protocol }: BackendsOptions): Probe | undefined {
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
