/** Over a real connection: what the in-process cloud of the other tests leaves out. And the metadata server, which is HTTP too. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, test } from 'vitest'
import { ANONYMOUS } from '../../../providers/gcp/api/identity.ts'
import { readMachine } from '../../../providers/gcp/api/metadata.ts'
import type { Request } from '../../../providers/gcp/api/sdk.ts'
import { withSmallerSdk } from '../../../providers/gcp/api/smaller-sdk.ts'

const READ: Request = { client: 'addresses', method: 'get', parameters: { project: 'p', region: 'r', address: 'a' } }
const servers: Server[] = []

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function sdkAt(endpoint: string) {
  const { openSdk } = await withSmallerSdk(() => import('../../../providers/gcp/api/sdk.ts'))
  return openSdk({ version: '0', identity: ANONYMOUS, endpoint })
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('a request over the network', () => {
  const { signal } = new AbortController()

  it('is answered, compressed or not', async () => {
    const sdk = await sdkAt(await serve((_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"name":"a"}'))))
    expect(await sdk.send(READ, signal)).toMatchObject({ status: 200, body: { name: 'a' } })
  })

  it('does not follow where an answer leads', async () => {
    const paths: string[] = []
    const sdk = await sdkAt(
      await serve(({ url = '' }, response) => {
        paths.push(url)
        response.writeHead(302, { location: '/elsewhere' }).end()
      }),
    )
    await expect(sdk.send(READ, signal)).rejects.toThrow('fetch failed')
    expect(paths).toHaveLength(1)
  })

  it('ends when it is aborted', async () => {
    const stop = new AbortController()
    const sdk = await sdkAt(await serve(() => stop.abort(new Error('stopped'))))
    await expect(sdk.send(READ, stop.signal)).rejects.toThrow('stopped')
  })
})

describe('the machine', () => {
  const ALL: Readonly<Record<string, string>> = {
    'project/project-id': 'shop',
    'project/numeric-project-id': '123',
    'instance/zone': 'projects/123/zones/europe-west1-b',
    'instance/network-interfaces/0/network': 'projects/123/networks/default',
  }
  const machine = async (answers: Readonly<Record<string, string>>) =>
    readMachine(
      await serve(({ url = '', headers }, response) => {
        const answer = answers[url.replace('/computeMetadata/v1/', '')]
        response.writeHead(answer === undefined || headers['metadata-flavor'] !== 'Google' ? 404 : 200).end(answer)
      }),
    )
  const { 'instance/network-interfaces/0/network': _, ...less } = ALL

  test.each([
    ['says where it is', ALL, { project: 'shop', region: 'europe-west1', network: 'projects/shop/global/networks/default' }],
    [
      'may be in a network of another project',
      { ...ALL, 'instance/network-interfaces/0/network': 'projects/456/networks/shared' },
      { project: 'shop', region: 'europe-west1', network: 'projects/456/global/networks/shared' },
    ],
    ['may say less', less, { project: 'shop', region: 'europe-west1' }],
    ['may say nothing', {}, {}],
  ])('%s', async (__, answers, expected) => expect(await machine(answers)).toEqual(expected))

  it('may not be there', async () => expect(await readMachine('http://127.0.0.1:1')).toEqual({}))
})
