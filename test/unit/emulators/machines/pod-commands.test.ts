/** What runs in a pod of the playground, as a client of the API server has it: variables, commands over a WebSocket, and logs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Dns, startDns } from '../../../../emulators/dns/index.ts'
import { type Controllers, startControllers } from '../../../../emulators/kubernetes/controllers/index.ts'
import { type ApiServer, startApiServer } from '../../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../../emulators/kubernetes/resources/index.ts'
import { type Machines, startMachines } from '../../../../emulators/machines/index.ts'
import { eventually, until } from '../../../until.ts'

const SHOP = 'shop.default.svc.cluster.local'
let server: ApiServer
let dns: Dns
let machines: Machines
let controllers: Controllers
const complaints: string[] = []

function create(plural: string, object: object): void {
  server.cluster.create(plural, { apiVersion: 'v1', kind: plural === 'pods' ? 'Pod' : 'Service', ...object })
}

function service(name: string, spec: object): void {
  create('services', { metadata: { name, namespace: 'default' }, spec })
}

async function pod(name: string, spec: object, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
  create('pods', { metadata: { name, namespace: 'default', labels: { app: name }, annotations }, spec })
  await until(() => ipOf(name) !== '')
}

function ipOf(name: string): string {
  const { podIP = '' } = (server.cluster.get('pods', 'default', name)?.['status'] ?? {}) as { readonly podIP?: string }
  return podIP
}

beforeAll(async () => {
  const onError = (error: unknown): void => void complaints.push(String(error))
  server = await startApiServer({ resources: RESOURCES })
  dns = await startDns({ cluster: server.cluster, port: 0 })
  machines = await startMachines({ cluster: server.cluster, nodes: 1, random: () => 0, onError, dns })
  server.reachPods(machines.pods)
  controllers = startControllers(server, { runner: machines.pods, onError })
  service('early', { ports: [{ port: 80 }] })
  const containers = [
    { name: 'a', image: 'a', env: [{ name: 'GREETING', value: 'to $(EARLY_SERVICE_HOST)' }] },
    { name: 'b', image: 'b' },
  ]
  await Promise.all([
    pod('client', { containers }),
    pod('shop', { containers: [{ name: 'shop', image: 'shop', ports: [{ containerPort: 8080 }] }] }, { 'playground.fairlead.dev/http-host': SHOP }),
  ])
  service('shop', { clusterIP: 'None', selector: { app: 'shop' }, ports: [{ port: 8080 }] })
  service('alias', { type: 'ExternalName', externalName: SHOP })
  service('outside', { type: 'ExternalName', externalName: 'www.example.com' })
  await eventually(
    () => execute('client', ['dig', '+short', SHOP]),
    ({ out }) => out === `${ipOf('shop')}\n`,
  )
})
afterAll(async () => {
  await controllers.stop()
  await machines.close()
  await dns.close()
  await server.close()
})

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Asking {
  readonly container?: string
  readonly tty?: boolean
  /** What is typed, once the command runs. */
  readonly input?: string
  readonly onOpen?: (socket: WebSocket) => void
}

async function execute(name: string, command: readonly string[], { container = '', tty = false, input, onOpen }: Asking = {}): Promise<Outcome> {
  const query = new URLSearchParams({ stdin: 'true', stdout: 'true', stderr: String(!tty), tty: String(tty) })
  for (const word of command) query.append('command', word)
  query.set('container', container === '' && name === 'client' ? 'a' : container)
  const url = `${server.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/${name}/exec?${query.toString()}`
  const socket = new WebSocket(url, ['v5.channel.k8s.io'])
  const texts = ['', '', '', '']
  socket.on('message', (message: Buffer) => (texts[message[0] ?? 0] += String(message.subarray(1))))
  await once(socket, 'open')
  if (input !== undefined) socket.send(Buffer.from(`\0${input}`))
  if (input !== undefined && !tty) socket.send(Buffer.from([255, 0]))
  onOpen?.(socket)
  await once(socket, 'close')
  const { status, details } = JSON.parse(texts[3] === '' ? '{}' : (texts[3] ?? '')) as {
    readonly status?: string
    readonly details?: { readonly causes: { readonly message: string }[] }
  }
  return { code: status === 'Success' ? 0 : Number(details?.causes[0]?.message ?? -1), out: texts[1] ?? '', err: texts[2] ?? '' }
}

async function logOf(name: string, query = ''): Promise<string> {
  return (await fetch(`${server.url}/api/v1/namespaces/default/pods/${name}/log?${query}`)).text()
}

