/**
 * `pods/NAME/exec` over a WebSocket, as a real server speaks it (subprotocol `v5.channel.k8s.io`, or `v4` without the end of the input): channel 0 is the input of
 * the command, 1 and 2 its output and its errors, 3 how it ended, as a Status, and 4 the size of a terminal. Who runs the pods says what a command is.
 */
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { badRequest } from '../api-error.ts'
import type { ApiObject } from '../resource.ts'
import { Channels, sendOn, type Upgrade } from './channels.ts'
import { containerIn, type ExecInPod, type Execution, refuseWithoutNode } from './pod-access.ts'

const [STDIN, STDOUT, STDERR, OUTCOME] = [0, 1, 2, 3]
/** The first byte of a message whose second is the channel that ends: `v5` alone. */
const CLOSE = 255
const MOST_IN_MESSAGE = 1024 * 1024
const MOST_INPUT = 4 * 1024 * 1024
/** kubectl before 1.34 discards what comes before it has made its streams (kubernetes/kubernetes pull request 131203); a container takes longer to start a command. */
const STREAMS_ARE_MADE_MS = 30

type Asked = Pick<Execution, 'pod' | 'container' | 'command' | 'isTerminal'> & { readonly has: Readonly<Record<'stdin' | 'stdout' | 'stderr', boolean>> }

export class Execs {
  readonly #exec: ExecInPod
  readonly #channels = new Channels({
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
    what: 'commands are run, as by kubectl 1.31 and newer,',
    mostInMessage: MOST_IN_MESSAGE,
  })

  constructor(exec: ExecInPod) {
    this.#exec = exec
  }

  /** What to do with the connection. Throws an ApiError when the request is refused. */
  accept(pod: ApiObject, request: IncomingMessage, query: URLSearchParams): (upgrade: Upgrade) => void {
    const asked = readAsked(pod, query)
    refuseWithoutNode(pod)
    this.#channels.refuse(request)
    if (!Object.values(asked.has).includes(true)) throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
    if (asked.command.length === 0) throw badRequest('you must specify at least one command for the container')
    return (upgrade) => this.#channels.open(upgrade, (client) => void this.#serve(client, asked))
  }

  close(): void {
    this.#channels.close()
  }

  async #serve(client: WebSocket, { has, ...asked }: Asked): Promise<void> {
    const gone = new AbortController()
    const input = new PassThrough({ highWaterMark: MOST_INPUT })
    if (!has.stdin) input.end()
    client.on('close', () => {
      gone.abort()
      input.end()
    })
    client.on('message', (message: Buffer) => take(message, input, client))
    // Shows the client that the command begins, as a kubelet does.
    await sendOn(client, STDOUT, '')
    const isReady = sleep(STREAMS_ARE_MADE_MS)
    const write: Execution['write'] = async (stream, bytes) => {
      await isReady
      if (has[stream] && !gone.signal.aborted) await sendOn(client, stream === 'stdout' ? STDOUT : STDERR, bytes)
    }
    const outcome = await this.#outcomeOf({ ...asked, input, write, signal: gone.signal })
    input.destroy()
    await isReady
    await sendOn(client, OUTCOME, JSON.stringify(outcome))
    client.close(1000)
  }

  async #outcomeOf(execution: Execution): Promise<object> {
    try {
      return outcomeOfCode(await this.#exec(execution))
    } catch (error) {
      const message = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`
      return { metadata: {}, status: 'Failure', message, reason: 'InternalError', details: { causes: [{ message }] }, code: 500 }
    }
  }
}

/** Throws an ApiError when the container is none of the pod's. */
function readAsked(pod: ApiObject, query: URLSearchParams): Asked {
  const isTrue = (key: string): boolean => isTrueIn(query, key)
  const isTerminal = isTrue('tty')
  // A terminal has one output for both.
  const has = { stdin: isTrue('stdin'), stdout: isTrue('stdout'), stderr: isTrue('stderr') && !isTerminal }
  return { pod, container: containerIn(pod, query.get('container')), command: query.getAll('command'), isTerminal, has }
}

/** As the API machinery reads a boolean in a query: anything but `false` and `0`. */
export function isTrueIn(query: URLSearchParams, key: string): boolean {
  return query.has(key) && !['false', '0'].includes(query.get(key)?.toLowerCase() ?? '')
}

/** The size of a terminal is read and means nothing here. What is more than fits ends the connection. */
function take(message: Buffer, input: PassThrough, client: WebSocket): void {
  const [channel, ended] = message
  if (channel === CLOSE && ended === STDIN) input.end()
  if (channel !== STDIN || input.writableEnded || input.destroyed) return
  if (!input.write(message.subarray(1))) client.close(1009, `more than ${MOST_INPUT} bytes wait to be read`)
}

function outcomeOfCode(code: number): object {
  if (code === 0) return { metadata: {}, status: 'Success' }
  const message = `command terminated with non-zero exit code: exit status ${code}`
  return { metadata: {}, status: 'Failure', message, reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: String(code) }] } }
}
