/** `fairlead run` as in a Pod: by the service account that is mounted there, over TLS, with no kubeconfig. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { type ApiServer, startApiServer } from '../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../emulators/kubernetes/resources/index.ts'
import { certificate, noCertificates } from '../certificate.ts'
import { setUpForTests } from '../set-up.ts'
import { ownAddresses } from './addresses.ts'
import { type Folder, type Running, run, start, temporaryFolder } from './program.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

/** A folder of the test at the place where Pods find theirs, for one process and nobody else. */
const MOUNT = 'mount -t tmpfs none /var/run && mkdir -p /var/run/secrets/kubernetes.io && cp -r "$0" /var/run/secrets/kubernetes.io/serviceaccount && exec "$@"'
const WRAPPED = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', MOUNT] as const

function reasonToSkip(): string | undefined {
  const isMounted = spawnSync(WRAPPED[0], [...WRAPPED.slice(1), import.meta.dirname, 'true']).status === 0
  return isMounted ? noCertificates() : 'no mount of its own for a process (unshare) is allowed here'
}

const reason = reasonToSkip()
if (reason !== undefined) console.log(`skipped: fairlead run in a Pod: ${reason}`)

describe.skipIf(reason !== undefined)('in a Pod', () => {
  let folder: Folder
  let server: ApiServer
  let front: Awaited<ReturnType<typeof tlsInFrontOf>>

  setUpForTests(setUp, async () => {
    await front.close()
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  async function setUp(): Promise<void> {
    folder = await temporaryFolder()
    await mkdir(folder.file('account'))
    const { key, cert } = await certificate(folder.file('.'), 'server')
    server = await startApiServer({ resources: RESOURCES, tokens: { 'of-the-pod': 'system:serviceaccount:fairlead-system:fairlead' } })
    front = await tlsInFrontOf(server.port, { key, cert })
    await writeFile(folder.file('account/ca.crt'), cert)
    await writeFile(folder.file('account/token'), 'of-the-pod\n')
    await writeFile(folder.file('account/namespace'), 'fairlead-system')
    server.cluster.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fairlead-system' } })
  }

  const inPod = (...flags: readonly string[]): Running =>
    start(['run', '--http', 'off', '--state-file', 'off', '--address-pool', `${ownAddresses()}0/24`, ...flags], {
      environment: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(front.port) },
      under: [...WRAPPED, folder.file('account')],
    })

  test("it serves by the Pod's service account, and holds the Lease of its namespace", async () => {
    const program = inPod()
    await program.says(/"message":"ready"/)
    expect(program.err()).toContain(`"server":"https://127.0.0.1:${front.port}"`)
    expect(server.cluster.get('leases', 'fairlead-system', 'fairlead')).toMatchObject({ spec: { holderIdentity: expect.stringMatching(/./) as string } })
    expect(await program.end('SIGTERM')).toMatchObject({ exitCode: 0 })
  })

  test('a token that the server does not take is reported, and never shown', async () => {
    await writeFile(folder.file('account/token'), 'of-somebody-else\n')
    const { exitCode, err } = await inPod().ended
    expect(exitCode).toBe(1)
    expect(err).toMatch(/^fairlead: .*[Uu]nauthorized/m)
    expect(err).not.toContain('of-somebody-else')
  })

  test('a server that is not the one of the certificate is refused', async () => {
    const { cert } = await certificate(folder.file('.'), 'other')
    await writeFile(folder.file('account/ca.crt'), cert)
    const { exitCode, err } = await inPod().ended
    expect(exitCode).toBe(1)
    expect(err).toMatch(/did not answer .*certificate/)
  })

  test('without the mounted account it says what is missing', async () => {
    await rm(folder.file('account/token'))
    const { exitCode, err } = await inPod().ended
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: 'fairlead: there is no service account here: this process does not run in a pod, or its token is not mounted\n',
    })
  })
})

test('a kubeconfig that is named takes precedence over the Pod', async () => {
  const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' }
  const { exitCode, err } = await run(['run', '--kubeconfig', '/nonexistent/kubeconfig'], { environment })
  expect({ exitCode, err }).toEqual({ exitCode: 1, err: 'fairlead: there is no kubeconfig: /nonexistent/kubeconfig does not exist\n' })
})

async function tlsInFrontOf(
  port: number,
  options: { readonly key: string; readonly cert: string },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const clients = new Set<TLSSocket>()
  const server = createServer(options, (client) => {
    clients.add(client)
    const onward = connect(port, '127.0.0.1')
    const cut = (): void => {
      client.destroy()
      onward.destroy()
    }
    for (const socket of [client, onward]) socket.on('error', cut).on('close', cut)
    client.pipe(onward).pipe(client)
  })
  server.on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server.close(), 'close')
      for (const client of clients) client.destroy()
      await closed
    },
  }
}