describe('variables', () => {
  test('are of the Services that were there before the pod, and of its container', async () => {
    service('late', { ports: [{ port: 80 }] })
    const { out } = await execute('client', ['env'])
    const { clusterIP: ip = '' } = (server.cluster.get('services', 'default', 'early')?.['spec'] ?? {}) as { readonly clusterIP?: string }
    expect(out).toContain(`\nEARLY_SERVICE_HOST=${ip}\n`)
    expect(out).toContain(`\nGREETING=to ${ip}\n`)
    expect(out).not.toContain('LATE_')
    expect((await execute('client', ['env'], { container: 'b' })).out).not.toContain('GREETING')
  })

  test('are what its server answers too', async () => {
    const { out } = await execute('client', ['curl', '-H', `Host: ${SHOP}`, 'http://alias:8080/env'])
    expect(out).toContain('\nHOSTNAME=shop\n')
    expect(out).toBe((await execute('shop', ['env'])).out)
  })
})

describe('a command', () => {
  test.each<[string, readonly string[], Partial<Outcome>]>([
    ['prints the name of the pod', ['hostname'], { code: 0, out: 'client\n' }],
    ['is found by its path', ['/bin/echo', '-n', 'a', 'b'], { code: 0, out: 'a b' }],
    ['is run with variables by sh -c', ['sh', '-c', 'echo $HOSTNAME "$NO" x'], { code: 0, out: 'client  x\n' }],
    ['prints a variable', ['printenv', 'HOSTNAME', 'NO'], { code: 1, out: 'client\n' }],
    [
      'finds no file of the machine',
      ['cat', '/etc/hostname', '/etc/passwd'],
      { code: 1, out: 'client\n', err: expect.stringMatching(/^cat: \/etc\/passwd: No such file/) as string },
    ],
    ['sleeps', ['sleep', '0.01'], { code: 0, out: '' }],
    ['does not sleep for a day', ['sleep', '86400'], { code: 1, err: 'sleep: invalid time interval "86400"; allowed: seconds, up to 3600\n' }],
    [
      'that is unknown is not found',
      ['ls', '-l'],
      { code: 127, err: expect.stringMatching(/^exec: "ls": executable file not found in \$PATH\. Images are not run here\. .* knows cat, curl/) as string },
    ],
    ['is not a property of JavaScript', ['constructor'], { code: 127 }],
    ['is no shell to type in', ['sh'], { code: 2, err: expect.stringMatching(/^sh: there is no shell to type in/) as string }],
    ['asks the DNS of the cluster', ['nslookup', 'shop'], { code: 0, out: expect.stringContaining(`Name:\t${SHOP}\nAddress: `) as string }],
    [
      'asks no other DNS',
      ['nslookup', 'www.example.com'],
      { code: 1, out: expect.stringContaining('REFUSED: www.example.com is outside the cluster') as string },
    ],
    [
      'prints a whole answer',
      ['dig', '+search', 'alias'],
      { code: 0, out: expect.stringContaining(`alias.default.svc.cluster.local.\t5\tIN\tCNAME\t${SHOP}.\n`) as string },
    ],
  ])('%s', async (_, command, expected) => {
    expect(await execute('client', command)).toMatchObject(expected)
  })

  test('reads what the client sends', async () => {
    expect(await execute('client', ['cat'], { input: 'hello\n' })).toEqual({ code: 0, out: 'hello\n', err: '' })
  })

  test('prints so much, and no more', async () => {
    const { code, out, err } = await execute('client', ['cat', '-', ...Array<string>(400).fill('/etc/hosts')], { input: 'x'.repeat(1_000_000) })
    expect([code, out.length, err]).toEqual([1, 1_048_576, 'the output ends here: a command may print 1048576 bytes\n'])
  })

  test('at a terminal ends its lines for it, and ends with Ctrl-C', async () => {
    expect(await execute('client', ['cat', '/etc/hostname', 'no'], { tty: true })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^client\r\ncat: no: .*\r\n$/) as string,
      err: '',
    })
    expect(await execute('client', ['sleep', '3600'], { tty: true, input: 'abc\u0003' })).toMatchObject({ code: 130 })
    expect(await execute('client', ['cat'], { tty: true, input: 'typed\r\u0004' })).toMatchObject({ code: 0, out: 'typed\r\n' })
  })

  test('ends with its pod', async () => {
    await pod('short', { containers: [{ name: 'c', image: 'c' }], terminationGracePeriodSeconds: 0 })
    const running = execute('short', ['sleep', '3600'], {
      onOpen: () => server.cluster.delete('pods', { namespace: 'default', name: 'short' }, { gracePeriodSeconds: 0 }),
    })
    expect(await running).toMatchObject({ code: 137 })
  })
})

