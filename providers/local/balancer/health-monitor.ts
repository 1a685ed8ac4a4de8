/**
 * Asks addresses for their health again and again, each address once for all who want to know: twenty ports of a Service that share one check cost one check.
 * It knows addresses, and neither frontends nor what is done about an answer.
 */
import type { Clock, Timer } from '../../../src/model/clock.ts'
import type { Guard } from './guard.ts'
import { type EndProbe, type Probe, askHealth } from './health-probe.ts'

export interface HealthWatch {
  readonly healthy: boolean
  /** What the last answer found wrong. */
  readonly wrong?: string
  stop(): void
}

/** What the monitor knows of one address. Healthy until found otherwise; the first answer counts at once, later ones by the thresholds. */
class Check {
  healthy = true
  wrong: string | undefined
  answered = false
  /** Answers in a row that contradict `healthy`. */
  against = 0
  timer: Timer | undefined
  end: EndProbe | undefined
  readonly listeners = new Set<() => void>()
  readonly probe: Probe

  constructor(probe: Probe) {
    this.probe = probe
  }

  /** Whether the answer changed the verdict. */
  take(wrong: string | undefined): boolean {
    const healthy = wrong === undefined
    this.wrong = wrong
    this.against = healthy === this.healthy ? 0 : this.against + 1
    const needed = this.answered ? (healthy ? this.probe.healthyThreshold : this.probe.unhealthyThreshold) : 1
    this.answered = true
    if (this.against < needed) return false
    this.healthy = healthy
    this.against = 0
    return true
  }
}

export class HealthMonitor {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #maxProbes: number
  readonly #guard: Guard
  readonly #checks = new Map<string, Check>()
  readonly #waiting = new Set<Check>()
  #probing = 0

  constructor({ clock, random, maxProbes, guard }: { clock: Clock; random: () => number; maxProbes: number; guard: Guard }) {
    this.#guard = guard
    this.#clock = clock
    this.#random = random
    this.#maxProbes = maxProbes
  }

  /** Calls back whenever the verdict changes, until stopped. */
  watch(probe: Probe, changed: () => void): HealthWatch {
    const key = keyOf(probe)
    const known = this.#checks.get(key)
    const check = known ?? new Check(probe)
    const listener = (): void => changed()
    check.listeners.add(listener)
    if (known === undefined) {
      this.#checks.set(key, check)
      this.#ask(check)
    }
    return {
      get healthy() {
        return check.healthy
      },
      get wrong() {
        return check.wrong ?? ''
      },
      stop: () => {
        check.listeners.delete(listener)
        if (check.listeners.size === 0) this.#drop(key, check)
      },
    }
  }

  #ask(check: Check): void {
    check.timer = undefined
    if (this.#probing >= this.#maxProbes) {
      this.#waiting.add(check)
      return
    }
    this.#probing++
    check.end = askHealth(check.probe, { clock: this.#clock, guard: this.#guard }, (wrong) => {
      check.end = undefined
      this.#probing--
      this.#schedule(check)
      if (check.take(wrong)) for (const listener of check.listeners) this.#guard.run('probe', listener)
      this.#askNext()
    })
  }

  #askNext(): void {
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    this.#ask(next)
  }

  /** A tenth earlier or later, so that checks that began together do not stay together. */
  #schedule(check: Check): void {
    const delay = check.probe.intervalMs * (0.9 + 0.2 * this.#random())
    check.timer = this.#clock.setTimeout(
      this.#guard.protect('timer')(() => this.#ask(check)),
      delay,
    )
  }

  #drop(key: string, check: Check): void {
    if (this.#checks.get(key) !== check) return
    this.#checks.delete(key)
    this.#waiting.delete(check)
    check.timer?.cancel()
    if (check.end === undefined) return
    check.end()
    check.end = undefined
    this.#probing--
    this.#askNext()
  }
}

function keyOf({ proxyHeader, ...probe }: Probe): string {
  return JSON.stringify([
    probe.protocol,
    probe.ip,
    probe.port,
    probe.path,
    probe.successCodes,
    probe.intervalMs,
    probe.timeoutMs,
    probe.healthyThreshold,
    probe.unhealthyThreshold,
    proxyHeader?.toString('latin1'),
  ])
}
