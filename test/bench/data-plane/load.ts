/** The load of the bench: wrk for TCP, a loop of datagrams for UDP. Each run answers what it did in a second and how long an answer took. */
import { spawn } from 'node:child_process'
import { type Socket, createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface Run {
  /** Requests, connections, megabytes or datagrams a second. */
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
}

export async function httpLoad(port: number, path: string, options: readonly string[]): Promise<Run> {
  const said = await outputOf('wrk', ['--latency', '-t1', ...options, `http://127.0.0.1:${port}${path}`])
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(said)
  const rate = path === '/' ? number(/Requests\/sec:\s+([\d.]+)/, said) : megabytes(/Transfer\/sec:\s+([\d.]+)([KMG])B/.exec(said))
  return {
    perSecond: rate,
    p50Ms: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(said)),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(said)),
    // wrk counts the end of each connection that the server closes as a read error.
    errors: Number(errors?.[1] ?? 0) + Number(errors?.[3] ?? 0) + Number(errors?.[4] ?? 0),
  }
}

async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += String(bytes)))
  await once(child, 'close')
  return said
}

function number(pattern: RegExp, text: string): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN)
}

function milliseconds(match: RegExpExecArray | null): number {
  return Number(match?.[1]) * ({ us: 0.001, ms: 1, s: 1_000 }[match?.[2] ?? ''] ?? Number.NaN)
}

function megabytes(match: RegExpExecArray | null): number {
  return Number(match?.[1]) * ({ K: 0.001, M: 1, G: 1_000 }[match?.[2] ?? ''] ?? Number.NaN)
}

const CLIENTS = 8
const IN_FLIGHT_EACH = 8
const BYTES = 200

/** Eight clients with eight datagrams of 200 bytes under way each; an answer sends the next. A datagram that is lost is replaced after a while. */
export async function datagramLoad(port: number, seconds: number): Promise<Run> {
  const times: number[] = []
  let lost = 0
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => boundSocket()))
  const send = (socket: Socket): void => {
    const bytes = Buffer.alloc(BYTES)
    bytes.writeDoubleLE(performance.now())
    socket.send(bytes, port, '127.0.0.1')
  }
  let lastAnswer = performance.now()
  for (const socket of clients) {
    socket.on('message', (bytes) => {
      lastAnswer = performance.now()
      times.push(lastAnswer - bytes.readDoubleLE())
      send(socket)
    })
    for (let i = 0; i < IN_FLIGHT_EACH; i++) send(socket)
  }
  const refill = setInterval(() => {
    if (performance.now() - lastAnswer < 200) return
    lost += CLIENTS * IN_FLIGHT_EACH
    for (const socket of clients) for (let i = 0; i < IN_FLIGHT_EACH; i++) send(socket)
  }, 200)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  clearInterval(refill)
  for (const socket of clients) socket.close()
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / seconds,
    p50Ms: times[times.length >> 1] ?? Number.NaN,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    errors: lost,
  }
}

async function boundSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20, lookup: (hostname, _options, found) => found(null, hostname, 4) })
  // With a look-up that answers at once, binding does too.
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  return socket
}
