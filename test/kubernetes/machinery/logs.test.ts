/** The logs of pods as the emulated API server answers them. What has them is the test. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LogListener } from '../../../emulators/kubernetes/index.ts'
import { until } from '../../until.ts'
import { startWorld, type World } from './server.ts'

const POD = '/api/v1/namespaces/default/pods/web-1'
let world: World
let lines: { readonly at: Date; readonly text: string }[]
let listeners: Set<LogListener>

const secondsAgo = (seconds: number): Date => new Date(world.server.cluster.now().getTime() - 1000 * seconds)

beforeEach(async () => {
  world = await startWorld()
  listeners = new Set()
  lines = [30, 20, 10].map((seconds) => ({ at: secondsAgo(seconds), text: `${seconds} s ago` }))
  world.server.reachPods({
    logOf: (_, container) => {
      const follow = (listener: LogListener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
      return container === 'c' ? { lines, follow } : undefined
    },
  })
  const { cluster } = world.server
  const spec = { containers: ['c', 'starts'].map((name) => ({ name, image: 'c' })), initContainers: [{ name: 'i', image: 'c' }] }
  cluster.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'default' }, spec })
  cluster.bind({ namespace: 'default', name: 'web-1' }, 'node-1')
})
afterEach(() => world[Symbol.asyncDispose]())

async function log(query: string): Promise<string> {
  const answer = await fetch(`${world.server.url}${POD}/log?container=c&${query}`)
  return `${answer.status} ${await answer.text()}`
}

describe('a log', () => {
  test.each([
    ['whole', '', '30 s ago\n20 s ago\n10 s ago\n'],
    ['its last lines', 'tailLines=2', '20 s ago\n10 s ago\n'],
    ['no line', 'tailLines=0', ''],
    ['more lines than there are', 'tailLines=9', '30 s ago\n20 s ago\n10 s ago\n'],
    ['since so many seconds', 'sinceSeconds=25', '20 s ago\n10 s ago\n'],
    ['the tail, and of it what is new enough', 'tailLines=2&sinceSeconds=15', '10 s ago\n'],
    ['cut to so many bytes', 'limitBytes=12', '30 s ago\n20 '],
  ])('%s', async (_, query, expected) => {
    expect(await log(query)).toBe(`200 ${expected}`)
  })

  test('since a time, with the times of its lines', async () => {
    const at = lines[2]?.at.toISOString() ?? ''
    expect(await log(`sinceTime=${at}&timestamps=true`)).toBe(`200 ${at.replace('Z', '000000Z')} 10 s ago\n`)
  })

  test('is followed until its container goes', async () => {
    const [answer] = (await once(request(`${world.server.url}${POD}/log?container=c&follow=true&tailLines=1`).end(), 'response')) as [IncomingMessage]
    let read = ''
    answer.on('data', (bytes) => (read += String(bytes)))
    const end = once(answer, 'end')
    await until(() => read === '10 s ago\n')
    for (const listener of listeners) listener.onLine({ at: new Date(), text: 'now' })
    await until(() => read === '10 s ago\nnow\n')
    for (const listener of listeners) listener.onEnd()
    await end
    expect(read).toBe('10 s ago\nnow\n')
  })

  test('is followed by no client that has gone, and up to the bytes that are asked for', async () => {
    const call = request(`${world.server.url}${POD}/log?container=c&follow=true`).end()
    await once(call, 'response')
    expect(listeners.size).toBe(1)
    call.destroy()
    await until(() => listeners.size === 0)
    const limited = log('follow=true&tailLines=0&limitBytes=3')
    await until(() => listeners.size === 1)
    for (const listener of listeners) listener.onLine({ at: new Date(), text: 'a long line' })
    expect(await limited).toBe('200 a l')
  })

  test('that is followed ends with the server', async () => {
    const [answer] = (await once(request(`${world.server.url}${POD}/log?container=c&follow=true`).end(), 'response')) as [IncomingMessage]
    const closed = new Promise((done) =>
      answer
        .resume()
        .on('error', () => undefined)
        .on('close', done),
    )
    await world.server.close()
    await expect(closed).resolves.toBeUndefined()
  })
})

test.each([
  ['of an earlier run', 'c&previous=true', 'previous terminated container "c" in pod "web-1" not found'],
  ['of a container that has not started', 'starts', 'container "starts" in pod "web-1" is waiting to start: ContainerCreating'],
  ['of an init container', 'i', 'container "i" in pod "web-1" is not available'],
  ['of a container that is not there', 'x', 'container x is not valid for pod web-1'],
  ['of one of several containers', '', 'a container name must be specified for pod web-1, choose one of: [i c starts]'],
])('a log %s is refused', async (_, container, message) => {
  const answer = await fetch(`${world.server.url}${POD}/log?container=${container}`)
  expect(await answer.json()).toMatchObject({ code: 400, reason: 'BadRequest', message })
})
