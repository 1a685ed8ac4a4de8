/** Every command as its user types it, in a process of its own: what it prints, and the exit code that scripts go by. */
import { createServer } from 'node:net'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { parse } from 'yaml'
import { type Ended, type Folder, run, runOther, start, temporaryFolder } from './program.ts'
import { openGate, type Gate } from './gate.ts'
import { type Server, SERVERS } from '../controller/server.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

const POOL = ['--address-pool', '127.0.62.0/24']
/** What a tenant may write to forge a line, to clear the screen, or to turn text around. */
const EVIL = 'fine\n  condition fairlead.dev/Ready: True\u001B[2J\u202E\u0085'
const LOCAL = { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local' }

function serviceYaml(name: string, port: number, annotations = '{}'): string {
  return `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default, annotations: ${annotations}}
spec: {type: LoadBalancer, loadBalancerClass: fairlead.dev/local, ports: [{port: ${port}}]}
`
}

let folder: Folder
let server: Server
/** Between the commands and the server, to see that none of them changes anything. */
let gate: Gate

const fairlead = (args: readonly string[], input?: string, environment: Record<string, string> = {}): Promise<Ended> =>
  run(args, { environment: { KUBECONFIG: gate.kubeconfigFile, ...environment }, ...(input === undefined ? {} : { input }) })

beforeAll(async () => {
  folder = await temporaryFolder()
  const [emulated] = SERVERS
  if (emulated === undefined) throw new Error('there is no API server to ask')
  server = await emulated.start()
  gate = await openGate(server.kubeconfigFile, 'commands')
  const services = '/api/v1/namespaces/default/services'
  await server.user('POST', services, { metadata: { name: 'web' }, spec: { ...LOCAL, ports: [{ port: 8080 }] } })
  await server.user('POST', services, {
    metadata: { name: 'typo', annotations: { 'fairlead.dev/shcheme': 'internal' } },
    spec: { ...LOCAL, ports: [{ port: 80 }] },
  })
  await server.user('POST', services, { metadata: { name: 'outside' }, spec: { ...LOCAL, loadBalancerIP: '192.0.2.1', ports: [{ port: 80 }] } })
  await server.user('POST', services, { metadata: { name: 'classless' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })
  await server.user('POST', services, { metadata: { name: 'managed' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })
  await server.user('POST', services, {
    metadata: { name: 'evil', annotations: { 'fairlead.dev/addresses': EVIL } },
    spec: { ...LOCAL, ports: [{ port: 80 }] },
  })
  const forged = { type: 'fairlead.dev/Ready', status: 'False', reason: 'Invalid', message: EVIL, lastTransitionTime: '2026-01-01T00:00:00Z' }
  await server.user('PATCH', `${services}/evil/status`, { status: { conditions: [forged] } })
  for (const name of ['outside', 'managed']) {
    const condition = { type: 'fairlead.dev/Ready', status: 'False', reason: 'Invalid', message: 'told', lastTransitionTime: '2026-01-01T00:00:00Z' }
    await server.user('PATCH', `${services}/${name}/status`, { status: { conditions: [condition] } })
  }
})
afterAll(async () => {
  await gate.close()
  await server.stop()
  await folder[Symbol.asyncDispose]()
})

describe('plan', () => {
  test('of a Service that is there', async () => {
    const { exitCode, out, err } = await fairlead(['plan', 'default/web', ...POOL])
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out.split('\n')).toEqual([
      'default/web',
      '  local, Stack local',
      '  └─ + frontend 8080/TCP at 127.0.62.1: default/web asks for 8080/TCP',
      '  Plan: 1 to create, 0 to change, 0 to delete; interrupts: nothing. The address will be 127.0.62.1.',
      '',
      'Settings: flags, environment and defaults; no running controller has published its own. Where one runs, give this command the same flags.',
      '',
    ])
  })

  test('of files, as if they were applied: YAML and JSON, several in one, with their defaults', async () => {
    const file = folder.file('services.yaml')
    await writeFile(file, [serviceYaml('new', 8081), 'kind: ConfigMap\n', serviceYaml('web', 8082)].join('---\n'))
    const { exitCode, out } = await fairlead(['plan', '-f', file, ...POOL])
    expect(exitCode).toBe(0)
    expect(out).toMatch(/default\/new\n.*\n.*asks for 8081\/TCP[\s\S]*default\/web\n.*\n.*asks for 8082\/TCP/)
    expect(out).not.toContain('asks for 8080')
    const list = { kind: 'List', items: [{ kind: 'Service', metadata: { name: 'json' }, spec: { ...LOCAL, ports: [{ port: 8083 }] } }] }
    const fromInput = await fairlead(['plan', '-f', '-', ...POOL], JSON.stringify(list))
    expect(fromInput).toMatchObject({ exitCode: 0, out: expect.stringContaining('default/json asks for 8083/TCP') as string })
  })

  test('of what cannot be carried out tells why, and ends with 1', async () => {
    expect(await fairlead(['plan', 'typo', ...POOL])).toMatchObject({ exitCode: 1, out: expect.stringContaining('Did you mean fairlead.dev/scheme') as string })
    const { exitCode, out } = await fairlead(['plan', '-f', '-', ...POOL], serviceYaml('new', 80, '{fairlead.dev/addresses: 192.0.2.1}'))
    expect(exitCode).toBe(1)
    expect(out).toMatch(/refused default\/new: .*192\.0\.2\.1.*Allowed: 127\.0\.62\.0\/24/)
  })
})

describe('for programs, as JSON', () => {
  const settings = null

  test('a plan', async () => {
    const { exitCode, out } = await fairlead(['plan', 'web', '-o', 'json', ...POOL])
    expect(exitCode).toBe(0)
    const step = { verb: 'create', kind: 'frontend', name: '8080/TCP at 127.0.62.1', why: 'default/web asks for 8080/TCP' }
    const addresses = { now: [], next: ['127.0.62.1'] }
    const sum = { created: 1, changed: 0, removed: 0, stages: 1, addresses, addressChanges: false, removedLater: [], laterSeconds: 300, interruptions: [] }
    const stacks = [{ stack: 'local', stages: [[step]], refused: [], waiting: [], sum }]
    const service = { service: 'default/web', isPlannedOnly: false, providers: [{ provider: 'local', problems: [], notes: [], stacks }] }
    expect(JSON.parse(out)).toEqual({ settings, services: [service] })
  })

  test('a plan that cannot be carried out, and one of a Service that is not ours', async () => {
    const typo = await fairlead(['plan', 'typo', '--output', 'json', ...POOL])
    expect(typo.exitCode).toBe(1)
    const problem = { reason: 'Invalid', message: expect.stringContaining('fairlead.dev/shcheme') as string }
    expect(JSON.parse(typo.out)).toMatchObject({ services: [{ service: 'default/typo', providers: [{ problems: [problem], stacks: [] }] }] })
    const outside = await fairlead(['plan', 'outside', '-o', 'json', ...POOL])
    const refused = { reason: expect.any(String) as string, message: expect.stringContaining('192.0.2.1') as string }
    expect([outside.exitCode, JSON.parse(outside.out)]).toMatchObject([1, { services: [{ providers: [{ stacks: [{ refused: [refused] }] }] }] }])
    const classless = await fairlead(['plan', 'classless', '-o', 'json', ...POOL])
    expect([classless.exitCode, JSON.parse(classless.out)]).toMatchObject([
      0,
      { services: [{ notOurs: expect.stringContaining('no loadBalancerClass') as string }] },
    ])
  })

  test('an explanation', async () => {
    const { exitCode, out } = await fairlead(['explain', 'outside', '-o', 'json', ...POOL])
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      settings,
      service: 'default/outside',
      addresses: [],
      conditions: [{ type: 'fairlead.dev/Ready', status: 'False', reason: 'Invalid', message: 'told' }],
      providers: [{ provider: 'local', manages: false, listeners: [{ listener: '80/TCP', endpoints: 0 }], nodes: 0, stacks: [{ stack: 'local' }] }],
    })
  })
})

