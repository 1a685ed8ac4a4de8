/** Takes a call in: which fault it meets, what the cloud answers, and what the journal says of it. */
import type { CloudClock } from '../clock.ts'
import type { Faults, Refused, Trouble } from '../faults.ts'
import type { Asked, Journal } from '../journal.ts'
import type { Visit } from './serve.ts'

/** What an answer says on the wire, and the code of a refusal for the journal. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly code?: string
}

/** One cloud's API, as requests meet it. */
export interface Api<C extends Asked> {
  /** Which service and action a request is for. Throws nothing: what cannot be read is refused by `answer`. */
  read(visit: Visit): C
  /** Carries out the call; with `refused` it only writes that refusal in its own form. Throws nothing. */
  answer(call: C, visit: Visit, refused: Refused | undefined): Reply
}

export interface Books {
  readonly clock: CloudClock
  readonly faults: Faults
  readonly journal: Journal
}

/** The journal has the call before it is answered. */
export function handleCall<C extends Asked>(books: Books, api: Api<C>, visit: Visit): void {
  const call = api.read(visit)
  const trouble = books.faults.troubleFor(call)
  if (trouble === 'timeout') {
    note(books, call, visit, { status: 0 })
    return
  }
  const reply = api.answer(call, visit, refusedBy(trouble))
  note(books, call, visit, trouble === 'lost' ? { ...reply, status: 0 } : reply)
  if (trouble === 'lost') visit.response.destroy()
  else if (typeof trouble === 'object' && 'slowMs' in trouble) setTimeout(() => send(visit, reply), trouble.slowMs).unref()
  else send(visit, reply)
}

function refusedBy(trouble: Exclude<Trouble, 'timeout'> | undefined): Refused | undefined {
  return trouble === 'lost' || (typeof trouble === 'object' && 'slowMs' in trouble) ? undefined : trouble
}

function note({ clock, journal }: Books, call: Asked, { request }: Visit, { status, code }: Pick<Reply, 'status' | 'code'>): void {
  const { 'user-agent': userAgent, 'x-fairlead-cause': cause } = request.headers
  journal.add({
    at: clock.now(),
    service: call.service,
    action: call.action,
    kind: call.kind,
    status,
    ...(code === undefined ? {} : { code }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(typeof cause === 'string' ? { cause } : {}),
  })
}

function send({ response }: Visit, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