describe('curl', () => {
  test('is seen as the pod that it runs in, and shows the head of the answer', async () => {
    const { code, out } = await execute('client', ['curl', '-si', '-H', `Host: ${SHOP}`, 'shop:8080'])
    expect(code).toBe(0)
    expect(out).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain/)
    expect(out).toMatch(new RegExp(`\r\n\r\nshop \\(${ipOf('shop')}\\) to ${ipOf('client')}\n$`))
  })

  test('by an ExternalName sends the name of the alias, which the server does not serve; with its own name it answers', async () => {
    const alias = 'http://alias.default.svc.cluster.local:8080/'
    expect(await execute('client', ['curl', '-i', alias])).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^HTTP\/1\.1 421 Misdirected Request[^]*the Host header is "alias\.default\.svc\.cluster\.local:8080", and this server serves shop\./,
      ) as string,
    })
    expect((await execute('client', ['curl', '-H', `Host: ${SHOP}`, alias])).out).toContain('shop (')
    expect((await execute('client', ['curl', `http://${SHOP}:8080/`])).out).toContain('shop (')
  })

  test('to localhost reaches its own pod alone', async () => {
    expect((await execute('shop', ['curl', '-H', `Host: ${SHOP}`, 'localhost:8080'])).out).toContain('shop (')
    expect((await execute('shop', ['curl', '-H', `Host: ${SHOP}`, 'http://127.0.0.1:8080/'])).out).toContain('shop (')
  })

  test('reaches a node', async () => {
    expect(await execute('client', ['curl', 'http://172.18.0.2:10256/'])).toMatchObject({ code: 0, out: '{"nodeEligible":true}' })
  })

  test.each<[string, string, number, string]>([
    ['a name outside', 'http://www.example.com/', 6, 'it is outside the cluster'],
    ['an alias of one', 'http://outside/', 6, 'www.example.com is outside the cluster'],
    ['a name that is not there', 'http://no/', 6, 'Could not resolve host: no'],
    ['an address outside', 'http://192.0.2.1/', 7, '192.0.2.1 is not reached from here'],
    ['another address of the machine', 'http://127.0.0.53/', 7, '127.0.0.53 is not reached from here'],
    ['any address', 'http://0.0.0.0/', 7, '0.0.0.0 is not reached from here'],
    ['a number that is an address', 'http://2130706433/', 7, 'Connection refused'],
    ['an IPv6 address', 'http://[::ffff:7f00:1]/', 7, 'is not reached from here'],
    ['a port of a pod that is closed', 'http://shop:81/', 7, 'Failed to connect to shop port 81: Connection refused'],
  ])('is refused: %s', async (_, url, code, message) => {
    expect(await execute('client', ['curl', url])).toEqual({ code, out: '', err: expect.stringContaining(message) as string })
  })

  test('reaches no other program of the machine, also where it listens on all its addresses', async () => {
    const script = `let asked = 0; const s = require('http').createServer((_, r) => r.end(String(asked++))); s.listen(0, '0.0.0.0', () => console.log(s.address().port))`
    const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const port = Number((await once(other.stdout, 'data'))[0])
    const hosts = ['localhost', ipOf('shop'), '10.244.1.77', '172.18.0.2']
    const outcomes = await Promise.all(hosts.map((host) => execute('client', ['curl', `http://${host}:${port}/`])))
    expect(outcomes.map(({ code, out, err }) => [code, out, err.includes('Connection refused')])).toEqual(hosts.map(() => [7, '', true]))
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'none was asked before').toBe('0')
    other.kill()
    for (const target of [server.url, `http://127.0.0.1:${dns.port}`, 'http://127.0.0.2/'])
      expect(await execute('client', ['curl', target])).toMatchObject({ code: 7 })
  })
})

describe('a log', () => {
  test('has a line for each request, with the client as the cluster calls it', async () => {
    await execute('client', ['curl', '-H', 'Host: wrong', 'http://shop:8080/to%20log'])
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
    expect(await logOf('shop', 'tailLines=1')).toMatch(new RegExp(`^${time} ${ipOf('client')} HTTP 8080 GET /to%20log 421 \\(Host: wrong\\)\n$`))
  })

  test('shows which variables a container did not get', async () => {
    await pod('lacks', { containers: [{ name: 'c', image: 'c', env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'no', key: 'k' } } }] }] })
    expect(await logOf('lacks')).toBe('left out of the environment: X: there was no ConfigMap no\n')
  })

  test('that is followed ends with its pod', async () => {
    await pod('brief', { containers: [{ name: 'c', image: 'c' }], terminationGracePeriodSeconds: 0 })
    const answer = await fetch(`${server.url}/api/v1/namespaces/default/pods/brief/log?follow=true`)
    server.cluster.delete('pods', { namespace: 'default', name: 'brief' }, { gracePeriodSeconds: 0 })
    expect(await answer.text()).toBe('')
  })
})

test('nothing went wrong on the machines meanwhile', () => {
  expect(complaints).toEqual([])
})
