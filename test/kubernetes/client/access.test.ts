import { once } from 'node:events'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, type Connection } from '../../../src/kubernetes/cluster.ts'
import { accessOf } from '../../../src/kubernetes/kubeconfig.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock, settle } from '../../clock.ts'
import { until } from '../../until.ts'
import { certificate, noCertificates } from '../../certificate.ts'
import { answer, FakeCluster, status } from './fake-cluster.ts'

let cluster: FakeCluster
let clock: ManualClock
let connections: Connection[]
const { signal } = new AbortController()

beforeEach(async () => {
  cluster = await FakeCluster.start()
  clock = new ManualClock()
  connections = []
})
afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()))
  await cluster.stop()
})

async function connected(user: object, more: { environment?: Record<string, string>; qps?: number; burst?: number } = {}): Promise<Connection> {
  const connection = await connect({ kubeconfig: await cluster.kubeconfig(user), userAgent: 'fairlead/test', clock, log: silentLog, ...more })
  connections.push(connection)
  return connection
}

const ask = ({ api }: Connection): Promise<unknown> => api.getService('shop', 'web', signal)
const authorizations = (): unknown[] => cluster.requests.map(({ headers }) => headers.authorization)
const refuse = (): void => cluster.failNext(/./, (_, response) => status(response, 401, 'Unauthorized'))

describe('who we are', () => {
  it.each([
    ['a token', { token: 'abc' }, 'Bearer abc'],
    ['a name and a password', { username: 'me', password: 'x' }, `Basic ${Buffer.from('me:x').toString('base64')}`],
    ['nobody', {}, undefined],
  ])('%s', async (_, user, expected) => {
    const connection = await connected(user)
    await ask(connection)
    expect(authorizations()).toEqual([expected])
    expect(cluster.requests[0]?.headers['user-agent']).toBe('fairlead/test')
    expect(connection.namespace).toBe('here')
  })

  it('an OIDC user, by the id token of the kubeconfig as long as it is good', async () => {
    const claims = { iss: 'https://issuer.example', exp: Math.floor(Date.now() / 1000) + 3600 }
    const token = ['{"alg":"none"}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.')
    const config = { 'idp-issuer-url': 'https://issuer.example', 'client-id': 'us', 'id-token': token, 'refresh-token': 'r' }
    const kubeconfig = await cluster.kubeconfig({ 'auth-provider': { name: 'oidc', config } })
    // The official client hands out no OIDC token for a server without TLS.
    await writeFile(kubeconfig, (await readFile(kubeconfig, 'utf8')).replace('http://', 'https://'))
    const access = await accessOf({ kubeconfig, clock, environment: {} })
    expect(await access.headers()).toEqual({ authorization: `Bearer ${token}` })
  })

  it('follows a token file: within a minute, and at once when the old token is refused', async () => {
    const tokenFile = join(cluster.folder, 'token')
    await writeFile(tokenFile, 'one\n')
    const connection = await connected({ tokenFile: 'token' })
    await ask(connection)
    await writeFile(tokenFile, 'two\n')
    await ask(connection)
    await clock.advance(60_000)
    await ask(connection)
    await writeFile(tokenFile, 'three\n')
    refuse()
    await ask(connection)
    expect(authorizations()).toEqual(['one', 'one', 'two', 'two', 'three'].map((token) => `Bearer ${token}`))
  })

  it('asks a second time after a 401, and no third time', async () => {
    const connection = await connected({ token: 'abc' })
    refuse()
    refuse()
    await expect(ask(connection)).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' })
    expect(cluster.requests).toHaveLength(2)
  })
})