describe('get', () => {
  test('lists what stands on the Services of a namespace, and asks for nothing else but the settings of the controller', async () => {
    const before = gate.passed.length
    const { exitCode, out, err } = await fairlead(['get'])
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^NAME +PROVIDER +ADDRESS +PORTS +BACKENDS +STATE +SINCE +REASON$/),
      expect.stringMatching(/^evil +local +<pending> +80\/TCP +- +Failed +\d+d +Invalid: fine\\n {2}condition .*\\u202e/),
      expect.stringMatching(/^managed +<none> +<pending> +80\/TCP +- +Failed +\d+d +Invalid: told$/),
      expect.stringMatching(/^outside +local .* Failed /),
      expect.stringMatching(/^typo +local .* NotManaged /),
      expect.stringMatching(
        /^web +local +<pending> +8080\/TCP +- +NotManaged +\d+[sm] +No controller serves this Service: none has taken it up yet, or it was released\.$/,
      ),
      '5 Services: 3 Failed, 2 NotManaged.',
      '',
    ])
    const asked = gate.passed.slice(before)
    expect(asked).toHaveLength(3)
    expect(asked.filter((text) => !/namespaces\/default\/(services|endpointslices)\?|\/configmaps\?labelSelector=/.test(text))).toEqual([])
  })

  test('for programs has every row, as JSON and as YAML', async () => {
    const json = JSON.parse((await fairlead(['get', '-A', '-o', 'json'])).out) as { readonly services: readonly object[] }
    expect(json.services).toHaveLength(5)
    const yaml = await fairlead(['get', 'default/web', '-o', 'yaml'])
    expect(parse(yaml.out)).toEqual({ services: [expect.objectContaining({ namespace: 'default', name: 'web', state: 'NotManaged', ports: ['8080/TCP'] })] })
    expect(json.services).toContainEqual((parse(yaml.out) as typeof json).services[0])
  })

  test('of nothing says what to do next, and is no failure', async () => {
    expect(await fairlead(['get', '-n', 'kube-system'])).toEqual({
      exitCode: 0,
      out: '',
      err: 'Fairlead has no Services in the namespace kube-system. `fairlead get -A` lists those of all namespaces.\n',
    })
  })

  test.each<[readonly string[], number, string]>([
    [['default/missing'], 1, 'there is no Service default/missing'],
    [['classless'], 1, 'default/classless is not a Service of Fairlead; `fairlead explain default/classless` says why'],
    [['a/b/c'], 2, '"a/b/c" is not a Service; allowed: NAMESPACE/NAME, or NAME'],
    [['-A', 'web'], 2, '--all-namespaces is given with a namespace or a name; allowed: one of them'],
    [['-n', 'shop', 'default/web'], 2, '--namespace is "shop", and the Service is "default/web"; allowed: one namespace'],
    [['-o', 'table'], 2, '--output is "table"; allowed: text, wide, json, yaml'],
  ])('%j ends with %d', async (args, exitCode, message) => {
    expect(await fairlead(['get', ...args])).toEqual({ exitCode, out: '', err: `fairlead: ${message}\n` })
  })

  test('has colours where they are asked for, and the same text without', async () => {
    const environment = { FORCE_COLOR: '1' }
    const [plain, coloured, none] = [
      await fairlead(['get']),
      await fairlead(['get'], undefined, environment),
      await fairlead(['get'], undefined, { NO_COLOR: '1' }),
    ]
    const withoutAges = (text: string): string => text.replaceAll(/ \d+[smhd]\b */g, ' AGE ')
    expect(coloured.out).toContain('\u001B[31mFailed\u001B[39m')
    expect(withoutAges(stripVTControlCharacters(coloured.out))).toBe(withoutAges(plain.out))
    expect(withoutAges(none.out)).toBe(withoutAges(plain.out))
  })

  test('with --watch prints what is there and then what changes, until it is stopped', async () => {
    const watching = start(['get', '--watch', 'default/web'], { environment: { KUBECONFIG: gate.kubeconfigFile } })
    await watching.says(/^web +local .* NotManaged /m)
    const condition = { type: 'fairlead.dev/Ready', status: 'False', reason: 'Waiting', message: 'Soon.', lastTransitionTime: new Date().toISOString() }
    await server.user('PATCH', '/api/v1/namespaces/default/services/web/status', { status: { conditions: [condition] } })
    await watching.says(/^web +local .* Waiting +\d+s +Waiting: Soon\.$/m)
    await server.user('PATCH', '/api/v1/namespaces/default/services/web/status', { status: { conditions: null } })
    expect(await watching.end('SIGINT')).toMatchObject({ exitCode: 0, err: '' })
  })
})

