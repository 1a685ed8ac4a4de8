/** One question to one address: are you well? It asks once, keeps nothing and decides nothing. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../../../src/model/clock.ts'

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

/** Answers once, with what is wrong, or undefined when nothing is. Ends the question early when called; then there is no answer. */
export type EndProbe = () => void

export function askHealth(probe: Probe, clock: Clock, answer: (wrong: string | undefined) => void): EndProbe {
  let cut = (): void => undefined
  let over = false
  const timer = clock.setTimeout(() => finish(`no answer within ${probe.timeoutMs} ms`), probe.timeoutMs)
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
  cut = probe.protocol === 'tcp' ? askTcp(probe, finish) : askHttp(probe, finish)
  return end
}

type Finish = (wrong: string | undefined) => void

/** Ends by reset, which leaves no TIME_WAIT behind on either side. */
function askTcp(probe: Probe, finish: Finish): () => void {
  const socket = dial(probe)
  socket.once('connect', () => finish(undefined))
  socket.on('error', (error) => finish(error.message))
  return () => void (socket.connecting ? socket.destroy() : socket.resetAndDestroy())
}

/** Certificates are not verified, as no cloud's health check does. Only the status line counts. */
function askHttp(probe: Probe, finish: Finish): () => void {
  const request = probe.protocol === 'http' ? httpRequest : httpsRequest
  const question = request({
    host: probe.ip,
    port: probe.port,
    path: probe.path,
    headers: { 'user-agent': 'fairlead-health-check', connection: 'close' },
    rejectUnauthorized: false,
    // Without an agent, which would keep connections and open them its own way.
    createConnection: () => (probe.protocol === 'http' ? dial(probe) : connectTls({ socket: dial(probe), rejectUnauthorized: false })),
  })
  question.once('response', (response) => {
    response.resume()
    const status = response.statusCode ?? 0
    finish(isSuccess(probe.successCodes, status) ? undefined : `answered ${status}, expected ${probe.successCodes}`)
  })
  question.on('error', (error) => finish(error.message))
  question.end()
  return () => void question.destroy()
}

function dial({ ip, port, proxyHeader }: Probe): Socket {
  const socket = connect({ host: ip, port })
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