describe('a credential program', () => {
  /** Counts its runs in a file, and answers a token of that number which lives for an hour. */
  async function program(): Promise<{ exec: object; runs: () => Promise<number> }> {
    const file = join(cluster.folder, 'login')
    await writeFile(
      file,
      `#!/bin/sh
echo "$KUBERNETES_EXEC_INFO $MORE" >> "${cluster.folder}/runs"
n=$(wc -l < "${cluster.folder}/runs" | tr -d ' ')
printf '{"kind":"ExecCredential","status":{"token":"t%s","expirationTimestamp":"%s"}}' "$n" "$EXPIRES"
`,
    )
    await chmod(file, 0o755)
    const env = [
      { name: 'EXPIRES', value: new Date(clock.now() + 3_600_000).toISOString() },
      { name: 'MORE', value: 'more' },
    ]
    const runs = async (): Promise<number> => (await readFile(join(cluster.folder, 'runs'), 'utf8')).trim().split('\n').length
    return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './login', env, provideClusterInfo: true }, runs }
  }
  const environment = { PATH: '/usr/bin:/bin' }

  it('runs once for many who ask at the same time, and is reported of the cluster', async () => {
    const { exec, runs } = await program()
    const connection = await connected({ exec }, { environment })
    await Promise.all(Array.from({ length: 10 }, () => ask(connection)))
    expect(await runs()).toBe(1)
    expect(authorizations()).toEqual(Array.from({ length: 10 }, () => 'Bearer t1'))
    const [info = ''] = (await readFile(join(cluster.folder, 'runs'), 'utf8')).split(' more')
    expect(JSON.parse(info)).toMatchObject({ kind: 'ExecCredential', spec: { interactive: false, cluster: { server: cluster.url } } })
  })

  it('runs again before its credential expires, and at once when that is refused', async () => {
    const { exec, runs } = await program()
    const connection = await connected({ exec }, { environment })
    await ask(connection)
    await clock.advance(53 * 60_000)
    await ask(connection)
    expect(await runs()).toBe(1)
    await clock.advance(2 * 60_000)
    await ask(connection)
    expect(await runs()).toBe(2)
    refuse()
    await ask(connection)
    expect(authorizations().at(-1)).toBe('Bearer t3')
  })

  it.each([
    [
      'fails',
      ['-c', 'echo "token: s3cret"; echo "password: s3cret" >&2; exit 7', 's3cret'],
      /\/bin\/sh failed with exit code 7; .* run the command of users\[\]\.user\.exec/,
    ],
    ['is killed', ['-c', 'echo s3cret >&2; kill -9 $$', 's3cret'], /\/bin\/sh failed with signal SIGKILL/],
    ['answers something else', ['-c', 'echo "token: s3cret"', 's3cret'], /\/bin\/sh answered neither a token nor a certificate/],
    ['floods', ['-c', 'yes s3cret', 's3cret'], /\/bin\/sh could not be run \(ERR_CHILD_PROCESS_STDIO_MAXBUFFER\)/],
  ])('that %s: how it ended, and nothing of its output and arguments', async (_, args, text) => {
    const failed = connected({ exec: { command: '/bin/sh', args } }, { environment })
    await expect(failed).rejects.toThrow(text)
    const error = await failed.catch((one: unknown) => one)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cret')
  })

  it('that is not there: what may help', async () => {
    const missing = connected({ exec: { command: 'fairlead-no-such-program', installHint: 'Install it from the shop.' } }, { environment })
    await expect(missing).rejects.toThrow(/fairlead-no-such-program was not found\. Install it from the shop\./)
  })
})

describe('a kubeconfig that makes no sense', () => {
  it.each([
    ['does not exist', undefined, {}, /there is no kubeconfig: .*missing does not exist/],
    ['has no such context', 'contexts: []', { context: 'prod' }, /no context "prod"/],
    ['has no current context', 'contexts: []', {}, /names no current context/],
    ['lacks the cluster', 'contexts: [{name: a, context: {cluster: b, user: c}}]', { context: 'a' }, /names the cluster "b"/],
    ['is no YAML', '{', {}, /is not a kubeconfig/],
  ])('%s', async (_, text, more, message) => {
    const kubeconfig = join(cluster.folder, text === undefined ? 'missing' : 'broken')
    if (text !== undefined) await writeFile(kubeconfig, text)
    await expect(connect({ kubeconfig, userAgent: 'test', clock, log: silentLog, ...more })).rejects.toThrow(message)
  })

  it('is no pod', async () => {
    await expect(connect({ inCluster: true, userAgent: 'test', clock, log: silentLog })).rejects.toThrow(/no service account/)
  })

  it('of two files the first counts, as with kubectl', async () => {
    const first = await cluster.kubeconfig({ token: 'first' })
    const second = join(cluster.folder, 'second')
    await writeFile(second, (await readFile(first, 'utf8')).replace('first', 'second'))
    const connection = await connect({ userAgent: 'test', clock, log: silentLog, environment: { KUBECONFIG: `${first}:${second}` } })
    connections.push(connection)
    await ask(connection)
    expect(authorizations()).toEqual(['Bearer first'])
  })
})