describe('completion', () => {
  const shells = ['bash', 'zsh', 'fish'].map((shell) => [shell, spawnSync(shell, ['--version']).status === 0] as const)
  for (const [shell, isThere] of shells) if (!isThere) console.log(`skipped: completion is not tried in ${shell}: it is not on the PATH`)

  /** What bash offers for a line of words, the last of which is being typed. */
  async function offered(...words: readonly string[]): Promise<readonly string[]> {
    const program = folder.file('fairlead')
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${inject('program')}" "$@"\n`, { mode: 0o755 })
    const script = [
      `PATH="$1:$PATH"; shift`,
      'source <(fairlead completion bash)',
      `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fairlead fairlead "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"`,
      `printf '%s\n' "\${COMPREPLY[@]}"`,
    ].join('\n')
    const environment = { KUBECONFIG: gate.kubeconfigFile }
    const { out, err } = await runOther('bash', ['--norc', '-c', script, 'bash', dirname(program), 'fairlead', ...words], { environment })
    expect(err).toBe('')
    return out.split('\n').filter((text) => text !== '')
  }

  test.each<[readonly string[], readonly string[]]>([
    [['pl'], ['playground', 'plan']],
    [
      ['plan', '-o', ''],
      ['text', 'json'],
    ],
    [['get', '--output', '=', 'y'], ['yaml']],
    [['get', '--all'], ['--all-namespaces']],
    [['run', '--no-l'], ['--no-leader-elect']],
    [['explain', 'default/w'], ['default/web']],
    [['get', '-n', 'default', 'out'], ['outside']],
    [['get', '--kubeconfig', '/nonexistent', '-n', 'default', ''], []],
  ])('in bash offers for %j what may come', async (words, expected) => expect(await offered(...words)).toEqual(expected))

  test.each(shells.filter(([, isThere]) => isThere))('the script for %s is one that the shell reads', async (shell) => {
    const script = folder.file(`completion.${shell}`)
    await writeFile(script, (await fairlead(['completion', shell])).out)
    expect(await runOther(shell, ['-n', script])).toEqual({ exitCode: 0, out: '', err: '' })
  })

  test('of a shell that there is no script for names those there are', async () => {
    expect(await fairlead(['completion', 'csh'])).toEqual({
      exitCode: 2,
      out: '',
      err: 'fairlead: "csh" is not a shell that can be completed in; allowed: bash, zsh, fish\n',
    })
  })
})

