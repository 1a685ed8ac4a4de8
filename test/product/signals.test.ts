/** SIGTERM and SIGINT at every moment of `fairlead run`: it ends by itself, in good order, and a second signal does not wait. */
import { expect, test } from 'vitest'
import type { Lease } from '../../src/kubernetes/api.ts'
import { ask } from './client.ts'
import { SERVERS } from '../controller/server.ts'
import { againstServers, type Cluster, readyOf } from './cluster.ts'
import type { Ended } from './program.ts'

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'
const ADDRESS_PATCH = /^PATCH \S+\/services\/web\/status\S* .*"ingress":\[/

async function isFree({ server, lease }: Cluster): Promise<boolean> {
  return ((await server.user('GET', `${LEASES}/${lease}`)) as Lease).spec.holderIdentity === ''
}

/** The exit code, and every line that tells of trouble. */
function endOf({ exitCode, err }: Ended): { readonly exitCode: number | null; readonly trouble: readonly string[] } {
  return { exitCode, trouble: err.split('\n').filter((line) => /"level":"(error|warn)"|^fairlead:/.test(line)) }
}

const WELL = { exitCode: 0, trouble: [] }

/** What the server behind the gate is makes no difference here: one kind is enough. */
function stories(cluster: () => Cluster): void {
  test.each(['SIGTERM', 'SIGINT'] as const)('at rest: %s ends it, nothing listens, the Lease is free, the Service is as it was', async (signal) => {
    const program = cluster().run(await cluster().gate(), '--http', '127.0.0.1:0')
    await cluster().create('web')
    await cluster().reported('web', 'Ready')
    const before = await cluster().get('web')
    const [, port] = await program.says(/"http":"http:\/\/127\.0\.0\.1:(\d+)"/)
    expect(await ask('127.0.0.1', Number(port))).toContain('404')
    expect(endOf(await program.end(signal))).toEqual(WELL)
    expect(cluster().listening()).toEqual([])
    expect(await ask('127.0.0.1', Number(port))).toBe('ECONNREFUSED')
    expect(await isFree(cluster())).toBe(true)
    expect(await cluster().get('web')).toEqual(before)
  })

  // npm is the process that a supervisor or a person knows; `timeout`, systemd and a terminal signal its whole group.
  test.each(['npm', 'the process group of npm'] as const)('started by npm, SIGTERM to %s ends it the same way', async (receiver) => {
    const program = cluster().runByNpm(await cluster().gate())
    await cluster().create('web')
    await cluster().reported('web', 'Ready')
    process.kill(receiver === 'npm' ? program.pid : -program.pid, 'SIGTERM')
    const { trouble } = endOf(await program.ended)
    expect(trouble).toEqual([])
    expect(program.err()).toContain('"message":"stopped"')
    expect(cluster().listening()).toEqual([])
    expect(await isFree(cluster())).toBe(true)
  })

  test('while it waits for the Lease', async () => {
    const spec = { holderIdentity: 'somebody else', leaseDurationSeconds: 3600 }
    await cluster().server.user('POST', LEASES, { metadata: { name: cluster().lease, namespace: 'kube-system' }, spec })
    const gate = await cluster().gate()
    const program = cluster().run(gate)
    await program.says(/"message":"started"/)
    expect(endOf(await program.end('SIGTERM'))).toEqual(WELL)
    expect(gate.writes()).toEqual([])
  })

  test('while the API server does not answer', async () => {
    const gate = await cluster().gate()
    const held = gate.hold(/./, 'before')
    const program = cluster().run(gate)
    await held.reached
    expect(endOf(await program.end('SIGTERM'))).toEqual(WELL)
  })

  test('while the cluster is being read', async () => {
    const gate = await cluster().gate()
    const held = gate.hold(/^GET \/api\/v1\/nodes\?limit/, 'after')
    const program = cluster().run(gate)
    await held.reached
    await program.says(/became leader/)
    expect(endOf(await program.end('SIGTERM'))).toEqual(WELL)
    expect(await isFree(cluster())).toBe(true)
  })

  test('in the middle of a change: what is under way is brought to its end', async () => {
    const gate = await cluster().gate()
    const held = gate.hold(ADDRESS_PATCH, 'before')
    const program = cluster().run(gate)
    await cluster().create('web')
    await held.reached
    const ended = program.end('SIGTERM')
    await program.says(/"message":"stopping"/)
    held.release()
    expect(endOf(await ended)).toEqual(WELL)
    expect(cluster().listening()).toEqual([])
    expect(await isFree(cluster())).toBe(true)
    expect(readyOf(await cluster().get('web'))).toMatchObject({ reason: 'Ready' })
  })

  test('in the middle of a change that does not end, a second signal ends it at once', async () => {
    const gate = await cluster().gate()
    const held = gate.hold(ADDRESS_PATCH, 'before')
    const program = cluster().run(gate)
    await cluster().create('web')
    await held.reached
    void program.end('SIGTERM')
    await program.says(/"message":"stopping"/)
    expect(await program.end('SIGINT')).toMatchObject({ exitCode: 130 })
    expect(cluster().listening()).toEqual([])
  })
}

againstServers('a signal to fairlead run', stories, SERVERS.slice(0, 1))
