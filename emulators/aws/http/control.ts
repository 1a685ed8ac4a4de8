/** What is steered over HTTP, besides the cloud's own API: the journal, faults, packets, and time. */
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

const PREFIX = '/_fairlead/'

export function isControl({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(PREFIX)
}

export function handleControl(
  steered: Steered,
  { request, response, body }: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly body: string },
): void {
  const path = (request.url ?? '').slice(PREFIX.length).split('?')[0] ?? ''
  try {
    const text = answerTo(steered, `${request.method} ${path}`, body)
    if (text === undefined) send(response, 404, `there is no ${request.method} ${PREFIX}${path}\n`)
    else send(response, 200, text)
  } catch (error) {
    send(response, 400, `${error instanceof Error ? error.message : String(error)}\n`)
  }
}

function answerTo(steered: Steered, what: string, body: string): string | undefined {
  switch (what) {
    case 'GET journal':
      return steered.journal.calls.map((call) => `${JSON.stringify(call)}\n`).join('')
    case 'DELETE journal':
      steered.journal.clear()
      return ''
    case 'POST deliver':
      return `${JSON.stringify(steered.deliver(JSON.parse(body) as Sent))}\n`
    case 'POST faults':
      steered.faults.inject(JSON.parse(body) as Fault)
      return ''
    case 'DELETE faults':
      steered.faults.clear()
      return ''
    case 'POST machines':
      steered.setMachines(JSON.parse(body) as Machines)
      return ''
    case 'POST advance':
      steered.advance((JSON.parse(body) as { readonly ms: number }).ms)
      return ''
    default:
      return undefined
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(text)
}
