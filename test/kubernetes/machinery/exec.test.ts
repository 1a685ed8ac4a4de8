/** Commands in pods over the WebSocket of the emulated API server: its channels, and what is refused. What runs them is the test. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { Exec, KubeConfig, type V1Status } from '@kubernetes/client-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Execution } from '../../../emulators/kubernetes/index.ts'
import { eventually, until } from '../../until.ts'
import { startWorld, type World } from './server.ts'

const PODS = '/api/v1/namespaces/default/pods'
const [V4, V5] = ['v4.channel.k8s.io', 'v5.channel.k8s.io']
const ALL = 'stdin=true&stdout=true&stderr=true'

let world: World
let executions: Execution[]
let run: (execution: Execution) => Promise<number>

beforeEach(async () => {
  world = await startWorld()
  executions = []
  run = async ({ write }) => {
    await write('stdout', Buffer.from('out'))
    await write('stderr', Buffer.from('err'))
    return 0
  }
  world.server.reachPods({
    exec(execution) {
      executions.push(execution)
      return run(execution)
    },
  })
  const { cluster } = world.server
  const pod = (name: string, containers: readonly string[]): void => {
    const spec = { containers: containers.map((each) => ({ name: each, image: 'c' })) }
    cluster.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec })
  }
  pod('web-1', ['c'])
  pod('two', ['a', 'b'])
  pod('waits', ['c'])
  for (const name of ['web-1', 'two']) cluster.bind({ namespace: 'default', name }, 'node-1')
})
afterEach(() => world[Symbol.asyncDispose]())

interface Received {
  readonly socket: WebSocket
  readonly protocol: string
  /** By channel. */
  readonly texts: ReadonlyMap<number, string>
  readonly closed: Promise<number>
  send(channel: number, text: string | Buffer): void
}

async function exec(query: string, protocols = [V5]): Promise<Received> {
  const socket = new WebSocket(`${world.server.url.replace('http', 'ws')}${PODS}/web-1/exec?${query}`, protocols)
  const texts = new Map<number, string>()
  socket.on('message', (message: Buffer) => texts.set(message[0] ?? -1, `${texts.get(message[0] ?? -1) ?? ''}${String(message.subarray(1))}`))
  const closed = once(socket, 'close').then(([code]) => Number(code))
  await once(socket, 'open')
  const send = (channel: number, text: string | Buffer): void => socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]))
  return { socket, protocol: socket.protocol, texts, closed, send }
}

/** Answers the length of its input. */
async function counting({ input, write }: Execution): Promise<number> {
  let length = 0
  for await (const chunk of input) length += chunk.length
  await write('stdout', Buffer.from(String(length)))
  return 0
}

