/** One target as a frontend sees it: its health, its failures, its connections. Whether it may be used is read off here; who uses it is decided elsewhere. */
import type { NetworkMap } from './network-map.ts'
import type { Target } from './data-plane.ts'
import type { HealthWatch } from './health-monitor.ts'
import type { Probe } from './health-probe.ts'
import type { Candidate } from './scheduler.ts'
import { hashText } from './scheduler.ts'

/** Failures in a row after which a backend is left out for a while. */
const FAILURES_TO_EJECT = 3
const FIRST_EJECTION_MS = 5_000
const LONGEST_EJECTION_MS = 60_000

export class Backend implements Candidate {
  readonly name: string
  readonly hash: number
  weight = 1
  connections = 0
  via: Target['via']
  /** `via` as the cluster calls it: the same object where nothing is mapped, as there may be very many. */
  readonly #called: Target['via']
  health: HealthWatch | undefined
  /** What `health` asks. */
  probe: Probe | undefined
  ejectedUntil: number | undefined
  /** When it left the rule; undefined while it belongs to it. */
  leftAt: number | undefined
  #failures = 0
  #ejections = 0

  constructor(target: Target, map: NetworkMap) {
    this.name = target.name
    this.hash = hashText(target.name)
    this.#called = target.via
    this.via = mapped(target.via, map)
    this.weight = target.weight ?? 1
  }

  /** Whether it is this target: a changed address under one name is another backend. */
  isAt({ name, via }: Target): boolean {
    if (name !== this.name || via.kind === 'stream') return name === this.name && this.#called.kind === 'stream'
    return this.#called.kind === 'address' && via.ip === this.#called.ip && via.port === this.#called.port
  }

  get healthy(): boolean {
    return this.health?.healthy ?? true
  }

  get draining(): boolean {
    return this.leftAt !== undefined
  }

  succeeded(): void {
    this.#failures = 0
    this.#ejections = 0
  }

  /** Whether it is to be ejected: a number of failures in a row, or the first one after it came back from an ejection. */
  failed(): boolean {
    this.#failures++
    return this.#failures >= (this.#ejections > 0 ? 1 : FAILURES_TO_EJECT)
  }

  /** Leaves it out for a while, twice as long each time until a connection succeeds. */
  eject(now: number): void {
    this.ejectedUntil = now + Math.min(LONGEST_EJECTION_MS, FIRST_EJECTION_MS * 2 ** this.#ejections)
    this.#ejections++
    this.#failures = 0
  }
}

function mapped(via: Target['via'], map: NetworkMap): Target['via'] {
  if (via.kind === 'stream') return via
  const { ip, port } = map(via)
  return ip === via.ip && port === via.port ? via : { kind: 'address', ip, port }
}
