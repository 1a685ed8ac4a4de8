/** `fairlead release`, as an operator meets it: the program on the embedded API, and the command that lets go of Services. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventually } from '../until.ts'
import { type Ended, run } from './program.ts'
import { type Serving, startServing } from './serving.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

let serving: Serving
beforeEach(async () => {
  serving = await startServing()
})
afterEach(() => serving[Symbol.asyncDispose]())

const fairlead = (...args: readonly string[]): Promise<Ended> => run(args, { environment: { KUBECONFIG: serving.cluster.kubeconfigFile } })
const release = (...args: readonly string[]): Promise<Ended> => fairlead('release', ...args)

test('lists first, then has the controller delete the load balancers, and gives them back on request', async () => {
  const { cluster } = serving
  await cluster.deploy('web', 1)
  cluster.expose('web', { spec: { selector: { app: 'web' }, ports: [{ port: 7000 }] } })
  cluster.expose('safe', {
    metadata: { annotations: { 'fairlead.dev/deletion-protection': 'true' } },
    spec: { selector: { app: 'web' }, ports: [{ port: 7001 }] },
  })
  await serving.serve()
  await cluster.reported('web', 'Ready')
  expect(await release()).toMatchObject({ exitCode: 2, err: expect.stringContaining('--all, or NAMESPACE/NAME') })
  expect(await release('default/none')).toMatchObject({ exitCode: 2, err: expect.stringContaining('"default/none" names no Service') })

  const listed = await eventually(
    () => release('--all'),
    (found) => found.exitCode === 0,
  )
  expect(listed.out).toMatch(/^1 Service to release:\n {2}default\/web \(local, Stack local, at 127\.\S+\)\n {2}default\/safe .*protected/)
  expect(listed.out).toContain('Nothing has been changed. Run the command again with --yes')
  expect(cluster.addressOf('web')).not.toBe('')

  const done = await release('--yes', 'default/web')
  expect(done).toMatchObject({ exitCode: 0, err: '' })
  expect(done.out).toContain('Asked the controller to release 1 Service.\nReleased default/web (1 of 1).\n')
  expect(cluster.statusOf('web')).toEqual({ loadBalancer: {} })
  expect(cluster.server.cluster.get('services', 'default', 'web')?.metadata.finalizers).toBeUndefined()
  const released = 'it was released; `fairlead release --undo` has all released Services served again'
  for (const command of ['explain', 'plan']) expect((await fairlead(command, 'default/web')).out.replaceAll(/\s+/g, ' ')).toContain(released)
  const { out: translated } = await fairlead('translate', 'default/web')
  expect(translated).toContain('name: web')
  expect(translated).not.toMatch(/clusterIP|nodePort/)
  expect(await release('--undo')).toMatchObject({ exitCode: 0 })
  await cluster.reported('web', 'Ready')
})

test('with --keep-balancers the command takes the marks off itself, once no controller runs', async () => {
  const { cluster } = serving
  await cluster.deploy('web', 1)
  cluster.expose('web', { spec: { selector: { app: 'web' }, ports: [{ port: 7000 }] } })
  const program = await serving.serve('--leader-elect')
  await cluster.reported('web', 'Ready')
  expect(await release('--all', '--keep-balancers', '--yes')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('holds the Lease kube-system/fairlead and would put'),
  })
  // It has the Lease, whichever the command is given.
  for (const [flags, said] of [
    [['--lease-name', 'other'], 'holds the Lease kube-system/fairlead and would put'],
    [['--lease-namespace', 'other'], 'no controller has published its settings in the namespace other'],
  ] as const)
    expect(await release('--all', '--keep-balancers', '--yes', ...flags)).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining(said) })
  await program.end('SIGTERM')
  expect(await release('--all')).toMatchObject({ exitCode: 1, err: expect.stringContaining('no controller holds the Lease') })
  const address = cluster.addressOf('web')
  const { exitCode, out } = await release('--all', '--keep-balancers', '--yes')
  expect({ exitCode, out }).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/Released default\/web \(local, .*\) \(1 of 1\)\.\n.*\n {2}local: its load balancers end with its process\.\n$/),
  })
  expect(cluster.addressOf('web')).toBe(address)
  expect(cluster.server.cluster.get('services', 'default', 'web')?.metadata).not.toHaveProperty('finalizers')
  expect(await release('--all', '--keep-balancers')).toMatchObject({
    exitCode: 0,
    out: 'No Service carries a mark of Fairlead: there is nothing to release.\n',
  })
})
