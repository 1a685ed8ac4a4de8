/** What every emulated cloud is in this process. */
import type { Faults } from './faults.ts'
import type { Visit } from './http/serve.ts'
import type { Journal } from './journal.ts'
import type { Machines } from './machines.ts'
import type { Delivery, Sent } from './packets.ts'

export interface Emulator<Cloud> {
  /** `http://127.0.0.1:PORT`; with certificates `https`. */
  readonly url: string
  /** The cloud as tests and the playground reach behind the API. */
  readonly cloud: Cloud
  readonly journal: Journal
  readonly faults: Faults
  /** What runs on the machines from now on. */
  setMachines(machines: Machines): void
  /** Sends a packet: which backend receives it, or where and why it is dropped. */
  deliver(packet: Sent): Delivery
  /** Takes a request as the server does, from a client in the same process. */
  handle(visit: Visit): void
  /** Lets this many milliseconds of the cloud's time pass at once. */
  advance(ms: number): void
  close(): Promise<void>
}
