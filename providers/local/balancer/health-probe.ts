/** One question to one address: are you well? It asks once, keeps nothing and decides nothing. */
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../../../src/model/clock.ts'
import { type Guard, ignore, type Protect } from './guard.ts'

/** A check with nothing left open: checks that are equal in all of this are one. */
export interface Probe {
  readonly protocol: 'tcp' | 'http' | 'https'
  readonly ip: string
  readonly port: number
  readonly path: string
  readonly successCodes: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** The traffic port expects a PROXY header before anything else. */
  readonly proxyHeader?: Buffer
}

/** Ends the question early when called; then there is no answer. */
export type EndProbe = () => void

/**
 * Answers once, and never before it returns: with what is wrong, or undefined when nothing is. A question that cannot even be asked, as with a path that HTTP has no
 * letters for, is a failed check.
 */
export function askHealth(probe: Probe, { clock, guard }: { clock: Clock; guard: Guard }, answer: (wrong: string | undefined) => void): EndProbe {
  let cut = (): void => undefined
  let over = false
  const protect = guard.protect('probe', (error) => finish(error.message))
  const timer = clock.setTimeout(
    protect(() => finish(`no answer within ${probe.timeoutMs} ms`)),
    probe.timeoutMs,
  )
  const end = (): void => {
    over = true
    timer.cancel()
    cut()
  }
  const finish = (wrong: string | undefined): void => {
    if (over) return
    end()
    answer(wrong)
  }
  try {
    cut = probe.protocol === 'tcp' ? askTcp(probe, finish, protect) : askHttp(probe, finish, protect)
  } catch (error) {
    const next = setImmediate(protect(() => finish(error instanceof Error ? error.message : String(error))))
    cut = () => clearImmediate(next)
  }
  return end
}

type Finish = (wrong: string | undefined) => void

/** Ends by reset, which leaves no TIME_WAIT behind on either side. */
function askTcp(probe: Probe, finish: Finish, protect: Protect): () => void {
  const socket = dial(probe, finish, protect)
  socket.once(
    'connect',
    protect(() => finish(undefined)),
  )
  return () => void (socket.connecting ? socket.destroy() : socket.resetAndDestroy())
}

/** Certificates are not verified, as no cloud's health check does. Only the status line counts. */
function askHttp(probe: Probe, finish: Finish, protect: Protect): () => void {
  const request = probe.protocol === 'http' ? httpRequest : httpsRequest
  const question = request({
    host: probe.ip,
    port: probe.port,
    path: probe.path,
    headers: { 'user-agent': 'fairlead-health-check', connection: 'close' },
    rejectUnauthorized: false,
    // Without an agent, which would keep connections and open them its own way.
    createConnection: () => {
      const socket = dial(probe, finish, protect)
      return probe.protocol === 'http' ? socket : connectTls({ socket, rejectUnauthorized: false })
    },
  })
  question.once(
    'response',
    protect((response: IncomingMessage) => {
      response.on('error', ignore)
      response.resume()
      const status = response.statusCode ?? 0
      finish(isSuccess(probe.successCodes, status) ? undefined : `answered ${status}, expected ${probe.successCodes}`)
    }),
  )
  question.on(
    'error',
    protect((error: Error) => finish(error.message)),
  )
  question.end()
  return () => void question.destroy()
}

function dial({ ip, port, proxyHeader }: Probe, finish: Finish, protect: Protect): Socket {
  const socket = connect({ host: ip, port })
  socket.on(
    'error',
    protect((error: Error) => finish(error.message)),
  )
  if (proxyHeader !== undefined) socket.write(proxyHeader)
  return socket
}

/** `200`, `200-299`, `200,204` or a mixture. */
export function isSuccess(codes: string, status: number): boolean {
  return codes.split(',').some((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number)
    return status >= first && status <= last
  })
}
