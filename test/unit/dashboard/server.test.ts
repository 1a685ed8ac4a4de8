import { request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { dashboardApi } from '../../../src/dashboard/api.ts'
import { openGate, tokenGate } from '../../../src/dashboard/authenticate.ts'
import { type DashboardOptions, isOnLoopback, serveDashboard } from '../../../src/dashboard/server.ts'
import { MOST_PAGES } from '../../../src/dashboard/stream.ts'
import { ManualClock } from '../../clock.ts'
import { type Known, known } from './given.ts'
import type { HttpServer } from '../../../src/observability/http.ts'

const TOKEN = 'a-token-of-the-operator'
const servers: HttpServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function served(cluster: Known = known(), options: Partial<DashboardOptions> = {}): Promise<HttpServer & { readonly errors: unknown[] }> {
  const errors: unknown[] = []
  const api = dashboardApi(cluster.source, new AbortController().signal)
  const server = await serveDashboard('127.0.0.1:0', { api, gate: openGate, names: [], onError: (error) => errors.push(error), ...options })
  servers.push(server)
  return { ...server, errors }
}

/** As a client that says what it likes: `fetch` does not let a test set `Host`. */
function raw(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.once('error', reject).end()
  })
}

const FILES = [
  '/',
  '/page.css',
  '/icon.svg',
  ...['main', 'dom', 'list', 'live', 'overview', 'parts', 'picture', 'service', 'words'].map((name) => `/${name}.js`),
]

describe('the dashboard serves', () => {
  test.each(FILES)('%s, with what keeps a page to itself', async (path) => {
    const answer = await fetch(`${(await served()).url}${path}`)
    expect(answer.status).toBe(200)
    expect((await answer.text()).length).toBeGreaterThan(100)
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('every module that a module imports, and none from elsewhere', async () => {
    const { url } = await served()
    const texts = await Promise.all(FILES.map(async (path) => (await fetch(`${url}${path}`)).text()))
    const imports = texts.flatMap((text) => [...text.matchAll(/from '([^']+)'/g)].map(([, name = '']) => name))
    expect(imports.length).toBeGreaterThan(10)
    expect(imports.filter((name) => !FILES.includes(name.replace(/^\./, '')))).toEqual([])
    expect(texts.join('\n').match(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/g)).toBeNull()
    expect(texts.join('\n').match(/innerHTML\s*=[^=]|insertAdjacentHTML|document\.write|\beval\(/g)).toBeNull()
  })

  test('the rows, one a line, numbered', async () => {
    const cluster = known()
    for (let i = 0; i < 250; i += 1) cluster.put(`web-${i}`)
    const text = await (await fetch(`${(await served(cluster)).url}/api/services`)).text()
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; number: number; state: string })
    expect(rows).toHaveLength(250)
    expect(rows[249]).toMatchObject({ namespace: 'shop', name: 'web-249', number: 250, state: 'Ready', addresses: ['192.0.2.7'] })
  })

  test('one Service, and of a name that there is not, that there is none', async () => {
    const cluster = known()
    cluster.put('web')
    const { url } = await served(cluster)
    expect(await (await fetch(`${url}/api/service?namespace=shop&name=web`)).json()).toMatchObject({
      name: 'web',
      state: 'Ready',
      health: { kind: 'not offered' },
    })
    expect((await fetch(`${url}/api/service?namespace=shop&name=none`)).status).toBe(404)
    expect((await fetch(`${url}/api/service`)).status).toBe(404)
  })

  test('a stream, to twenty pages', async () => {
    const { url } = await served()
    const ended = new AbortController()
    const answers = await Promise.all(Array.from({ length: MOST_PAGES }, () => fetch(`${url}/api/stream`, { signal: ended.signal })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(answers[0]?.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect((await fetch(`${url}/api/stream`)).status).toBe(503)
    ended.abort()
  })
})

describe('the dashboard refuses', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s', async (method) => {
    expect((await fetch(`${(await served()).url}/api/services`, { method })).status).toBe(405)
  })

  test.each(['/api/none', '/none', '/../api.ts', '/page/main.js', '/%2e%2e/api.ts', '//elsewhere/'])('%s', async (path) => {
    expect((await fetch(`${(await served()).url}${path}`)).status).toBe(404)
  })

  test('a name that is not its own, as a page has it whose name leads to a loopback address', async () => {
    const { url } = await served()
    expect(await raw(`${url}/api/services`, { host: 'evil.example' })).toBe(421)
    expect(await raw(`${url}/api/services`, { host: 'localhost:9441' })).toBe(200)
    expect(await raw(`${url}/api/services`, { origin: 'https://evil.example' })).toBe(421)
  })

  test('requests that a page of another site has a browser send', async () => {
    const { url } = await served()
    expect(await raw(`${url}/api/stream`, { 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await raw(`${url}/api/services`, { 'sec-fetch-site': 'same-origin' })).toBe(200)
  })

  test('data without the token, where one is asked for; the page itself holds none', async () => {
    const gate = tokenGate({ fileToken: () => TOKEN, clock: new ManualClock(), onError: () => {} })
    const { url } = await served(known(), { gate })
    for (const path of ['/api/services', '/api/stream', '/api/orphans', '/api/activity', '/api/service', '/api/session', '/api/none'])
      expect((await fetch(`${url}${path}`)).status).toBe(401)
    expect((await fetch(`${url}/`)).status).toBe(200)
    const session = await fetch(`${url}/api/session`, { headers: { authorization: `Bearer ${TOKEN}` } })
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect(session.status).toBe(204)
    expect((await fetch(`${url}/api/services`, { headers: { cookie } })).status).toBe(200)
  })

  test('no more than it can, and goes on, when something in it fails', async () => {
    const cluster = known()
    const failing = { ...cluster, source: { ...cluster.source, publishedOrphans: () => Promise.reject(new Error('of a test')) } }
    cluster.setLeader(false)
    const { url, errors } = await served(failing)
    expect((await fetch(`${url}/api/orphans`)).status).toBe(500)
    expect(errors).toHaveLength(1)
    expect((await fetch(`${url}/api/services`)).status).toBe(200)
  })
})

test.each([
  ['127.0.0.1:9441', true],
  ['127.9.9.9:0', true],
  ['[::1]:9441', true],
  ['localhost:9441', true],
  [':9441', false],
  ['0.0.0.0:9441', false],
  ['[::]:9441', false],
  ['10.0.0.7:9441', false],
  ['localhost.example:9441', false],
])('whether only this machine reaches %s: %s', (address, expected) => {
  expect(isOnLoopback(address)).toBe(expected)
})
