/** Starts an emulated cloud on loopback: its API, and what it is controlled with. */
import type { CloudClock } from './clock.ts'
import type { Emulator } from './emulator.ts'
import { Faults } from './faults.ts'
import { type Controlled, handleControl, isControl } from './http/control.ts'
import { type Api, handleCall } from './http/front-door.ts'
import { serve, type ServeOptions, type Visit } from './http/serve.ts'
import { type Asked, Journal } from './journal.ts'
import type { Machines } from './machines.ts'
import type { Delivery, Sent } from './packets.ts'
import { createRotation, type Rotation } from './rotation.ts'

interface Behind {
  /** Everything that can be created through the API. */
  objects(): readonly object[]
}

/** What one cloud brings. */
export interface CloudParts<Cloud extends Behind, C extends Asked> extends Pick<Controlled, 'operationFaults'> {
  readonly clock: CloudClock
  readonly cloud: Cloud
  readonly api: Api<C>
  setMachines(machines: Machines): void
  /** `rotation`: takes turns among the backends, as long as the cloud runs. */
  deliver(packet: Sent, rotation: Rotation): Delivery
}

/** Serves until `close`. */
export async function startCloud<Cloud extends Behind, C extends Asked>(parts: CloudParts<Cloud, C>, options: ServeOptions): Promise<Emulator<Cloud>> {
  const { clock, cloud, api } = parts
  const [journal, faults, rotation] = [new Journal(), new Faults(), createRotation()]
  const controlled = {
    journal,
    faults,
    setMachines: (machines: Machines) => parts.setMachines(machines),
    deliver: (packet: Sent) => parts.deliver(packet, rotation),
    advance: (ms: number) => clock.advance(ms),
    state: () => cloud.objects(),
    ...(parts.operationFaults === undefined ? {} : { operationFaults: parts.operationFaults }),
  }
  const handle = (visit: Visit): void => {
    if (isControl(visit.request)) handleControl(controlled, visit)
    else handleCall({ clock, faults, journal }, api, visit)
  }
  return { ...controlled, cloud, handle, ...(await serve(handle, options)) }
}
