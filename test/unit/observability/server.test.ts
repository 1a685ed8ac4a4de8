import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { type Probes, serveProbes } from '../../../src/observability/server.ts'

const well: Probes = { healthy: () => undefined, ready: () => 'the cluster is not read yet', metrics: () => Promise.resolve('fairlead_leader 1\n') }

async function ask(url: string): Promise<string> {
  const { statusCode, body } = await request(url)
  return `${statusCode} ${(await body.text()).trim()}`
}

describe('the probe server', () => {
  const table: readonly [string, string][] = [
    ['/healthz', '200 ok'],
    ['/livez', '200 ok'],
    ['/readyz', '503 the cluster is not read yet'],
    ['/metrics', '200 fairlead_leader 1'],
    ['/else', '404 not found'],
  ]
  test.each(table)('%s answers %s', async (path, expected) => {
    const server = await serveProbes('127.0.0.1:0', well)
    expect(await ask(`${server.url}${path}`)).toBe(expected)
    await server.close()
  })

  // A Pod's only address is IPv6 in some clusters, and the kubelet asks that one.
  test('without a host it answers on every address, of both families where the machine has both', async () => {
    const server = await serveProbes(':0', well)
    const { hostname, port } = new URL(server.url)
    expect(['[::]', '0.0.0.0']).toContain(hostname)
    const families = hostname === '[::]' ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']
    for (const host of families) expect(await ask(`http://${host}:${port}/healthz`)).toBe('200 ok')
    await server.close()
  })

  test.each(['9440', '127.0.0.1', '127.0.0.1:99999', '::1:9440'])('%s is no address to listen on, and it says what is', async (address) => {
    await expect(serveProbes(address, well)).rejects.toThrow(`${JSON.stringify(address)} is nowhere to listen; allowed: ADDRESS:PORT`)
  })
})
