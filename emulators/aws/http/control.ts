/** What is steered over HTTP, besides the cloud's own API: the journal, faults, machines, packets, and time. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault, Faults } from '../faults.ts'
import type { Journal } from '../journal.ts'
import type { Machines } from '../machines.ts'
import type { Delivery, Sent } from '../packets/deliver.ts'

export interface Steered {
  readonly journal: Journal
  readonly faults: Faults
  setMachines(machines: Machines): void
  deliver(packet: Sent): Delivery
  advance(ms: number): void
}

export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: string
}

const PREFIX = '/_fairlead/'

export function isControl({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(PREFIX)
}

type Fields = Readonly<Record<string, unknown>>

const ROUTES: Readonly<Record<string, (steered: Steered, fields: Fields) => string>> = {
  'GET journal': ({ journal }) => journal.calls.map((call) => `${JSON.stringify(call)}\n`).join(''),
  'DELETE journal': ({ journal }) => silently(() => journal.clear()),
  'POST faults': ({ faults }, fields) => silently(() => faults.inject(readFault(fields))),
  'DELETE faults': ({ faults }) => silently(() => faults.clear()),
  'POST machines': (steered, fields) => silently(() => steered.setMachines(readMachines(fields))),
  'POST deliver': (steered, fields) => `${JSON.stringify(steered.deliver(readPacket(fields)))}\n`,
  'POST advance': (steered, fields) => silently(() => steered.advance(numberAt(fields, 'ms'))),
}

/** An answer without words. */
function silently(run: () => void): string {
  run()
  return ''
}

/** 404 for what is no route, 400 with the reason for a body that it cannot take. */
export function handleControl(steered: Steered, { request, response, body }: Visit): void {
  const path = (request.url ?? '').slice(PREFIX.length).split('?')[0] ?? ''
  const route = ROUTES[`${request.method} ${path}`]
  if (route === undefined) {
    send(response, 404, `there is no ${request.method} ${PREFIX}${path}; there are ${Object.keys(ROUTES).join(', ')}\n`)
    return
  }
  try {
    send(response, 200, route(steered, fieldsOf(body)))
  } catch (error) {
    send(response, 400, `${error instanceof Error ? error.message : String(error)}\n`)
  }
}

function fieldsOf(body: string): Fields {
  const value: unknown = body.trim() === '' ? {} : JSON.parse(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('the body must be a JSON object')
  return value as Fields
}

function textAt(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`"${name}" must be a text, and is ${JSON.stringify(value)}`)
  return value
}

function numberAt(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw new Error(`"${name}" must be a number, and is ${JSON.stringify(value)}`)
  return value
}

function readPacket(fields: Fields): Sent {
  const protocol = textAt(fields, 'protocol')
  if (protocol !== 'TCP' && protocol !== 'UDP') throw new Error(`"protocol" must be "TCP" or "UDP", and is "${protocol}"`)
  return { from: textAt(fields, 'from'), to: textAt(fields, 'to'), port: numberAt(fields, 'port'), protocol }
}

const KINDS = ['throttle', '500', '503', 'lost', 'timeout'] as const
const FAULT_FIELDS = ['match', 'kind', 'at', 'times', 'probability', 'seed']

function readFault(fields: Fields): Fault {
  const unknown = Object.keys(fields).find((name) => !FAULT_FIELDS.includes(name))
  if (unknown !== undefined) throw new Error(`a fault has no "${unknown}"; it has ${FAULT_FIELDS.join(', ')}`)
  for (const name of ['at', 'times', 'probability', 'seed']) if (fields[name] !== undefined) numberAt(fields, name)
  const kind = fields['kind']
  const isNamed = KINDS.some((one) => one === kind)
  if (!isNamed && (typeof kind !== 'object' || kind === null)) {
    throw new Error(`"kind" must be one of ${KINDS.join(', ')}, or an object with code and status, and is ${JSON.stringify(kind)}`)
  }
  if (!isNamed) {
    textAt(kind as Fields, 'code')
    numberAt(kind as Fields, 'status')
  }
  return fields as unknown as Fault
}

function readMachines(fields: Fields): Machines {
  const missing = ['pods', 'nodePorts', 'health'].find((name) => !Array.isArray(fields[name]))
  if (missing !== undefined) throw new Error(`"${missing}" must be a list`)
  return fields as unknown as Machines
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}
