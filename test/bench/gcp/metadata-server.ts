/** The metadata server of a machine of Google's, which gives the programs on it a token. Source: cloud.google.com/compute/docs/metadata. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const ACCOUNT = '/computeMetadata/v1/instance/service-accounts/default'
const ANSWERS: Readonly<Record<string, string>> = {
  '/computeMetadata/v1/instance': '{}',
  [`${ACCOUNT}/token`]: JSON.stringify({ access_token: 'bench', expires_in: 3_599, token_type: 'Bearer' }),
}

export interface MetadataServer extends AsyncDisposable {
  /** By which Google's library finds it. */
  readonly variables: NodeJS.ProcessEnv
}

export async function startMetadataServer(): Promise<MetadataServer> {
  const server = createServer(({ url = '' }, response) => {
    const answer = ANSWERS[new URL(url, 'http://metadata').pathname.replace(/\/$/, '')]
    response.writeHead(answer === undefined ? 404 : 200, { 'metadata-flavor': 'Google', 'content-type': 'application/json' }).end(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    variables: { GCE_METADATA_HOST: `127.0.0.1:${port}` },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
