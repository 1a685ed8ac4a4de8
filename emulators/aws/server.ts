/** Starts the emulated cloud on loopback. */
import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cloudClock } from './clock.ts'
import { type AwsCloud, faceOf } from './cloud/face.ts'
import { plant } from './cloud/plant.ts'
import { createRegion, touch } from './cloud/region.ts'
import { Faults } from './faults.ts'
import { handleControl, isControl } from './http/control.ts'
import { handleCall } from './http/front-door.ts'
import { Journal } from './journal.ts'
import { noLimits, publishedLimits } from './limiter.ts'
import { type Machines, indexOf } from './machines.ts'
import { type AwsOptions, DEFAULT_QUOTAS, REALISTIC } from './options.ts'
import { type Delivery, type Sent, deliver } from './packets/deliver.ts'
import { createRotation } from './packets/rotation.ts'

export interface AwsEmulator {
  /** `http://127.0.0.1:PORT`, for all services. */
  readonly url: string
  readonly cloud: AwsCloud
  readonly journal: Journal
  readonly faults: Faults
  /** What runs on the instances and pods from now on. Instances are matched to nodes by private address, or by the id in the provider id. */
  setMachines(machines: Machines): void
  /** Sends a packet: which backend receives it, or where and why it is dropped. */
  deliver(packet: Sent): Delivery
  /** Lets this many milliseconds of the cloud's time pass at once. */
  advance(ms: number): void
  close(): Promise<void>
}

export async function startAws(options: AwsOptions = {}): Promise<AwsEmulator> {
  const clock = cloudClock(options)
  const region = createRegion({
    name: options.region ?? 'eu-west-1',
    account: options.account ?? '123456789012',
    clock,
    delays: { ...REALISTIC, ...options.delays },
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    answersWhileProvisioning: options.answersWhileProvisioning ?? false,
  })
  const ids = plant(region, options.seed ?? {})
  const [journal, faults, rotation] = [new Journal(), new Faults(), createRotation()]
  const props = { region, journal, faults, limiter: options.limits === 'published' ? publishedLimits(clock) : noLimits }
  const emulator = {
    cloud: faceOf(region, ids),
    journal,
    faults,
    setMachines(machines: Machines) {
      region.machines = indexOf(machines)
      touch(region)
    },
    deliver: (packet: Sent) => deliver(region, rotation, packet),
    advance: (ms: number) => clock.advance(ms),
  }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    if (isControl(request)) handleControl(emulator, { request, response, body })
    else handleCall(props, { request, response, body })
  }
  const http = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 }, (request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  const port = await listen(http, options.port ?? 0)
  return { ...emulator, url: `http://127.0.0.1:${port}`, close: () => close(http) }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
