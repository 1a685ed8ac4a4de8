import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HealthCheck } from '../../../../src/model/load-balancer.ts'
import { echoes, frontendAt, openClient, startPlane, tcpBackend, until, whoAnswers } from './network.ts'
import { ruleFor } from './rule.ts'

interface Doctor {
  readonly port: number
  status: number
  asked: number
  readonly paths: string[]
}

/** Answers health checks with the status it is reported. */
async function doctor(status: number): Promise<Doctor> {
  const state = { port: 0, status, asked: 0, paths: [] as string[] }
  const server = createServer((request, response) => {
    state.asked++
    state.paths.push(request.url ?? '')
    response.writeHead(state.status).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  state.port = (server.address() as AddressInfo).port
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())))
  return state
}

function http(port: number, changes: Partial<HealthCheck> = {}): HealthCheck {
  return { protocol: 'http', port, from: 'annotation', path: '/healthz', ...changes }
}

describe('health checks', () => {
  test('take out a backend that fails, by its thresholds, and take it back', async () => {
    const { plane, clock } = startPlane()
    const [a, b] = [await tcpBackend('a'), await tcpBackend('b')]
    const [well, ill] = [await doctor(200), await doctor(200)]
    const at = (port: number) => ({ healthAddress: { ip: '127.0.0.1', port } })
    const healthCheck = http(1, { intervalSeconds: 10, unhealthyThreshold: 2, healthyThreshold: 2 })
    const frontend = await frontendAt(
      'TCP',
      ruleFor(
        [
          { ...a.target, ...at(well.port) },
          { ...b.target, ...at(ill.port) },
        ],
        { healthCheck },
      ),
    )
    await plane.open(frontend)
    await until(() => ill.asked === 1)
    const client = await openClient(frontend)
    const other = await openClient(frontend)
    expect([client.backend, other.backend]).toEqual(['a', 'b'])
    const verdict = (): boolean | undefined => plane.states()[0]?.targets[1]?.healthy

    ill.status = 503
    const rounds = async (): Promise<number> => {
      const [before, asked] = [verdict(), ill.asked]
      while (verdict() === before) {
        const pending = ill.asked
        while (ill.asked === pending) await clock.advance(1_000)
        await until(() => verdict() !== before || clock.pending >= 3)
      }
      return ill.asked - asked
    }
    expect(await rounds()).toBe(2)
    expect([await whoAnswers(frontend), await whoAnswers(frontend)]).toEqual(['a', 'a'])
    expect(await echoes(other)).toBe(true)
    ill.status = 204
    expect(await rounds()).toBe(2)
    expect(new Set([await whoAnswers(frontend), await whoAnswers(frontend)])).toEqual(new Set(['a', 'b']))
    expect(new Set(ill.paths)).toEqual(new Set(['/healthz']))
  })

  test('are asked once for all ports that share an address', async () => {
    const { plane, clock } = startPlane()
    const node = await doctor(200)
    const a = await tcpBackend('a')
    for (let i = 0; i < 20; i++) await plane.open(await frontendAt('TCP', ruleFor([a.target], { healthCheck: http(node.port) })))
    await until(() => node.asked === 1 && clock.pending === 2)
    await clock.advance(5_600)
    await until(() => node.asked > 1)
    expect(node.asked).toBe(2)
    await plane.shutdown()
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['healthCheckNodePort: clients are refused, for no node holds a pod', 'healthCheckNodePort', 'ECONNREFUSED'],
    ['any other check: it is not believed, and all are tried', 'annotation', 'a'],
  ] as const)('that fail everywhere, %s', async (_name, from, answer) => {
    const { plane, clock } = startPlane()
    const node = await doctor(503)
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target], { healthCheck: http(node.port, { from }) }))
    await plane.open(frontend)
    await until(() => plane.states()[0]?.targets[0]?.healthy === false)
    expect(await whoAnswers(frontend)).toBe(answer)
    node.status = 200
    const asked = node.asked
    while (node.asked === asked) await clock.advance(1_000)
    await until(() => plane.states()[0]?.targets[0]?.healthy === true && plane.states()[0]?.listening === true)
    expect(await whoAnswers(frontend)).toBe('a')
  })

  test('by TCP need a listener, and take no answer in time for a failure', async () => {
    const { plane, clock } = startPlane()
    const backend = await tcpBackend('a')
    const mute = await tcpBackend('mute', () => undefined)
    const tcp = { protocol: 'tcp', port: 'traffic', from: 'annotation' } as const
    const first = await frontendAt('TCP', ruleFor([backend.target], { healthCheck: tcp }))
    const second = await frontendAt('TCP', ruleFor([mute.target], { healthCheck: { protocol: 'http', port: 'traffic', from: 'annotation' } }))
    await plane.open(first)
    await plane.open(second)
    await until(() => backend.sockets.length === 1 && mute.sockets.length === 1)
    await clock.advance(2_100)
    const healthy = (): (boolean | undefined)[] => plane.states().map(({ targets }) => targets[0]?.healthy)
    expect(healthy()).toEqual([true, false])
    await backend.close()
    while (healthy()[0] === true) await clock.advance(1_000)
    expect(healthy()).toEqual([false, false])
  })

  test('against the traffic port begin with a PROXY header of their own where the backend expects one', async () => {
    const { plane } = startPlane()
    const heard: string[] = []
    const a = await tcpBackend('a', (socket) => socket.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1'))))
    await plane.open(
      await frontendAt(
        'TCP',
        ruleFor([a.target], { proxyProtocol: 'v1', healthCheck: { protocol: 'http', port: 'traffic', from: 'annotation', path: '/ready' } }),
      ),
    )
    await until(() => heard.join('').includes('\r\n\r\n'))
    expect(heard.join('')).toMatch(/^PROXY UNKNOWN\r\nGET \/ready HTTP\/1\.1\r\n/)
  })
})
