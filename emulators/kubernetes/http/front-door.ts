/** Takes a request in: who asks, which fault it meets, which handler answers, and what the journal says of it. */
import { type IncomingHttpHeaders, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ApiError, methodNotAllowed, noSuchResource, unauthorized } from '../api-error.ts'
import { groupVersions } from '../discovery.ts'
import type { Faults, Trouble } from '../faults.ts'
import type { Journal, JournalEntry } from '../journal.ts'
import type { Machine } from '../machine.ts'
import { readBytes } from './body.ts'
import type { Upgrade } from './channels.ts'
import { type Controls, isControl } from './controls.ts'
import type { Execs } from './exec.ts'
import { faultsByHttp } from './fault-handler.ts'
import { type LogOfPod, podAt } from './pod-access.ts'
import type { PortForwards } from './port-forward.ts'
import { ResourceHandler } from './resource-handler.ts'
import { sendError, sendText } from './respond.ts'
import { type Route, readRoute, verbOf } from './route.ts'
import { type User, handleSystem } from './system-handler.ts'
import type { Watches } from './watches.ts'

export interface FrontDoorProps {
  readonly machine: Machine
  readonly watches: Watches
  readonly faults: Faults
  readonly journal: Journal
  readonly portForwards: PortForwards
  readonly execs: Execs
  readonly logOf: LogOfPod
  readonly controls: Controls
  /** undefined: the request was meant for this server. */
  readonly hostRefusal: (headers: IncomingHttpHeaders) => string | undefined
  /** undefined: unknown. */
  readonly userOf: (token: string | undefined) => User | undefined
}

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  readonly path: string
  readonly route: Route | undefined
  readonly asked: Omit<JournalEntry, 'status'>
}

export class FrontDoor {
  readonly #props: FrontDoorProps
  readonly #resources: ResourceHandler

  constructor(props: FrontDoorProps) {
    this.#props = props
    this.#resources = new ResourceHandler(props)
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#isMisdirected(request, response)) return
    const visit = readVisit(request, response)
    if (visit === undefined) {
      sendText(response, 400, { text: '400 Bad Request\n' })
      return
    }
    try {
      const body = await readBytes(request)
      if (visit.path === '/_fairlead/faults') {
        faultsByHttp(this.#props, visit, body)
        return
      }
      if (isControl(visit)) {
        this.#props.controls.handle(visit, body)
        return
      }
      const trouble = this.#props.faults.troubleFor(visit.asked)
      this.#keepBooks(visit, trouble)
      this.#serve(visit, body, trouble)
    } catch (error) {
      sendError(visit, error)
    }
  }

  /** Whether a request that wants another protocol may have it; otherwise it is answered as a plain one. */
  static mayUpgrade({ url = '' }: IncomingMessage): boolean {
    return /^\/api\/v1\/namespaces\/[^/?]+\/pods\/[^/?]+\/(portforward|exec)(\?|$)/.test(url)
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const response = new ServerResponse(request)
    response.assignSocket(socket)
    response.shouldKeepAlive = false
    response.once('finish', () => socket.destroySoon())
    if (this.#isMisdirected(request, response)) return
    const visit = readVisit(request, response)
    if (visit === undefined) {
      sendText(response, 400, { text: '400 Bad Request\n' })
      return
    }
    try {
      const trouble = this.#props.faults.troubleFor(visit.asked)
      this.#userOf(request)
      if (trouble !== undefined && applyTrouble(trouble, response)) return
      const open = this.#accept(visit)
      response.detachSocket(socket)
      open({ request, socket, head })
      this.#props.journal.add({ ...visit.asked, status: 101 })
    } catch (error) {
      sendError(visit, error)
      this.#props.journal.add({ ...visit.asked, status: response.statusCode })
    }
  }

  #accept({ request, route, query }: Visit): (upgrade: Upgrade) => void {
    const { machine, execs, portForwards } = this.#props
    const pods = machine.registry.find('v1', 'pods')
    if (pods === undefined || route === undefined) throw noSuchResource()
    return (route.subresource === 'exec' ? execs : portForwards).accept(podAt(pods, route), request, query)
  }

  #isMisdirected({ headers }: IncomingMessage, response: ServerResponse): boolean {
    const refusal = this.#props.hostRefusal(headers)
    if (refusal !== undefined) sendText(response, 421, { text: `${refusal}\n` })
    return refusal !== undefined
  }

