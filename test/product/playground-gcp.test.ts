/** The playground on the emulated Google Cloud, as its reader types it: kubectl beside it, and gcloud where there is one. */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { setUpForTests } from '../set-up.ts'
import { until } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { noGcloud } from './gcloud.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run, runOther } from './program.ts'

vi.setConfig({ testTimeout: 120_000 })

const reason = noKubectl()
const withoutGcloud = noGcloud()
if (reason !== undefined) console.log(`skipped: the playground on Google Cloud: ${reason}`)
if (withoutGcloud !== undefined) console.log(`skipped: what gcloud shows of the playground: ${withoutGcloud}`)

interface Call {
  readonly action: string
  readonly kind: 'read' | 'write'
}

describe.skipIf(reason !== undefined)('the playground on Google Cloud', () => {
  let playground: Playground
  let url = ''
  const control = async (path: string, body?: object): Promise<string> =>
    (await fetch(`${url}/_fairlead/${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })).text()
  const deliver = async (to: string, port = 80, from = '192.0.2.5'): Promise<{ readonly backend?: string; readonly dropped?: string }> =>
    JSON.parse(await control('deliver', { from, to, port, protocol: 'TCP' })) as { backend?: string; dropped?: string }
  const writes = async (): Promise<readonly string[]> => {
    const lines = (await control('journal')).trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Call).flatMap(({ kind, action }) => (kind === 'write' ? [action] : []))
  }
  const ready = (name: string): Promise<string> => playground.kubectl(['wait', '--for=condition=fairlead.dev/Ready', `service/${name}`, '--timeout=100s'])
  const serve = async (name: string, annotations: object = {}): Promise<string> => {
    await playground.apply(name, { ports: [{ port: 80, targetPort: 8080 }] }, annotations)
    await ready(name)
    return playground.addressOf(name)
  }
  const remove = (...names: readonly string[]): Promise<string> => playground.kubectl(['delete', 'service', ...names, '--timeout=100s'])
  /** The lines of the welcome that begin so. */
  const proposed = (beginning: RegExp): readonly string[] =>
    playground.program
      .out()
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => beginning.test(line))

  setUpForTests(
    async () => {
      playground = await startPlayground(ownAddresses(), ['--cloud', 'gcp'])
      url = (JSON.parse(await readFile(playground.endpoints, 'utf8')) as { gcp: string }).gcp
      await playground.deploy('web', 2)
    },
    () => playground.close(),
  )

  test('a Service gets an address, whose packets reach its pods; and it goes', async () => {
    const address = await serve('web')
    expect(address).toMatch(/^198\.18\./)
    await until(async () => (await deliver(address)).backend !== undefined)
    expect((await deliver(address)).backend).toMatch(/^web-/)
    expect(await deliver(address, 81)).toHaveProperty('dropped')
    await remove('web')
    const kinds = (await control('state'))
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly kind: string }).kind)
    expect(kinds).not.toContain('forwardingRules')
    expect(kinds).not.toContain('backendServices')
  })

  test('one more Service costs three writes', async () => {
    await serve('first')
    const before = (await writes()).length
    await serve('second')
    expect((await writes()).slice(before).toSorted()).toEqual(['firewalls.insert', 'forwardingRules.insert', 'regionBackendServices.insert'])
    await remove('first', 'second')
  })

  test('an internal Service is inside the network alone', async () => {
    const address = await serve('inside', { 'fairlead.dev/scheme': 'internal' })
    expect(address).toMatch(/^172\.18\.0\./)
    await until(async () => (await deliver(address, 80, '172.18.0.200')).backend !== undefined)
    expect((await deliver(address)).dropped).toContain('internal')
    await remove('inside')
  })

  test.skipIf(withoutGcloud !== undefined)('its welcome proposes commands for gcloud, which shows what was made', async () => {
    const address = await serve('web')
    const [environment, commands] = [proposed(/^export CLOUDSDK_/), proposed(/^gcloud /)]
    expect([environment.length, commands.length]).toEqual([2, 2])
    const TMPDIR = dirname(playground.kubeconfig)
    for (const [i, command] of commands.entries()) {
      const { exitCode, out, err } = await runOther('bash', ['-c', ['set -e', ...environment, command].join('\n')], { environment: { TMPDIR } })
      expect({ command, exitCode, err: exitCode === 0 ? '' : err, out }).toMatchObject({ exitCode: 0 })
      expect({ command, out }).toMatchObject({ out: expect.stringContaining(i === 0 ? address : 'fairlead-') as string })
    }
    await remove('web')
  })

  test('its welcome proposes requests that are answered', async () => {
    const lines = proposed(/^curl .*journal$/)
    expect(lines).toHaveLength(1)
    const { exitCode, out } = await runOther('bash', ['-c', lines[0] ?? ''])
    expect({ exitCode, isEmpty: out === '' }).toEqual({ exitCode: 0, isEmpty: false })
  })

  test('an address that is not reserved is reported with the command that reserves it, while the neighbour is served', async () => {
    await playground.apply('bad', { ports: [{ port: 80, targetPort: 8080 }], loadBalancerIP: '198.51.100.77' })
    await serve('good')
    const message = await playground.reported('bad', 'Invalid')
    expect(message).toContain('198.51.100.77')
    expect(message).toContain('gcloud compute addresses create')
    await remove('bad', 'good')
  })

  test('fairlead plan says what a change of scheme would do, and changes nothing; fairlead explain needs the kubeconfig alone', async () => {
    const address = await serve('web')
    const before = await writes()
    const service = JSON.parse(await playground.kubectl(['get', 'service', 'web', '-o', 'json'])) as { metadata: { annotations?: object } }
    const changed = { ...service, metadata: { ...service.metadata, annotations: { ...service.metadata.annotations, 'fairlead.dev/scheme': 'internal' } } }
    const planned = await run(['plan', '-f', '-', '--kubeconfig', playground.kubeconfig], { input: JSON.stringify(changed) })
    expect({ exitCode: planned.exitCode, err: planned.err }).toEqual({ exitCode: 0, err: '' })
    expect(planned.out).toContain(`The address changes from ${address} to a new one, known once it is created.`)
    const explained = await run(['explain', 'default/web', '--kubeconfig', playground.kubeconfig])
    expect({ exitCode: explained.exitCode, err: explained.err }).toEqual({ exitCode: 0, err: '' })
    expect(explained.out).toContain('Settings: those of the running controller (ConfigMap kube-system/fairlead-settings).')
    expect(explained.out).toContain('nothing to do')
    expect(await writes()).toEqual(before)
    await remove('web')
  })
})
