/** One question by HTTPS, to a server whose certificate nobody vouches for, as backends have them. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createPlainServer } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Guard } from '../../../../providers/local/balancer/guard.ts'
import { askHealth } from '../../../../providers/local/balancer/health-probe.ts'
import { silentLog } from '../../../../src/model/log.ts'
import { certificate, noCertificates } from '../../../certificate.ts'
import { ManualClock } from '../../../clock.ts'
import { until } from './network.ts'

const guard = new Guard({ log: silentLog, now: () => 0, count: () => undefined })
const reason = noCertificates()
if (reason !== undefined) console.log(`skipped: health checks by HTTPS: ${reason}`)

describe.skipIf(reason !== undefined)('a health check by HTTPS', () => {
  let folder: string
  let server: Server
  let asked: string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-health-'))
    asked = []
    server = createServer(await certificate(folder, 'backend'), (request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['user-agent']}`)
      if (request.url !== '/silent') response.writeHead(request.url === '/ill' ? 503 : 204).end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  })

  /** What is wrong, or `well`. */
  async function wrong(path: string, at: NetServer = server, clock = new ManualClock()): Promise<string> {
    const probe = { protocol: 'https', ip: '127.0.0.1', port: (at.address() as AddressInfo).port, path, successCodes: '200-299' } as const
    const times = { intervalMs: 10_000, timeoutMs: 5_000, healthyThreshold: 2, unhealthyThreshold: 2 }
    return new Promise((resolve) => void askHealth({ ...probe, ...times }, { clock, guard }, (found) => resolve(found ?? 'well')))
  }

  test('is well by its status, whoever signed the certificate', async () => {
    expect(await wrong('/healthz')).toBe('well')
    expect(asked).toEqual(['GET /healthz fairlead-health-check'])
  })

  test('is ill with another status', async () => {
    expect(await wrong('/ill')).toBe('answered 503, expected 200-299')
  })

  test('is ill where there is no TLS', async () => {
    const plain = createPlainServer((_, response) => void response.end())
    await once(plain.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void plain.close())
    expect(await wrong('/healthz', plain)).not.toBe('well')
  })

  test('is ill without an answer in time', async () => {
    const clock = new ManualClock()
    const found = wrong('/silent', server, clock)
    await until(() => asked.some((text) => text.includes('/silent')))
    await clock.advance(5_000)
    expect(await found).toBe('no answer within 5000 ms')
  })
})
