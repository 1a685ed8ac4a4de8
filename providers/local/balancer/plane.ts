/** The data plane: a set of frontends that serve what they are given. It decides nothing about addresses or Services. */
import { silentLog } from '../../../src/model/log.ts'
import { Admission } from './admission.ts'
import { type Counts, type DataPlane, type DataPlaneOptions, DEFAULT_LIMITS, type Frontend, type FrontendState, type Rule } from './data-plane.ts'
import { FlowTable } from './flow-table.ts'
import { Guard, ignore } from './guard.ts'
import { HealthMonitor } from './health-monitor.ts'
import { isInUse, type SocketName } from './in-use.ts'
import { identityMap } from './network-map.ts'
import { ServedFrontend } from './served-frontend.ts'
import { BufferPool, type Shared, Ticker } from './shared.ts'
import { RangeSets } from './source-ranges.ts'
import { bindTcp } from './tcp-frontend.ts'
import { bindUdp } from './udp-frontend.ts'

/** A data plane that serves nothing yet. */
export function createDataPlane(options: DataPlaneOptions): DataPlane {
  return new SocketPlane(options)
}

class SocketPlane implements DataPlane {
  readonly #shared: Shared
  readonly #frontends = new Map<string, ServedFrontend>()
  /** Closed, and with connections that still go on. */
  readonly #draining = new Set<ServedFrontend>()
  readonly #listeners = new Set<(key: string) => void>()
  readonly #notifyLost = (key: string): void => {
    for (const listener of this.#listeners) listener(key)
  }

  constructor({ clock, random, networkMap = identityMap, log = silentLog, limits: given = {}, counts = NOT_COUNTED }: DataPlaneOptions) {
    const limits = { ...DEFAULT_LIMITS, ...given }
    const guard = new Guard({ log, now: () => clock.now(), count: counts.fault })
    this.#shared = {
      clock,
      random,
      map: networkMap,
      log,
      limits,
      guard,
      monitor: new HealthMonitor({ clock, random, maxProbes: limits.maxProbes, guard }),
      ticker: new Ticker(
        clock,
        guard.protect('timer')((now) => this.#tick(now)),
      ),
      admission: new Admission({ limits, log, count: counts.refusal, changed: () => this.#resettle() }),
      buffers: new BufferPool(),
      flows: new FlowTable(limits),
      ranges: new RangeSets(),
    }
  }

  async open(frontend: Frontend): Promise<void> {
    const { key, protocol, rule } = frontend
    if (this.#frontends.has(key)) throw new Error(`frontend ${key} is open already`)
    refuseImpossible(frontend.protocol, rule)
    this.#shared.ticker.start()
    const bind = protocol === 'TCP' ? bindTcp : bindUdp
    let served: ServedFrontend | undefined
    try {
      served = new ServedFrontend(frontend, { shared: this.#shared, bind, lost: this.#notifyLost })
      this.#frontends.set(key, served)
      await served.open()
    } catch (error) {
      if (served !== undefined && this.#frontends.get(key) === served) this.#frontends.delete(key)
      this.#rest()
      throw error
    }
  }

  async change(key: string, rule: Rule): Promise<void> {
    const served = this.#frontends.get(key)
    if (served === undefined) throw new Error(`frontend ${key} is not open`)
    refuseImpossible(served.frontend.protocol, rule)
    await served.change(rule)
  }

  async close(key: string): Promise<void> {
    const served = this.#frontends.get(key)
    if (served === undefined) return
    this.#frontends.delete(key)
    served.close()
    if (served.sessionCount > 0) this.#draining.add(served)
    this.#rest()
  }

  isInUse(socket: SocketName): Promise<boolean> {
    return isInUse(socket)
  }

  states(): readonly FrontendState[] {
    return [...this.#frontends.values()].map((served) => served.state())
  }

  onLost(listener: (key: string) => void): () => void {
    // A new function, so that one listener may be given twice.
    const own = (key: string): void => listener(key)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async shutdown(): Promise<void> {
    const all = [...this.#frontends.values(), ...this.#draining]
    for (const served of this.#frontends.values()) served.close()
    for (const served of all) served.cutAll()
    this.#frontends.clear()
    this.#draining.clear()
    this.#rest()
  }

  #tick(now: number): void {
    this.#shared.admission.tick(now)
    const { guard } = this.#shared
    for (const served of this.#frontends.values()) guard.run('timer', () => served.tick(now))
    for (const served of this.#draining) {
      guard.run('timer', () => served.tick(now))
      if (served.sessionCount === 0) this.#draining.delete(served)
    }
    this.#rest()
  }

  #resettle(): void {
    for (const served of this.#frontends.values()) served.resettle()
  }

  #rest(): void {
    if (this.#frontends.size === 0 && this.#draining.size === 0) this.#shared.ticker.stop()
  }
}

const NOT_COUNTED: Counts = { fault: ignore, refusal: ignore }

function refuseImpossible(protocol: 'TCP' | 'UDP', { proxyProtocol }: Rule): void {
  if (protocol === 'UDP' && proxyProtocol === 'v1') throw new RangeError('PROXY protocol v1 is for TCP alone; allowed on UDP: v2, off')
}