describe('a command', () => {
  test.each([
    ['the newest protocol', [V4, V5], V5],
    ['an older one', [V4], V4],
  ])('is run over %s: output, errors and success have their channels', async (_, offered, protocol) => {
    const answer = await exec(`command=a&command=b%20c&${ALL}`, offered)
    expect(await answer.closed).toBe(1000)
    expect(answer.protocol).toBe(protocol)
    expect([answer.texts.get(1), answer.texts.get(2), JSON.parse(answer.texts.get(3) ?? '')]).toEqual(['out', 'err', { metadata: {}, status: 'Success' }])
    expect(executions).toMatchObject([{ container: 'c', command: ['a', 'b c'], isTerminal: false, pod: { metadata: { name: 'web-1' } } }])
    expect(world.server.journal.entries.at(-1)).toMatchObject({ verb: 'get', resource: 'pods/exec', name: 'web-1', status: 101 })
  })

  test('that fails has its exit code in a cause', async () => {
    run = async () => 3
    const answer = await exec(`command=a&${ALL}`)
    await answer.closed
    expect(JSON.parse(answer.texts.get(3) ?? '')).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    })
  })

  test('that cannot be run ends with the reason', async () => {
    run = () => Promise.reject(new Error('pod web-1 does not run'))
    const answer = await exec(`command=a&${ALL}`)
    await answer.closed
    expect(JSON.parse(answer.texts.get(3) ?? '')).toMatchObject({
      status: 'Failure',
      reason: 'InternalError',
      message: 'Internal error occurred: pod web-1 does not run',
    })
  })

  test('reads what the client sends until the client ends it, whatever the size of its terminal', async () => {
    run = counting
    const answer = await exec(`command=a&${ALL}&tty=true`)
    answer.send(4, '{"Width":80,"Height":24}')
    answer.send(0, 'hello ')
    answer.send(0, 'world')
    answer.send(255, Buffer.from([0]))
    await answer.closed
    expect(answer.texts.get(1)).toBe('11')
    expect(executions[0]?.isTerminal).toBe(true)
  })

  test('reads nothing where the client sends nothing', async () => {
    run = counting
    const answer = await exec('command=a&stdout=true')
    answer.send(0, 'hello')
    await answer.closed
    expect(answer.texts.get(1)).toBe('0')
  })

  test('is shown what the client asks for alone', async () => {
    const answer = await exec('command=a&stderr=true')
    await answer.closed
    expect([answer.texts.get(1), answer.texts.get(2)]).toEqual(['', 'err'])
  })

  test('is ended with its client, and with the server', async () => {
    run = ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(137)))
    const [first, second] = [await exec(`command=a&${ALL}`), await exec(`command=b&${ALL}`)]
    await until(() => executions.length === 2)
    first.socket.close()
    await eventually(
      () => executions.map(({ signal }) => signal.aborted),
      (aborted) => aborted[0] === true && aborted[1] === false,
    )
    await world.server.close()
    expect(await second.closed).toBe(1006)
    await until(() => executions.every(({ signal }) => signal.aborted))
  })

  test('that leaves its input unread is ended before it fills the memory', async () => {
    run = ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(137)))
    const answer = await exec(`command=a&${ALL}`)
    for (let i = 0; i < 16; i++) answer.send(0, Buffer.alloc(1_000_000))
    expect(await answer.closed).toBe(1009)
  })

  test('is run by the official client', async () => {
    const official = new KubeConfig()
    official.loadFromOptions({
      clusters: [{ name: 'c', server: world.server.url, skipTLSVerify: true }],
      contexts: [{ name: 'x', cluster: 'c', user: '' }],
      currentContext: 'x',
    })
    const [out, err] = [new PassThrough(), new PassThrough()]
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(official).exec('default', 'web-1', 'c', ['a'], out, err, null, false, resolve).catch(reject)
    })
    expect([status.status, String(out.read()), String(err.read())]).toEqual(['Success', 'out', 'err'])
  })
})

describe('a command is refused', () => {
  const websocket = { upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-protocol': V5 }
  const spdy = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' }
  test.each<[string, string, Readonly<Record<string, string>>, string]>([
    ['in a pod that is not there', 'no/exec?command=a&stdout=1', websocket, '404 pods "no" not found'],
    ['in a container that is not there', 'web-1/exec?command=a&stdout=1&container=x', websocket, '400 container x is not valid for pod web-1'],
    ['in one of two containers', 'two/exec?command=a&stdout=1', websocket, '400 a container name must be specified for pod two, choose one of: [a b]'],
    ['in a pod on no node', 'waits/exec?command=a&stdout=1', websocket, '400 pod waits does not have a host assigned'],
    ['without a command', 'web-1/exec?stdout=1', websocket, '400 you must specify at least one command for the container'],
    ['without a stream', 'web-1/exec?command=a&stdout=false', websocket, '400 you must specify at least 1 of stdin, stdout, stderr'],
    ['over SPDY', 'web-1/exec?command=a&stdout=1', spdy, '400 commands are run, as by kubectl 1.31 and newer, over a WebSocket with the subprotocol v5'],
    ['over SPDY in a container that is not there', 'web-1/exec?command=a&stdout=1&container=x', spdy, '400 container x is not valid'],
  ])('%s', async (_, path, headers, message) => {
    const [answer] = (await once(request(`${world.server.url}${PODS}/${path}`, { headers: { ...headers, connection: 'Upgrade' } }).end(), 'response')) as [
      IncomingMessage,
    ]
    const status = (await json(answer)) as { readonly message: string }
    expect(`${answer.statusCode} ${status.message}`).toContain(message)
    expect(executions).toEqual([])
  })
})
