/** `curl URL`: an HTTP request from the pod's own address to another part of the cluster, and nowhere else. Redirects are shown, not followed. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { connectWithin } from '../reach.ts'
import { lookUp } from '../resolution.ts'
import { type Command, CommandFailure, type Inside } from './command.ts'
import { type CurlOptions, readCurl } from './curl-options.ts'

export const curl: Command = async (args, inside) => {
  const asked = readCurl(args)
  const timeOut = AbortSignal.timeout(asked.seconds * 1000)
  const signal = AbortSignal.any([inside.signal, timeOut])
  let socket: Socket | undefined
  try {
    socket = await connected(asked, inside, signal)
    await print(await answered(asked, socket, signal), asked, inside)
    return 0
  } catch (error) {
    if (error instanceof CommandFailure) throw error
    if (timeOut.aborted) throw new CommandFailure(28, `curl: (28) Operation timed out after ${Math.round(asked.seconds * 1000)} milliseconds`)
    throw new CommandFailure(56, `curl: (56) Recv failure: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    socket?.destroy()
  }
}

const OUTSIDE = "a pod of the playground reaches the cluster's own pods, nodes and cluster IPs alone"

function addressesOf(host: string, inside: Inside): readonly string[] {
  const fail = (why: string): CommandFailure => new CommandFailure(6, `curl: (6) Could not resolve host: ${host}${why}`)
  const found = lookUp(host, inside.resolution)
  switch (found.kind) {
    case 'found':
      return found.addresses
    case 'outside':
      throw fail(`; ${found.name === host ? 'it' : found.name} is outside the cluster, and ${OUTSIDE}`)
    case 'no-server':
      throw fail("; /etc/resolv.conf does not name the cluster's DNS")
    case 'missing':
      throw fail('')
    default:
      return found satisfies never
  }
}

/** To the first address that answers. */
async function connected({ url }: CurlOptions, inside: Inside, signal: AbortSignal): Promise<Socket> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port === '' ? 80 : url.port)
  const addresses = addressesOf(host, inside)
  const fail = (why: string): CommandFailure => new CommandFailure(7, `curl: (7) Failed to connect to ${host} port ${port}: ${why}`)
  let last = fail('Connection refused')
  for (const ip of addresses) {
    const to = inside.reach({ ip, port })
    if (to === undefined) throw fail(`${ip} is not reached from here: ${OUTSIDE}`)
    const socket = await connectWithin({ to, localAddress: inside.sourceFor(to), signal }).catch((error: unknown) => {
      if (!isRefusal(error)) last = fail(error instanceof Error ? error.message : String(error))
    })
    signal.throwIfAborted()
    if (socket !== undefined) return socket
  }
  throw last
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}

/** On this connection alone: no agent, no proxy of the machine. */
async function answered({ url, headers }: CurlOptions, socket: Socket, signal: AbortSignal): Promise<IncomingMessage> {
  const own = { host: url.host, 'user-agent': 'curl/playground', accept: '*/*', connection: 'close' }
  const call = request({ method: 'GET', path: `${url.pathname}${url.search}`, headers: { ...own, ...headers }, createConnection: () => socket, signal }).end()
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  call.on('error', () => undefined)
  return answer
}

async function print(answer: IncomingMessage, { showsHead }: CurlOptions, { out }: Inside): Promise<void> {
  if (showsHead) {
    const lines = Array.from({ length: answer.rawHeaders.length / 2 }, (_, i) => `${answer.rawHeaders[2 * i]}: ${answer.rawHeaders[2 * i + 1]}\r\n`)
    await out(`HTTP/${answer.httpVersion} ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('')}\r\n`)
  }
  for await (const chunk of answer) await out(chunk as Buffer)
}
