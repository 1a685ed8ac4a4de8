/** A policy file of `fairlead run` as a process: refused, corrected, served; a file that cannot be used changes nothing; `plan` and `explain` say the same. */
import { writeFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { setUpForTests } from '../set-up.ts'
import { eventually } from '../until.ts'
import { ask } from './client.ts'
import { run, type Running } from './program.ts'
import { type Serving, startServing } from './serving.ts'
import type { Cluster } from './stand.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const CLOSED = 'contact: the platform team\nrules: [{name: intranet, allowedSourceRanges: [10.0.0.0/8]}]'
const OPEN = 'rules: [{name: intranet, allowedSourceRanges: [127.0.0.0/8]}]'
const REFUSAL =
  'spec.loadBalancerSourceRanges: "127.0.0.0/8" is not allowed by the rule "intranet" of the operator\'s policy. Allowed: source ranges within 10.0.0.0/8. Ask the platform team.'

const SERVICE = { spec: { selector: { app: 'web' }, ports: [{ port: 7000, protocol: 'TCP' }], loadBalancerSourceRanges: ['127.0.0.0/8'] } }

let serving: Serving
let cluster: Cluster
let process: Running

setUpForTests(
  async () => {
    serving = await startServing()
    cluster = serving.cluster
    await writeFile(serving.folder.file('policy.yaml'), CLOSED)
    process = await serving.serve('--state-file', 'off', '--policy-file', serving.folder.file('policy.yaml'))
    await cluster.deploy('web', 1)
    cluster.expose('web', SERVICE)
    await cluster.reported('web', 'Forbidden')
  },
  () => serving[Symbol.asyncDispose](),
)

const fairlead = (...args: readonly string[]) => run([...args, '--kubeconfig', cluster.kubeconfigFile])
const published = (): string => {
  const found = cluster.server.cluster.list('configmaps').find(({ metadata }) => metadata.name === 'fairlead-settings')
  return String((found?.['data'] as Readonly<Record<string, string>> | undefined)?.['policy.yaml'])
}

test('what the policy of the running controller refuses, plan and explain refuse with the same sentence, without a flag', async () => {
  expect(await cluster.reported('web', 'Forbidden')).toContain(REFUSAL)
  expect(cluster.addressOf('web')).toBe('')
  await eventually(published, (found) => found === CLOSED)
  const [plan, explain] = await Promise.all([fairlead('plan', 'web'), fairlead('explain', 'web')])
  expect(plan).toMatchObject({ exitCode: 1, out: expect.stringContaining(`Forbidden: ${REFUSAL}`) as string })
  expect(explain.out).toContain(`Forbidden: ${REFUSAL}`)
})

test('a policy file of the command itself is used in place of that of the controller', async () => {
  await writeFile(serving.folder.file('mine.yaml'), OPEN)
  const flag = ['--policy-file', serving.folder.file('mine.yaml')]
  const [plan, explain] = await Promise.all([fairlead('plan', 'web', ...flag), fairlead('explain', 'web', ...flag)])
  expect(plan).toMatchObject({ exitCode: 0, out: expect.stringContaining('+ frontend 7000/TCP') as string })
  expect(explain.out).toContain('+ frontend 7000/TCP')
})

test('when the file is corrected the Service is served, and the new policy is published', async () => {
  await writeFile(serving.folder.file('policy.yaml'), OPEN)
  await cluster.reported('web', 'Ready')
  expect(await ask(cluster.addressOf('web'), 7000)).toMatch(/^web-/)
  await eventually(published, (found) => found === OPEN)
})

test('a file that cannot be used changes nothing: the last valid policy stays in force, and the log names the line', async () => {
  await writeFile(serving.folder.file('policy.yaml'), OPEN)
  await eventually(published, (found) => found === OPEN)
  await writeFile(serving.folder.file('policy.yaml'), 'rules:\n  - {name: intranet, allowedSourceRanges: [everything]}')
  await process.says(/line 2: .*everything.*the last valid policy stays in force/)
  cluster.expose('other', SERVICE)
  await cluster.reported('other', 'Ready')
  cluster.patch('other', { spec: { loadBalancerSourceRanges: ['0.0.0.0/0'] } })
  expect(await cluster.reported('other', 'Forbidden')).toContain('"0.0.0.0/0" is not allowed by the rule "intranet"')
  expect(published()).toBe(OPEN)
})
