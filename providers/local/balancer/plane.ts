/** The data plane: a set of frontends, told what to serve and left alone with it. It decides nothing about addresses or Services. */
import { silentLog } from '../../../src/model/log.ts'
import { type DataPlane, type DataPlaneOptions, DEFAULT_LIMITS, type Frontend, type FrontendState, type Rule } from './data-plane.ts'
import { HealthMonitor } from './health-monitor.ts'
import { identityMap } from './network-map.ts'
import { ServedFrontend } from './served-frontend.ts'
import { Admission, BufferPool, type Shared, Ticker } from './shared.ts'
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

  constructor({ clock, random, networkMap = identityMap, log = silentLog, limits: given = {} }: DataPlaneOptions) {
    const limits = { ...DEFAULT_LIMITS, ...given }
    this.#shared = {
      clock,
      random,
      map: networkMap,
      log,
      limits,
      monitor: new HealthMonitor({ clock, random, maxProbes: limits.maxProbes }),
      ticker: new Ticker(clock, (now) => this.#tick(now)),
      admission: new Admission({ limits, log, changed: () => this.#resettle() }),
      buffers: new BufferPool(),
    }
  }

  async open(frontend: Frontend): Promise<void> {
    const { key, protocol, rule } = frontend
    if (this.#frontends.has(key)) throw new Error(`frontend ${key} is open already`)
    refuseImpossible(frontend.protocol, rule)
    this.#shared.ticker.start()
    const bind = protocol === 'TCP' ? bindTcp : bindUdp
    const served = new ServedFrontend(frontend, { shared: this.#shared, bind, lost: () => this.#tell(key) })
    this.#frontends.set(key, served)
    try {
      await served.open()
    } catch (error) {
      if (this.#frontends.get(key) === served) this.#frontends.delete(key)
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
    if (served.sessions.size > 0) this.#draining.add(served)
    this.#rest()
  }

  states(): readonly FrontendState[] {
    return [...this.#frontends.values()].map((served) => served.state())
  }

  onLost(listener: (key: string) => void): () => void {
    // A function of its own, so that one listener may be given twice.
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
    for (const served of this.#frontends.values()) served.tick(now)
    for (const served of this.#draining) {
      served.tick(now)
      if (served.sessions.size === 0) this.#draining.delete(served)
    }
    this.#rest()
  }

  #resettle(): void {
    for (const served of this.#frontends.values()) served.resettle()
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key)
  }

  #rest(): void {
    if (this.#frontends.size === 0 && this.#draining.size === 0) this.#shared.ticker.stop()
  }
}

function refuseImpossible(protocol: 'TCP' | 'UDP', { proxyProtocol }: Rule): void {
  if (protocol === 'UDP' && proxyProtocol === 'v1') throw new RangeError('PROXY protocol v1 is for TCP alone; allowed on UDP: v2, off')
}
