/** What is controlled over HTTP, besides the cloud's own API: the journal, faults, machines, packets, time, and all objects. */
import type { FaultList } from '../fault-list.ts'
import type { Fault, Faults } from '../faults.ts'
import type { Journal } from '../journal.ts'
import type { Machines } from '../machines.ts'
import type { Begun, OperationFault } from '../operations.ts'
import type { Delivery, Sent } from '../packets.ts'
import type { Response, Visit } from './serve.ts'

export interface Controlled {
  readonly journal: Journal
  readonly faults: Faults
  /** Of clouds that answer writes with operations. */
  readonly operationFaults?: FaultList<OperationFault, Pick<Begun, 'document' | 'kind'>>
  setMachines(machines: Machines): void
  deliver(packet: Sent): Delivery
  advance(ms: number): void
  /** All objects of the cloud, one a line in the answer. */
  state(): readonly object[]
}

const PREFIX = '/_fairlead/'

export function isControl({ url = '' }: Visit['request']): boolean {
  return url.startsWith(PREFIX)
}

type Fields = Readonly<Record<string, unknown>>

const ROUTES: Readonly<Record<string, (cloud: Controlled, fields: Fields) => string>> = {
  'GET journal': ({ journal }) => linesOf(journal.calls),
  'DELETE journal': ({ journal }) => silently(() => journal.clear()),
  'POST faults': ({ faults }, fields) => silently(() => faults.inject(readFault(fields))),
  'DELETE faults': ({ faults }) => silently(() => faults.clear()),
  'POST operation-faults': (cloud, fields) => silently(() => operationFaultsOf(cloud).inject(readOperationFault(fields))),
  'DELETE operation-faults': (cloud) => silently(() => operationFaultsOf(cloud).clear()),
  'POST machines': (cloud, fields) => silently(() => cloud.setMachines(readMachines(fields))),
  'POST deliver': (cloud, fields) => `${JSON.stringify(cloud.deliver(readPacket(fields)))}\n`,
  'GET state': (cloud) => linesOf(cloud.state()),
  'POST advance': (cloud, fields) => silently(() => cloud.advance(numberAt(fields, 'ms'))),
}

const linesOf = (all: readonly object[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join('')

/** An empty answer. */
function silently(run: () => void): string {
  run()
  return ''
}

/** 404 for an unknown route, 400 with the reason for a body that it cannot take. */
export function handleControl(cloud: Controlled, { request, response, body }: Visit): void {
  const path = (request.url ?? '').slice(PREFIX.length).split('?')[0] ?? ''
  const route = ROUTES[`${request.method} ${path}`]
  if (route === undefined) {
    send(response, 404, `there is no ${request.method} ${PREFIX}${path}; there are ${Object.keys(ROUTES).join(', ')}\n`)
    return
  }
  try {
    send(response, 200, route(cloud, fieldsOf(body)))
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
    throw new Error(`"kind" must be one of ${KINDS.join(', ')}, or an object with code and status or with slowMs, and is ${JSON.stringify(kind)}`)
  }
  if (!isNamed) requireOwnKind(kind as Fields)
  return fields as unknown as Fault
}

function requireOwnKind(kind: Fields): void {
  if ('slowMs' in kind) numberAt(kind, 'slowMs')
  else {
    textAt(kind, 'code')
    numberAt(kind, 'status')
  }
}

function operationFaultsOf({ operationFaults }: Controlled): NonNullable<Controlled['operationFaults']> {
  if (operationFaults === undefined) throw new Error('this cloud has no operations')
  return operationFaults
}

const OPERATION_FAULT_FIELDS = ['match', 'failure', 'afterEffects', 'as', 'at', 'times', 'probability', 'seed']

function readOperationFault(fields: Fields): OperationFault {
  const unknown = Object.keys(fields).find((name) => !OPERATION_FAULT_FIELDS.includes(name))
  if (unknown !== undefined) throw new Error(`a fault of operations has no "${unknown}"; it has ${OPERATION_FAULT_FIELDS.join(', ')}`)
  const failure = fields['failure']
  if (typeof failure !== 'object' || failure === null) throw new Error(`"failure" must be an object with code and message, and is ${JSON.stringify(failure)}`)
  for (const name of ['code', 'message']) textAt(failure as Fields, name)
  return fields as unknown as OperationFault
}

function readMachines(fields: Fields): Machines {
  const missing = ['pods', 'nodePorts', 'health'].find((name) => !Array.isArray(fields[name]))
  if (missing !== undefined) throw new Error(`"${missing}" must be a list`)
  const { published = [] } = fields
  if (!Array.isArray(published)) throw new Error('"published" must be a list')
  return fields as unknown as Machines
}

function send(response: Response, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}
