/** `/_fairlead/faults`: trouble on demand for clients in other processes. POST adds a fault or does something to the watches; DELETE takes all faults away. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { badRequest, methodNotAllowed } from '../api-error.ts'
import type { Fault, Faults, Trouble } from '../faults.ts'
import { isFields } from '../json.ts'
import type { Machine } from '../machine.ts'
import { readObject } from './body.ts'
import { sendJson } from './respond.ts'
import type { Watches } from './watches.ts'

const KINDS: readonly Trouble['kind'][] = ['status', 'drop', 'lose-answer', 'hang', 'stale']

interface Props {
  readonly machine: Machine
  readonly faults: Faults
  readonly watches: Watches
}

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
}

/** Body of a POST: a fault as in `faults.ts`, or `{"watches": "close" | "drop" | "silence" | "fail", "resource"?, "code"?}`, or `{"compact": true}`. */
export function faultsByHttp({ machine, faults, watches }: Props, visit: Visit, body: Buffer): void {
  if (visit.request.method === 'DELETE') faults.clear()
  else if (visit.request.method !== 'POST') throw methodNotAllowed()
  else {
    const asked = readObject(body, 'application/json')
    if (!isFields(asked)) throw badRequest('a fault is an object')
    if (asked['compact'] === true) machine.store.compact()
    else if (asked['watches'] !== undefined) disturb(watches, asked)
    else faults.add(readFault(asked))
  }
  sendJson(visit, 200, { kind: 'Status', apiVersion: 'v1', status: 'Success' })
}

function disturb(watches: Watches, { watches: how, resource, code }: Record<string, unknown>): void {
  const target = typeof resource === 'string' ? { resource } : {}
  if (how === 'close') watches.close(target)
  else if (how === 'drop') watches.drop(target)
  else if (how === 'silence') watches.silence(target)
  else if (how === 'fail') watches.fail(typeof code === 'number' ? code : 410, target)
  else throw badRequest('watches: close, drop, silence or fail')
}

function readFault(asked: Record<string, unknown>): Fault {
  const trouble = asked['trouble']
  if (!isFields(trouble) || !KINDS.some((kind) => kind === trouble['kind'])) throw badRequest(`trouble.kind: one of ${KINDS.join(', ')}`)
  const times = asked['times'] === 'always' ? { times: Infinity } : {}
  return { ...(asked as unknown as Fault), ...times }
}