describe('explain', () => {
  test('of a Service that no controller has taken up', async () => {
    const { exitCode, out } = await fairlead(['explain', 'web', ...POOL])
    expect(exitCode).toBe(0)
    expect(out.split('\n').slice(0, 3)).toEqual([
      'default/web is not served: No controller serves this Service: none has taken it up yet, or it was released.',
      'Next: Check that a controller runs with the provider local:',
      '    kubectl get pods -A -l app.kubernetes.io/name=fairlead',
    ])
    expect(out).toMatch(/Left to do\n {2}local, Stack local\n {2}└─ \+ frontend 8080\/TCP at 127\.0\.62\.1/)
  })

  test('of a refused Service says what it reported and why it is refused, and not that there is nothing to do', async () => {
    const { exitCode, out } = await fairlead(['explain', 'default/outside', ...POOL])
    expect(exitCode).toBe(0)
    expect(out).toContain('fairlead.dev/Ready: False, Invalid: told')
    expect(out).toMatch(/refused default\/outside: .*Allowed: 127\.0\.62\.0\/24/)
    expect(out).not.toContain('nothing to do')
  })

  test('of a malformed Service names the key and what is allowed', async () => {
    const { out } = await fairlead(['explain', 'default/typo', ...POOL])
    expect(out).toMatch(/Invalid: fairlead\.dev\/shcheme .*Did you mean fairlead\.dev\/scheme\?/)
    expect(out).not.toContain('nothing to do')
  })

  test('of one that is not ours says what would make it ours', async () => {
    const { out } = await fairlead(['explain', 'classless', ...POOL])
    expect(out).toContain('set spec.loadBalancerClass to one of fairlead.dev/local, or start with --default-class')
    const asDefault = await fairlead(['explain', 'classless', '--default-class', 'local', ...POOL])
    expect(asDefault.out).toMatch(/local, Stack local\n {2}└─ \+ frontend/)
  })

  test('of one that a controller manages with settings that are not known here ends with 1, and says what to do', async () => {
    for (const command of ['explain', 'plan']) {
      const { exitCode, out } = await fairlead([command, 'managed', ...POOL])
      expect([command, exitCode]).toEqual([command, 1])
      expect(out).toContain('give the flags of that controller (--providers, --default-class and those of its provider)')
      expect(out).not.toContain('not ours')
    }
  })
})