describe('requests', () => {
  it('share few connections', async () => {
    const connection = await connected({})
    const ports = new Set<number | undefined>()
    for (let i = 0; i < 50; i++) {
      cluster.failNext(/./, (_, response) => (ports.add(response.socket?.remotePort), false))
      await ask(connection)
    }
    expect(ports.size).toBeLessThanOrEqual(3)
  })

  it('that are never answered end by themselves, and the next one is answered', async () => {
    const connection = await connected({})
    cluster.failNext(/./, () => true)
    const hung = ask(connection).catch((error: unknown) => error)
    await until(() => cluster.requests.length === 1)
    await clock.advance(120_000)
    expect(await hung).toMatchObject({ status: 0 })
    await ask(connection)
  })

  it('beyond the burst wait their turn, while the Lease does not', async () => {
    const connection = await connected({}, { qps: 10, burst: 2 })
    const asked = Array.from({ length: 5 }, () => ask(connection))
    await Promise.all(asked.slice(0, 2))
    await connection.api.getLease('here', 'lease', signal)
    await settle()
    expect(cluster.requests.filter(({ path }) => path.endsWith('/web'))).toHaveLength(2)
    await clock.advance(300)
    await Promise.all(asked)
    expect(cluster.requests).toHaveLength(6)
  })

  it('that wait their turn can be given up', async () => {
    const connection = await connected({}, { qps: 0.001, burst: 1 })
    await ask(connection)
    const given = new AbortController()
    const waiting = connection.api.getService('shop', 'web', given.signal)
    given.abort(new Error('never mind'))
    await expect(waiting).rejects.toThrow('never mind')
  })

  it.each([
    [
      'a status',
      '{"kind":"Status","code":429,"reason":"TooManyRequests","message":"slow","details":{"retryAfterSeconds":7}}',
      {},
      { status: 429, retryAfterMs: 7_000, message: 'slow' },
    ],
    ['a header', '{"kind":"Status","code":429,"reason":"TooManyRequests"}', { 'retry-after': '3' }, { status: 429, retryAfterMs: 3_000 }],
    ['a page of a proxy', '<html>', {}, { status: 429, reason: 'Unknown' }],
  ])('that are refused with %s tell why and when to come back', async (_, body, headers, expected) => {
    const connection = await connected({})
    cluster.failNext(/./, (_seen, response) => void response.writeHead(429, headers).end(body))
    await expect(ask(connection)).rejects.toMatchObject({ name: 'KubernetesError', ...expected })
  })
})

const reason = noCertificates()
if (reason !== undefined) console.log(`skipped: a server whose certificate authority is replaced: ${reason}`)

describe.skipIf(reason !== undefined)('a server that proves itself', () => {
  it('is refused with an unknown certificate, and trusted once its new authority is in the file', async () => {
    const [old, renewed] = [await certificate(cluster.folder, 'old'), await certificate(cluster.folder, 'renewed')]
    const server = createServer({ key: old.key, cert: old.cert }, (_, response) => answer(response, 200, { metadata: {} })).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const kubeconfig = join(cluster.folder, 'tls')
    const ca = join(cluster.folder, 'ca.crt')
    await writeFile(ca, old.cert)
    const clusters = [{ name: 'a', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': 'ca.crt' } }]
    await writeFile(kubeconfig, JSON.stringify({ clusters, contexts: [{ name: 'a', context: { cluster: 'a' } }], 'current-context': 'a' }))
    const connection = await connect({ kubeconfig, userAgent: 'test', clock, log: silentLog })
    connections.push(connection)
    await ask(connection)

    server.setSecureContext({ key: renewed.key, cert: renewed.cert })
    server.closeAllConnections()
    await expect(ask(connection)).rejects.toMatchObject({ status: 0 })
    await expect(ask(connection)).rejects.toThrow(/certificate/)
    await writeFile(ca, renewed.cert)
    await ask(connection)
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
})