  #userOf({ headers }: IncomingMessage): User {
    const user = this.#props.userOf(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1])
    if (user === undefined) throw unauthorized()
    return user
  }

  #serve(visit: Visit, body: Buffer, trouble: Trouble | undefined): void {
    const { request, response, query, route, path } = visit
    const user = this.#userOf(request)
    if (trouble !== undefined && applyTrouble(trouble, response)) return
    const address = `${request.socket.localAddress}:${request.socket.localPort}`
    if (handleSystem(this.#props.machine, { request, response, query, path, user, address, body })) return
    if (route === undefined || !groupVersions(this.#props.machine.registry).includes(route.apiVersion)) {
      sendText(response, 404, { text: '404 page not found\n' })
      return
    }
    const verb = verbOf(request.method ?? '', route, query)
    if (verb === undefined) throw methodNotAllowed()
    if (this.#props.machine.registry.find(route.apiVersion, route.plural) === undefined) throw noSuchResource()
    this.#resources.handle({ request, response, query, route, verb, body, stale: this.#staleness(trouble) })
  }

  #staleness(trouble: Trouble | undefined): number | undefined {
    if (trouble?.kind !== 'stale') return undefined
    return trouble.revision ?? Math.max(1, this.#props.machine.store.revision - (trouble.behind ?? 0))
  }

  #keepBooks({ response, asked }: Visit, trouble: Trouble | undefined): void {
    const lost = trouble?.kind === 'drop' || trouble?.kind === 'lose-answer' || trouble?.kind === 'hang'
    let isWritten = false
    const write = (): void => {
      if (isWritten) return
      isWritten = true
      this.#props.journal.add({ ...asked, status: lost || !response.headersSent ? 0 : response.statusCode })
    }
    if (asked.verb === 'watch') queueMicrotask(write)
    response.on('finish', write)
    response.on('close', write)
  }
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}

/** undefined: the target is no path. */
function readVisit(request: IncomingMessage, response: ServerResponse): Visit | undefined {
  const target = request.url ?? '/'
  const url = URL.parse(target, 'http://server')
  if (url === null || !isDecodable(url.pathname)) return undefined
  const route = readRoute(url.pathname)
  const method = request.method ?? ''
  const asked = {
    method,
    path: target,
    verb: route === undefined ? undefined : verbOf(method, route, url.searchParams),
    resource: route === undefined ? '' : route.plural + (route.subresource === '' ? '' : `/${route.subresource}`),
    namespace: route?.namespace,
    name: route?.name ?? '',
    userAgent: request.headers['user-agent'] ?? '',
  }
  return { request, response, query: url.searchParams, path: url.pathname, route, asked }
}

const REASONS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['BadRequest', 'the request was made to fail'],
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'the request was made to be forbidden'],
  404: ['NotFound', 'the server could not find the requested resource'],
  409: ['Conflict', 'the object has been modified; please apply your changes to the latest version and try again'],
  410: ['Expired', 'The resourceVersion for the provided watch is too old.'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: the request was made to fail'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
}

/** True: the request ends here. Otherwise it goes on, and what has to happen to its answer is arranged. */
function applyTrouble(trouble: Trouble, response: ServerResponse): boolean {
  switch (trouble.kind) {
    case 'status': {
      const [reason, message] = REASONS[trouble.code] ?? ['InternalError', 'the request was made to fail']
      const details = trouble.retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds: trouble.retryAfterSeconds } }
      throw new ApiError(trouble.code, trouble.message ?? message, { reason, ...details })
    }
    case 'drop':
      response.destroy()
      return true
    case 'hang':
      return true
    case 'lose-answer':
      loseAnswer(response, trouble.bytes ?? 0)
      return false
    case 'stale':
      return false
    default:
      return trouble satisfies never
  }
}

/** Lets this many bytes of the body out and breaks the connection. */
function loseAnswer(response: ServerResponse, bytes: number): void {
  const end = (chunk: unknown): ServerResponse => {
    if (bytes === 0 || !Buffer.isBuffer(chunk)) return response.destroy()
    response.write(chunk.subarray(0, bytes), () => response.destroy())
    return response
  }
  response.end = end as ServerResponse['end']
}
