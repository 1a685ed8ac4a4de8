/** The playground on the emulated Azure, as its reader types it: kubectl beside it, and the requests that its welcome proposes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { until } from '../until.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run, runOther } from './program.ts'

vi.setConfig({ testTimeout: 120_000 })

const reason = noKubectl()
if (reason !== undefined) console.log(`skipped: the playground on Azure: ${reason}`)

interface Call {
  readonly action: string
  readonly kind: 'read' | 'write'
}

describe.skipIf(reason !== undefined)('the playground on Azure', () => {
  let playground: Playground
  let url = ''
  let authority = ''
  let dispatcher: Agent
  const addressOf = (name: string): Promise<string> => playground.addressOf(name)
  const control = async (path: string, body?: object): Promise<string> => {
    const asked = body === undefined ? {} : { method: 'POST' as const, body: JSON.stringify(body) }
    return (await request(`${url}/_fairlead/${path}`, { dispatcher, ...asked })).body.text()
  }
  const deliver = async (to: string, port = 80, from = '192.0.2.5'): Promise<{ readonly backend?: string; readonly dropped?: string }> =>
    JSON.parse(await control('deliver', { from, to, port, protocol: 'TCP' })) as { backend?: string; dropped?: string }
  const writes = async (): Promise<readonly string[]> => {
    const lines = (await control('journal')).trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Call).flatMap(({ kind, action }) => (kind === 'write' ? [action] : []))
  }
  const ready = (name: string): Promise<string> => playground.kubectl(['wait', '--for=condition=fairlead.dev/Ready', `service/${name}`, '--timeout=60s'])

  beforeAll(async () => {
    playground = await startPlayground('127.0.68.', ['--cloud', 'azure'])
    url = (JSON.parse(await readFile(playground.endpoints, 'utf8')) as { azure: string }).azure
    authority = join(playground.endpoints, '..', 'azure.pem')
    dispatcher = new Agent({ connect: { ca: await readFile(authority, 'utf8') } })
    await playground.deploy('web', 2)
  })
  afterAll(async () => {
    await dispatcher.close()
    await playground.close()
  })

  test('a Service gets an address, whose packets reach its pods, by one write of each kind; and it goes', async () => {
    await playground.apply('web', { ports: [{ port: 80, targetPort: 8080 }] })
    await ready('web')
    const address = await addressOf('web')
    expect(address).toMatch(/^203\.0\.113\./)
    await until(async () => (await deliver(address)).backend !== undefined)
    expect((await deliver(address)).backend).toMatch(/^web-/)
    expect(await deliver(address, 81)).toHaveProperty('dropped')
    expect(await writes()).toEqual(['PutPublicIpAddress', 'PutLoadBalancer', 'PutNetworkSecurityGroup'])
    await playground.kubectl(['delete', 'service', 'web', '--timeout=60s'])
  })

  test('an internal Service is inside the virtual network alone', async () => {
    await playground.apply('inside', { ports: [{ port: 80, targetPort: 8080 }] }, { 'fairlead.dev/scheme': 'internal' })
    await ready('inside')
    const address = await addressOf('inside')
    expect(address).toMatch(/^172\.16\./)
    await until(async () => (await deliver(address, 80, '172.18.0.200')).backend !== undefined)
    expect((await deliver(address)).dropped).toContain('internal')
    await playground.kubectl(['delete', 'service', 'inside', '--timeout=60s'])
  })

  test('its welcome proposes requests that are answered', async () => {
    const lines = playground.program.out().split('\n')
    const arm = lines.find((line) => line.trim().startsWith('arm()')) ?? ''
    const proposed = lines.map((line) => line.trim()).filter((line) => line.startsWith('arm "') || line.endsWith('/_fairlead/journal'))
    expect(proposed).toHaveLength(3)
    for (const line of proposed) {
      const { exitCode, out } = await runOther('bash', ['-c', `set -e; ${arm}\n${line}`])
      expect({ line, exitCode, isRefused: out === '' || out.includes('"error"') }).toEqual({ line, exitCode: 0, isRefused: false })
    }
  })

  test('a bad static address is reported while the neighbour is served', async () => {
    await playground.apply('bad', { ports: [{ port: 80, targetPort: 8080 }], loadBalancerIP: '198.51.100.77' })
    await playground.apply('good', { ports: [{ port: 80, targetPort: 8080 }] })
    await ready('good')
    expect(await playground.kubectl(['get', 'service', 'bad', '-o', 'jsonpath={.status.conditions[?(@.type=="fairlead.dev/Ready")].message}'])).toContain(
      '198.51.100.77',
    )
    await playground.kubectl(['delete', 'service', 'bad', 'good', '--timeout=60s'])
  })

  test('fairlead plan says what a change of scheme would do, and changes nothing', async () => {
    await playground.apply('web', { ports: [{ port: 80, targetPort: 8080 }] })
    await ready('web')
    const before = await writes()
    const service = JSON.parse(await playground.kubectl(['get', 'service', 'web', '-o', 'json'])) as { metadata: { annotations?: object } }
    const changed = { ...service, metadata: { ...service.metadata, annotations: { ...service.metadata.annotations, 'fairlead.dev/scheme': 'internal' } } }
    const { exitCode, out, err } = await run(['plan', '-f', '-', '--kubeconfig', playground.kubeconfig], { input: JSON.stringify(changed) })
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toContain(`The address changes from ${await addressOf('web')} to a new one, known once it is created.`)
    expect(await writes()).toEqual(before)
  })

  test('fairlead explain needs the kubeconfig alone', async () => {
    const { exitCode, out, err } = await run(['explain', 'default/web', '--kubeconfig', playground.kubeconfig])
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toContain('Settings: those of the running controller (ConfigMap kube-system/fairlead-settings).')
    expect(out).toContain('nothing to do')
  })
})
