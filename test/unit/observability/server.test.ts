import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import { type Probes, serveProbes } from '../../../src/observability/server.ts'
import type { HttpServer } from '../../../src/observability/http.ts'

const servers: HttpServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function served(probes: Partial<Probes> = {}, address = '127.0.0.1:0'): Promise<HttpServer> {
  const server = await serveProbes(address, { healthy: () => undefined, ready: () => undefined, metrics: async () => 'fairlead_leader 1\n', ...probes })
  servers.push(server)
  return server
}

async function get({ url }: HttpServer, path: string, method = 'GET'): Promise<readonly [number, string]> {
  const answer = await fetch(`${url}${path}`, { method })
  return [answer.status, await answer.text()]
}

describe('the probes answer', () => {
  test.each([
    ['/healthz', {}, [200, 'ok\n']],
    ['/livez', {}, [200, 'ok\n']],
    ['/readyz', {}, [200, 'ok\n']],
    ['/readyz?verbose', {}, [200, 'ok\n']],
    ['/healthz', { healthy: () => 'stuck' }, [503, 'stuck\n']],
    ['/readyz', { ready: () => 'the cluster is not read yet' }, [503, 'the cluster is not read yet\n']],
    ['/healthz', { ready: () => 'the cluster is not read yet' }, [200, 'ok\n']],
    ['/metrics', {}, [200, 'fairlead_leader 1\n']],
    ['/', {}, [404, 'not found\n']],
    ['/debug/pprof', {}, [404, 'not found\n']],
  ])('%s', async (path, probes: Partial<Probes>, expected) => {
    expect(await get(await served(probes), path)).toEqual(expected)
  })

  test('what they are, to Prometheus', async () => {
    const { url } = await served()
    expect((await fetch(`${url}/metrics`)).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  test.each(['POST', 'PUT', 'DELETE'])('no orders: %s', async (method) => {
    expect(await get(await served(), '/metrics', method)).toEqual([405, 'only GET and HEAD\n'])
  })

  test('numbers that cannot be had with a failure, and go on', async () => {
    let isBroken = true
    const server = await served({ metrics: () => (isBroken ? Promise.reject(new Error('of a test')) : Promise.resolve('a 1\n')) })
    expect(await get(server, '/metrics')).toEqual([500, 'the metrics could not be collected\n'])
    isBroken = false
    expect(await get(server, '/metrics')).toEqual([200, 'a 1\n'])
  })
})

describe('a request for another name', () => {
  const asName = async ({ url }: HttpServer, host: string): Promise<string> => {
    const { port, hostname } = new URL(url)
    const socket = connect({ port: Number(port), host: hostname })
    socket.end(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    return (await socket.toArray()).join('').slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)
  }

  test('is refused on a loopback address, unless the name is allowed', async () => {
    const server = await served()
    expect(await asName(server, 'localhost')).toBe('200')
    expect(await asName(server, 'rebind.example')).toBe('421')
    const named = await serveProbes('127.0.0.1:0', { healthy: () => undefined, ready: () => undefined, metrics: async () => '' }, ['lab.example'])
    servers.push(named)
    expect([await asName(named, 'lab.example'), await asName(named, 'rebind.example')]).toEqual(['200', '421'])
  })

  test('is answered elsewhere, where the names of the Services before it are not known', async () => {
    const { url } = await served({}, ':0')
    expect(await asName({ url: `http://127.0.0.1:${new URL(url).port}`, close: async () => undefined }, 'fairlead-metrics.fairlead.svc')).toBe('200')
  })
})

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1') === true)
if (!hasIpv6) console.log('skipped: probes on an IPv6 address, because this machine has none')

test.skipIf(!hasIpv6)('an IPv6 address stands in brackets', async () => {
  expect(await get(await served({}, '[::1]:0'), '/healthz')).toEqual([200, 'ok\n'])
})

// A Pod's only address is IPv6 in some clusters, and the kubelet asks that one.
test('without a host it answers on every address, of both families where the machine has both', async () => {
  const server = await served({}, ':0')
  const { hostname, port } = new URL(server.url)
  expect(['[::]', '0.0.0.0']).toContain(hostname)
  const families = hostname === '[::]' ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']
  for (const host of families) expect(await get({ ...server, url: `http://${host}:${port}` }, '/healthz')).toEqual([200, 'ok\n'])
})

test('a port that is taken is refused', async () => {
  const { url } = await served()
  await expect(serveProbes(url.replace('http://', ''), {} as Probes)).rejects.toThrow('EADDRINUSE')
})

test.each(['nowhere', '9440', '127.0.0.1', '127.0.0.1:99999', '::1:9440'])('%s is no address to listen on, and it says what is', async (address) => {
  await expect(serveProbes(address, {} as Probes)).rejects.toThrow(`${JSON.stringify(address)} is nowhere to listen; allowed: ADDRESS:PORT`)
})

test('closing cuts clients that stay connected', async () => {
  const server = await served()
  const client = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(client, 'connect')
  const closed = once(client, 'close')
  await server.close()
  await closed
  expect(client.destroyed).toBe(true)
})
