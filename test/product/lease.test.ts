/** Two copies of `fairlead run` and one Lease: never do both serve, and when one ends, the other goes on. */
import { expect, test } from 'vitest'
import type { Lease } from '../../src/kubernetes/api.ts'
import { eventually, until } from '../until.ts'
import { ask } from './client.ts'
import { addressOf, againstServers, type Cluster, PORT } from './cluster.ts'

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'

async function leaseOf({ server, lease }: Cluster): Promise<Lease> {
  return (await server.user('GET', `${LEASES}/${lease}`)) as Lease
}

const touchesServices = (write: string): boolean => write.includes('/services/')

againstServers('two copies of fairlead run', (cluster) => {
  test('when the first is asked to stop, it closes everything, gives the Lease up, and the other takes over at once', async () => {
    const [gateOfFirst, gateOfSecond] = [await cluster().gate(), await cluster().gate()]
    const first = cluster().run(gateOfFirst)
    await cluster().create('web')
    const address = addressOf(await cluster().reported('web', 'Ready'))
    const second = cluster().run(gateOfSecond)
    await second.says(/"message":"started"/)
    await until(() => gateOfSecond.passed.some((text) => text.startsWith('GET ') && text.includes(`/leases/`)))
    expect(await ask(address, PORT)).toBe('web')

    const release = gateOfFirst.hold(/^PUT \S+\/leases\/.*"holderIdentity":""/, 'before')
    const ended = first.end('SIGTERM')
    await release.reached
    expect(cluster().listening(), 'everything is closed before the Lease is free').toEqual([])
    expect(gateOfSecond.writes(), 'the other waits').toEqual([])
    release.release()
    expect(await ended).toMatchObject({ exitCode: 0 })
    await second.says(/became leader/)
    await eventually(
      () => ask(address, PORT),
      (found) => found === 'web',
    )
    expect(cluster().listening()).toEqual([`${address}:${PORT}/TCP`])
    expect(gateOfSecond.writes().filter(touchesServices), 'the Service says already what is so').toEqual([])
    expect((await leaseOf(cluster())).spec).toMatchObject({ leaseTransitions: 1 })
    expect(await second.end('SIGTERM')).toMatchObject({ exitCode: 0 })
    expect((await leaseOf(cluster())).spec.holderIdentity).toBe('')
  })

  // A killed process cannot shorten its own Lease. The other one waits for as long as the Lease says, so the test lets the Lease say a second.
  test('when the first is killed, the other takes over once the Lease has run out, and not before', async () => {
    const [gateOfFirst, gateOfSecond] = [await cluster().gate(), await cluster().gate()]
    const first = cluster().run(gateOfFirst)
    await cluster().create('web')
    const address = addressOf(await cluster().reported('web', 'Ready'))
    const second = cluster().run(gateOfSecond)
    await second.says(/"message":"started"/)
    await first.end('SIGKILL')
    const holder = (await leaseOf(cluster())).spec.holderIdentity
    await cluster().server.user('PATCH', `${LEASES}/${cluster().lease}`, { spec: { leaseDurationSeconds: 3600 } })
    const asked = gateOfSecond.passed.length
    await until(() => gateOfSecond.passed.slice(asked).some((text) => text.startsWith('GET ') && text.includes('/leases/')))
    expect(gateOfSecond.writes()).toEqual([])
    expect((await leaseOf(cluster())).spec.holderIdentity).toBe(holder)

    await cluster().server.user('PATCH', `${LEASES}/${cluster().lease}`, { spec: { leaseDurationSeconds: 1 } })
    await second.says(/became leader/)
    await eventually(
      () => ask(address, PORT),
      (found) => found === 'web',
    )
    expect((await leaseOf(cluster())).spec.holderIdentity).not.toBe(holder)
    expect(gateOfSecond.writes().filter(touchesServices)).toEqual([])
  })

  test('who finds the Lease in other hands stops serving and ends, so that it can be started anew', async () => {
    const program = cluster().run(await cluster().gate())
    await cluster().create('web')
    await cluster().reported('web', 'Ready')
    await cluster().server.user('PATCH', `${LEASES}/${cluster().lease}`, { spec: { holderIdentity: 'somebody else' } })
    const { exitCode, err } = await program.ended
    expect(exitCode).toBe(1)
    expect(err).toContain('the Lease was lost to another process')
    expect(cluster().listening()).toEqual([])
    expect((await leaseOf(cluster())).spec.holderIdentity).toBe('somebody else')
  })

  test('the Lease of another cluster ends it with both ids, and it touches nothing', async () => {
    const gate = await cluster().gate()
    const metadata = { name: cluster().lease, namespace: 'kube-system', annotations: { 'fairlead.dev/cluster-id': 'of-another-cluster' } }
    await cluster().server.user('POST', LEASES, { metadata, spec: { holderIdentity: '' } })
    await cluster().create('web')
    const { exitCode, err } = await cluster().run(gate, '--cluster-id', 'of-this-cluster').ended
    expect(exitCode).toBe(1)
    expect(err).toMatch(/belongs to the cluster of-another-cluster, and this one is of-this-cluster: check the kubeconfig and the cluster id/)
    expect(gate.writes()).toEqual([])
    expect(cluster().listening()).toEqual([])
  })
})
