/** What a user tries out on the playground about traffic: who is sent where, what goes on while pods come and go, and a second playground beside the first. */
import { describe, expect, test, vi } from 'vitest'
import { setUpForTests } from '../set-up.ts'
import { until } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { ask, listening } from './client.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run } from './program.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

const [POOL, OTHER_POOL] = [ownAddresses(), ownAddresses(1)]
const reason = noKubectl()
if (reason !== undefined) console.log(`skipped: traffic on the playground, with a real kubectl: ${reason}`)

/** `web-5d4f` of `web-5d4f (10.244.1.2) to 127.0.0.1`. */
const podOf = (answer: string): string => answer.split(' ')[0] ?? ''

describe.skipIf(reason !== undefined)('traffic on the playground', () => {
  let playground: Playground

  setUpForTests(
    async () => {
      playground = await startPlayground(POOL)
      await playground.deploy('web', 4)
    },
    () => playground.close(),
  )

  test.each([
    ['pods', {}, 4],
    // Each node keeps to one pod for the balancer, and it may be the same.
    ['nodes', { 'fairlead.dev/targets': 'nodes' }, 1],
  ])('session affinity ClientIP keeps each client with one pod, by way of %s', async (name, annotations, least) => {
    await playground.apply(`sticky-${name}`, { ports: [{ port: 8080 }], sessionAffinity: 'ClientIP' }, annotations)
    await playground.reported(`sticky-${name}`, 'Ready')
    const address = await playground.addressOf(`sticky-${name}`)
    const all = new Set<string>()
    for (const from of ['127.0.0.21', '127.0.0.22', '127.0.0.23', '127.0.0.24']) {
      const pods = new Set<string>()
      for (let turn = 0; turn < 8; turn++) pods.add(podOf(await ask(address, 8080, { from })))
      expect([...pods]).toEqual([expect.stringMatching(/^web-/)])
      for (const pod of pods) all.add(pod)
    }
    expect(all.size).toBeGreaterThanOrEqual(least)
  })

  test('traffic policy Local reaches the pods of the nodes that have one, also when they move', async () => {
    await playground.deploy('solo', 1)
    await playground.apply('local', { ports: [{ port: 8080 }], selector: { app: 'solo' }, externalTrafficPolicy: 'Local' })
    await playground.reported('local', 'Ready')
    const address = await playground.addressOf('local')
    const answers = async (): Promise<readonly string[]> => Promise.all(Array.from({ length: 6 }, async () => podOf(await ask(address, 8080))))
    const [before, ...others] = new Set(await answers())
    expect(before).toMatch(/^solo-/)
    expect(others).toEqual([])
    const nodeOf = (pod: string): Promise<string> => playground.kubectl(['get', 'pod', pod, '-o', 'jsonpath={.spec.nodeName}'])
    await playground.kubectl(['cordon', await nodeOf(before ?? '')])
    await playground.kubectl(['rollout', 'restart', 'deployment/solo'])
    await playground.kubectl(['rollout', 'status', 'deployment/solo', '--timeout=100s'])
    await until(async () => !(await answers()).includes(before ?? ''))
    expect(new Set(await answers()).size).toBe(1)
  })

  test('a rolling restart under steady traffic: every request is answered', async () => {
    await playground.apply('rolling', { ports: [{ port: 8080 }] })
    await playground.reported('rolling', 'Ready')
    const address = await playground.addressOf('rolling')
    const before = new Set((await playground.kubectl(['get', 'pods', '-l', 'app=web', '-o', 'name'])).trim().split('\n'))
    const over = new AbortController()
    const seen = new Set<string>()
    const client = async (): Promise<void> => {
      while (!over.signal.aborted) seen.add(podOf(await ask(address, 8080)))
    }
    const clients = Array.from({ length: 4 }, client)
    await playground.kubectl(['rollout', 'restart', 'deployment/web'])
    await playground.kubectl(['rollout', 'status', 'deployment/web', '--timeout=100s'])
    await until(async () =>
      (await playground.kubectl(['get', 'pods', '-l', 'app=web', '-o', 'name']))
        .trim()
        .split('\n')
        .every((pod) => !before.has(pod)),
    )
    over.abort()
    await Promise.all(clients)
    expect([...seen].filter((pod) => !pod.startsWith('web-'))).toEqual([])
    expect([...seen].some((pod) => !before.has(`pod/${pod}`))).toBe(true)
  })

  test('an SCTP port is reported on the Service, in the condition that Kubernetes has for it', async () => {
    const ports = [
      { name: 't', port: 7400 },
      { name: 's', port: 7400, protocol: 'SCTP' },
    ]
    await playground.apply('sctp', { ports })
    expect(await playground.reported('sctp', 'Invalid')).toContain('SCTP')
    const conditions = await playground.kubectl(['get', 'service', 'sctp', '-o', 'jsonpath={.status.conditions[?(@.type=="LoadBalancerPortsError")]}'])
    expect(JSON.parse(conditions)).toMatchObject({ status: 'True', message: expect.stringContaining('7400/SCTP') as string })
  })

  test('a second playground is refused for the same kubeconfig, and works with its own', async () => {
    await playground.apply('first', { ports: [{ port: 8081 }] })
    await playground.reported('first', 'Ready')
    const refused = await run(['playground', '--kubeconfig-out', playground.kubeconfig, '--address-pool', `${OTHER_POOL}0/24`])
    expect(refused.exitCode).toBe(2)
    expect(refused.err).toMatch(
      /leads to a cluster that runs, perhaps another playground; stop it, or give this one its own: --kubeconfig-out FILE --address-pool/,
    )
    expect(await playground.kubectl(['get', 'nodes', '-o', 'name'])).toContain('node/node-1')

    const second = await startPlayground(OTHER_POOL)
    await second.deploy('web', 1)
    await second.apply('web', { ports: [{ port: 8080 }] })
    await second.reported('web', 'Ready')
    const address = await second.addressOf('web')
    expect(address.startsWith(OTHER_POOL)).toBe(true)
    expect(await ask(address, 8080)).toMatch(/^web-/)
    expect(await playground.kubectl(['get', 'services', '-o', 'name'])).not.toContain('service/web\n')
    expect(await second.program.end('SIGTERM')).toMatchObject({ exitCode: 0 })
    await second.close()
    expect(listening(OTHER_POOL)).toEqual([])
    expect(listening(POOL)).not.toEqual([])
  })
})