test.each([[['explain', 'default/evil']], [['explain', 'default/evil', '-o', 'json']], [['plan', 'default/evil']], [['plan', 'default/evil', '-o', 'json']]])(
  'what a tenant wrote is one line and acts on no terminal: %j',
  async (args) => {
    const { out, err } = await fairlead([...args, ...POOL])
    expect(out).toContain(String.raw`\u202e`)
    expect(out + err).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u)
    expect(out.split('\n')).not.toContainEqual(expect.stringMatching(/^ *(condition )?fairlead\.dev\/Ready: True/))
  },
)

describe('help', () => {
  test('of the program names the commands', async () => {
    const { exitCode, out } = await fairlead(['--help'])
    expect(exitCode).toBe(0)
    for (const command of ['playground', 'run', 'get', 'plan', 'explain', 'completion']) expect(out).toContain(`\n  ${command} `)
    const bare = await fairlead([])
    expect(bare.exitCode).toBe(2)
    expect(bare.err).toContain('Usage: fairlead')
  })

  test.each([
    ['run', ['--kubeconfig <FILE>', '--no-leader-elect', 'work without a Lease', '(default: 127.0.0.1:9440)']],
    ['playground', ['--kubeconfig-out <FILE>', '--nodes <N>']],
    [
      'get',
      ['-n, --namespace <NAMESPACE>', '-A, --all-namespaces', '-o, --output <text|wide|json|yaml>', '-w, --watch', 'fairlead get -A', 'Exit codes: 0 when'],
    ],
    ['completion', ['fairlead completion [options] <bash|zsh|fish>', 'source <(fairlead completion bash)']],
    ['plan', ['-f, --filename <FILE>', 'fairlead plan [options] [NAMESPACE/NAME]', 'kubectl get svc web -o yaml | fairlead plan -f -']],
    ['explain', ['fairlead explain [options] <NAMESPACE/NAME>', 'fairlead explain shop/web']],
  ])('of %s shows its flags, their defaults and examples', async (command, expected) => {
    const { exitCode, out, err } = await fairlead([command, '--help'])
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    for (const text of [...expected, 'Examples:', 'FAIRLEAD_', '--config <FILE>']) expect(out).toContain(text)
  })

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
    expect(await fairlead(['--version'])).toEqual({ exitCode: 0, out: `${version}\n`, err: '' })
  })
})

