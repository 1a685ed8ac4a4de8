/** The names of the playground's cluster, as a program and as a person look them up, and as a pod does. */
import { spawnSync } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { describe, expect, test, vi } from 'vitest'
import { setUpForTests } from '../set-up.ts'
import { eventually } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run, runOther } from './program.ts'

vi.setConfig({ testTimeout: 120_000 })

const reason = noKubectl()
if (reason !== undefined) console.log(`skipped: the DNS of the playground: ${reason}`)
const withoutDig = spawnSync('dig', ['-v']).status === 0 ? undefined : 'there is no dig on the PATH'
if (withoutDig !== undefined) console.log(`skipped: the DNS of the playground, with dig: ${withoutDig}`)

describe.skipIf(reason !== undefined)('the DNS of the playground', () => {
  let playground: Playground
  let address: string
  let resolver: Resolver
  const kubectl: Playground['kubectl'] = (...asked) => playground.kubectl(...asked)
  const port = (): string => address.split(':')[1] ?? ''

  setUpForTests(
    async () => {
      playground = await startPlayground(ownAddresses())
      address = (JSON.parse(await readFile(playground.endpoints, 'utf8')) as { readonly dns: string }).dns
      resolver = new Resolver()
      resolver.setServers([address])
      await playground.deploy('web', 2)
    },
    () => playground.close(),
  )

  test('a Service has its name as soon as it is there, and loses it with it; its Pods are found by a headless one', async () => {
    await playground.program.says(new RegExp(`^DNS: dig @127\\.0\\.0\\.1 -p ${port()} `, 'm'))
    const name = 'web.default.svc.cluster.local'
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await kubectl(['expose', 'deployment', 'web', '--port=80'])
    const ip = await kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
    expect(await resolver.resolve4(name)).toEqual([ip])
    expect(await resolver.reverse(ip)).toEqual([name])
    await kubectl(['delete', 'service', 'web'])
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: 'ENOTFOUND' })

    await kubectl(['expose', 'deployment', 'web', '--name=pets', '--port=80', '--cluster-ip=None'])
    const pods = (await kubectl(['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].status.podIP}'])).split(' ')
    const found = async (): Promise<ReadonlySet<string>> => new Set(await resolver.resolve4('pets.default.svc.cluster.local').catch(() => []))
    await eventually(found, (addresses) => addresses.size === pods.length)
    expect(await found()).toEqual(new Set(pods))
  })

  test.skipIf(withoutDig !== undefined)('dig finds the short name in the search domain of a namespace', async () => {
    const { out } = await runOther('dig', ['@127.0.0.1', '-p', port(), '+search', '+domain=default.svc.cluster.local', '+short', 'kubernetes'])
    expect(out).toBe('10.96.0.1\n')
  })

  test('a pod has variables, commands and a log, as kubectl shows them', async () => {
    await kubectl(['run', 'client', '--image=client', '--env=GREETING=$(HOSTNAME) $(KUBERNETES_SERVICE_HOST)'])
    await kubectl(['wait', '--for=condition=Ready', 'pod/client', '--timeout=100s'])
    const exec = (...command: readonly string[]): Promise<string> => kubectl(['exec', 'client', '--', ...command])
    expect(await exec('printenv', 'GREETING')).toBe('$(HOSTNAME) 10.96.0.1\n')
    expect(await kubectl(['exec', '-i', 'client', '--', 'cat'], 'typed')).toBe('typed')
    await expect(exec('ls')).rejects.toThrow(/exec: "ls": executable file not found[^]*command terminated with exit code 127/)
    const pod = await kubectl(['get', 'pod', 'client', '-o', 'jsonpath={.status.podIP}'])
    await kubectl(['expose', 'pod', 'client', '--port=8080', '--cluster-ip=None'])
    await eventually(
      () => exec('curl', '-s', 'client.default:8080/hello').catch(() => ''),
      (answer) => answer === `client (${pod}) to ${pod}\n`,
    )
    expect(await kubectl(['logs', 'client', '--tail=1'])).toMatch(new RegExp(`Z ${pod} HTTP 8080 GET /hello 200 \\(Host: client.default:8080\\)\n$`))
    await expect(kubectl(['logs', 'client', '--previous'])).rejects.toThrow('previous terminated container "client" in pod "client" not found')
    expect(await kubectl(['auth', 'can-i', 'create', 'pods/exec'])).toBe('yes\n')
  })

  test('a second playground is refused its port, with what is allowed', async () => {
    const file = playground.kubeconfig.replace(/kubeconfig$/, 'second')
    const { exitCode, err } = await run(['playground', '--kubeconfig-out', file, '--dns-port', port()])
    expect(exitCode).not.toBe(0)
    expect(err).toContain(`--dns-port is ${port()}, which the DNS of the playground cannot listen on`)
  })
})
