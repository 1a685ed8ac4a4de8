/** `fairlead get` for a tenant: a user of a real API server whose Role is in one namespace alone, and grants list and watch on Services and EndpointSlices. */
import { readFile, writeFile } from 'node:fs/promises'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../kubernetes/real-api-server.ts'
import { type Ended, type Folder, run, start, temporaryFolder } from './program.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

const absent = noRealApiServer()
if (absent !== undefined) console.log(`skipped: get as a tenant: ${absent}`)

const TENANT = 'tenant-token'
const ROLE = { rules: [rule('', 'services'), rule('discovery.k8s.io', 'endpointslices')] }
const SPEC = { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local', ports: [{ port: 80 }] }

function rule(group: string, resource: string): object {
  return { apiGroups: [group], resources: [resource], verbs: ['list', 'watch'] }
}

describe.skipIf(absent !== undefined)('a tenant', () => {
  let server: RealApiServer
  let folder: Folder
  let agent: Agent
  let kubeconfig: string

  async function admin(path: string, body: object): Promise<void> {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    const { statusCode, body: answer } = await request(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), dispatcher: agent })
    const text = await answer.text()
    if (statusCode >= 300) throw new Error(`${path}: ${text}`)
  }

  const get = (...args: readonly string[]): Promise<Ended> => run(['get', ...args], { environment: { KUBECONFIG: kubeconfig } })

  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await startRealApiServer({ users: { [TENANT]: 'tenant' } })
    agent = new Agent({ connect: { ca: server.ca } })
    kubeconfig = folder.file('kubeconfig')
    await writeFile(kubeconfig, (await readFile(server.kubeconfigFile, 'utf8')).replace(server.token, TENANT))
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop'
    await admin('/api/v1/namespaces', { metadata: { name: 'shop' } })
    await admin(`${rbac}/roles`, { metadata: { name: 'tenant' }, ...ROLE })
    await admin(`${rbac}/rolebindings`, {
      metadata: { name: 'tenant' },
      subjects: [{ kind: 'User', name: 'tenant', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { kind: 'Role', name: 'tenant', apiGroup: 'rbac.authorization.k8s.io' },
    })
    for (const name of ['web', 'api']) await admin('/api/v1/namespaces/shop/services', { metadata: { name }, spec: SPEC })
    await admin('/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', {
      metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'], conditions: { ready: false } }],
      ports: [{ name: '', port: 80, protocol: 'TCP' }],
    })
  })
  afterAll(async () => {
    await agent.close()
    await server.stop()
    await folder[Symbol.asyncDispose]()
  })

  test('lists the Services of the namespace, one of them, and what changes', async () => {
    expect((await get('-n', 'shop')).out).toMatch(/\napi +local .* - +NotManaged .*\nweb +local .* - +NotManaged .*\n2 Services: 2 NotManaged\.\n$/)
    expect((await get('shop/web')).out).toMatch(/^NAME .*\nweb +local .* - .*\n$/)
    const watching = start(['get', 'shop/web', '--watch', '-o', 'json'], { environment: { KUBECONFIG: kubeconfig } })
    await watching.says(/"ADDED","service":\{"namespace":"shop","name":"web".*"backends":\{"ready":1,"total":2\}/)
    await admin('/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', {
      metadata: { name: 'web-2', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.3'] }],
      ports: [{ name: '', port: 80, protocol: 'TCP' }],
    })
    await watching.says(/"MODIFIED","service":.*"backends":\{"ready":2,"total":3\}/)
    expect(await watching.end('SIGINT')).toMatchObject({ exitCode: 0, err: '' })
  })

  test('gets from all namespaces what is missing, and what to do', async () => {
    const { exitCode, out, err } = await get('-A')
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
    expect(err).toMatch(
      /^fairlead: .*"tenant" cannot list resource.* at the cluster scope\. Name a namespace with -n, or have list on services and endpointslices granted\.\n$/,
    )
    expect((await get('-n', 'default')).err).toMatch(/in the namespace "default"\. Have list on services and endpointslices granted in this namespace\.\n$/)
  })
})