describe('what is asked for in a wrong way ends with 2, and names the flag, the value and what is allowed', () => {
  test.each<[readonly string[], string]>([
    [['run', '--network-map', '10.244.0.0/16'], '--network-map is "10.244.0.0/16"; allowed: FROM=TO'],
    [['run', '--address-pool', '127.0.10.0/24', '--address-pool', '127.0.10.0/25'], 'address pool "127.0.10.0/25" overlaps 127.0.10.0/24; allowed:'],
    [['run', '--providers', 'moon'], '--providers is "moon"; allowed: local'],
    [['run', 'default/web'], "too many arguments for 'run'"],
    [['plan'], 'say what to plan: -f FILE, or NAMESPACE/NAME'],
    [['plan', '-f', '/nonexistent/x.yaml'], '--filename is "/nonexistent/x.yaml", which cannot be read'],
    [['plan', '/web'], '"/web" is no Service; allowed: NAMESPACE/NAME'],
    [['explain'], "missing required argument 'NAMESPACE/NAME'"],
    [['fly'], "unknown command 'fly'"],
  ])('%j', async (args, message) => {
    const { exitCode, out, err } = await fairlead(args)
    expect(err).toContain(message)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  })

  test('a manifest that holds no Service, or is no YAML', async () => {
    expect(await fairlead(['plan', '-f', '-'], 'kind: ConfigMap')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('standard input holds no Service') as string,
    })
    expect(await fairlead(['plan', '-f', '-'], 'a: [')).toMatchObject({ exitCode: 2, err: expect.stringContaining('standard input is not YAML') as string })
  })

  test('a port of --http that is taken', async () => {
    const taken = createServer()
    await once(taken.listen(0, '127.0.0.1'), 'listening')
    const { port } = taken.address() as { readonly port: number }
    const { exitCode, err } = await fairlead(['run', '--http', `127.0.0.1:${port}`, ...POOL])
    taken.close()
    expect(err).toContain(`--http is "127.0.0.1:${port}", where the program cannot listen: listen EADDRINUSE`)
    expect(exitCode).toBe(2)
    expect(
      gate.passed.filter((text) => text.includes('/leases')),
      'found before the Lease is sought',
    ).toEqual([])
  })
})

describe('settings come from', () => {
  test('a file, by flag or by variable; the environment takes precedence over it, and a flag before both', async () => {
    const config = folder.file('settings.yaml')
    await writeFile(config, 'address-pool: [127.0.63.0/24]\ndefault-class: local\n')
    const planned = async (args: readonly string[], environment: Record<string, string> = {}): Promise<string> =>
      /(?<=80\/TCP at )127\.0\.\d+/.exec((await fairlead(['plan', 'classless', ...args], undefined, environment)).out)?.[0] ?? 'none'
    expect(await planned(['--config', config])).toBe('127.0.63')
    expect(await planned([], { FAIRLEAD_CONFIG: config, FAIRLEAD_ADDRESS_POOL: '127.0.64.0/24' })).toBe('127.0.64')
    expect(await planned(POOL, { FAIRLEAD_CONFIG: config, FAIRLEAD_ADDRESS_POOL: '127.0.64.0/24' })).toBe('127.0.62')
  })

  test('nowhere, when the file says what is no setting', async () => {
    const config = folder.file('wrong.yaml')
    await writeFile(config, 'colour: red\n')
    expect(await fairlead(['plan', 'web', '--config', config])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('the settings file has "colour"') as string,
    })
    expect(await fairlead(['plan', 'web', '--config', `${config}-missing`])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--config is') as string,
    })
  })
})

describe('what cannot be done ends with 1 and says what is missing', () => {
  test.each([
    [['plan', 'default/missing'], 'there is no Service default/missing'],
    [['run', '--context', 'prod'], 'the kubeconfig has no context "prod"'],
  ])('%j', async (args, message) => {
    const { exitCode, err } = await fairlead(args)
    expect(err).toContain(`fairlead: ${message}`)
    expect(exitCode).toBe(1)
  })

  test.each(['run', 'plan'])('%s, without an API server', async (command) => {
    const closed = createServer()
    await once(closed.listen(0, '127.0.0.1'), 'listening')
    const { port } = closed.address() as { readonly port: number }
    closed.close()
    const kubeconfig = folder.file(`nobody-${command}`)
    await writeFile(kubeconfig, (await readFile(gate.kubeconfigFile, 'utf8')).replace(gate.url, `http://127.0.0.1:${port}`))
    const { exitCode, err } = await fairlead([command, ...(command === 'run' ? [] : ['default/web']), '--kubeconfig', kubeconfig])
    expect(err).toMatch(new RegExp(`^fairlead: the API server http://127.0.0.1:${port} did not answer .*ECONNREFUSED`))
    expect(exitCode).toBe(1)
  })

  test('a kubeconfig that is none', async () => {
    const kubeconfig = folder.file('broken')
    await writeFile(kubeconfig, '{')
    expect(await fairlead(['run', '--kubeconfig', kubeconfig])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining(`${kubeconfig} is not a kubeconfig`) as string,
    })
  })
})

test('none of all this has written anything', () => expect(gate.writes()).toEqual([]))
