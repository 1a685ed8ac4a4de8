/** The `proxy-url` of a kubeconfig: everything goes through it. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect, type Connection } from '../../../src/kubernetes/cluster.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock } from '../../clock.ts'
import { certificate, noCertificates } from '../../certificate.ts'
import { answer, FakeCluster } from './fake-cluster.ts'
import { type HttpProxy, startHttpProxy } from './http-proxy.ts'
import { startSocksProxy } from './socks-proxy.ts'

const { signal } = new AbortController()
let cluster: FakeCluster
let proxy: HttpProxy
let connection: Connection | undefined

beforeEach(async () => {
  cluster = await FakeCluster.start()
  proxy = await startHttpProxy()
})
afterEach(async () => {
  await connection?.close()
  connection = undefined
  await proxy.close()
  await cluster.stop()
})

async function connected(to: object): Promise<Connection> {
  const kubeconfig = join(cluster.folder, 'through-a-proxy')
  const contexts = [{ name: 'a', context: { cluster: 'shop', user: 'me' } }]
  await writeFile(
    kubeconfig,
    JSON.stringify({ clusters: [{ name: 'shop', cluster: to }], users: [{ name: 'me', user: { token: 'abc' } }], contexts, 'current-context': 'a' }),
  )
  return (connection = await connect({ kubeconfig, userAgent: 'test', clock: new ManualClock(), log: silentLog }))
}

test('to a plain server, with the name and password that the URL holds', async () => {
  const { api } = await connected({ server: cluster.url, 'proxy-url': proxy.url.replace('//', '//me:secret@') })
  await api.getService('shop', 'web', signal)
  expect(proxy.asked).toEqual([`GET ${cluster.url}/api/v1/namespaces/shop/services/web Basic ${Buffer.from('me:secret').toString('base64')}`])
  expect(cluster.requests[0]?.headers).toMatchObject({ authorization: 'Bearer abc' })
})

const reason = noCertificates()
if (reason !== undefined) console.log(`skipped: a proxy in front of a server with TLS: ${reason}`)

test.skipIf(reason !== undefined)('to a server with TLS, by a tunnel in which the proxy reads nothing', async () => {
  const { key, cert } = await certificate(cluster.folder, 'server')
  const seen: (string | undefined)[] = []
  const server = createServer({ key, cert }, (request, response) => {
    seen.push(request.headers.authorization)
    answer(response, 200, { metadata: {} })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const { api } = await connected({
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(cert).toString('base64'),
    'proxy-url': proxy.url,
  })
  await api.getService('shop', 'web', signal)
  expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port}`])
  expect(seen).toEqual(['Bearer abc'])
  server.closeAllConnections()
  await once(server.close(), 'close')
})

test('that speaks SOCKS5', async () => {
  const socks = await startSocksProxy()
  const { api } = await connected({ server: cluster.url, 'proxy-url': socks.url })
  await api.getService('shop', 'web', signal)
  expect(socks.asked).toEqual([cluster.url.replace('http://', '')])
  expect(cluster.requests[0]?.headers).toMatchObject({ authorization: 'Bearer abc' })
  await socks.close()
})

test('that is not there is an error without its password', async () => {
  const { url } = proxy
  await proxy.close()
  const { api } = await connected({ server: cluster.url, 'proxy-url': url.replace('//', '//me:secret@') })
  const error = await api.getService('shop', 'web', signal).catch((failure: unknown) => failure)
  expect(error).toMatchObject({ name: 'KubernetesError', status: 0 })
  expect(String(error)).toMatch(/did not answer .*ECONNREFUSED/)
  expect(String(error)).not.toContain('secret')
  proxy = await startHttpProxy()
})

test.each(['ftp://me:secret@127.0.0.1:1', 'nonsense'])('that cannot be used is named by its field: %s', async (url) => {
  const error = await connected({ server: cluster.url, 'proxy-url': url }).catch((failure: unknown) => failure)
  expect(String(error)).toContain('the proxy-url of the kubeconfig\'s cluster "shop" cannot be used; allowed: http://, https:// or socks5://')
  expect(String(error)).not.toContain('secret')
})
