/** How soon a command prints something, from its start as a process: what a person waits for. */
import { spawn, spawnSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { type Server, SERVERS } from '../controller/server.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { servedMarks, serviceObject, sliceObject } from './cluster/objects.ts'
import { bundle } from './cluster/program.ts'

const RUNS = 9
const SERVICES = 100
const UNDER_MS = 500
const PLACE = { namespace: 'default', provider: 'local' }

interface Taken {
  /** Milliseconds until the first byte of output. */
  readonly firstMs: number
  /** Milliseconds of processor time until the end, of user and system. */
  readonly cpuMs: number
}

interface Asked {
  readonly title: string
  readonly args: readonly string[]
  /** What is run in turn with it, where kubectl is there. */
  readonly kubectl?: readonly string[]
}

const COMMANDS: readonly Asked[] = [
  { title: 'get', args: ['get'], kubectl: ['get', 'services'] },
  { title: 'explain', args: ['explain', 'default/web-0'], kubectl: ['describe', 'service', 'web-0'] },
  { title: 'plan', args: ['plan', 'default/web-0'] },
]

export const benchmark: Benchmark = {
  name: 'first-output',
  what: `Commands of the bundled program from their start until they print something, on ${SERVICES} Services of the local provider (median of ${RUNS}, in turn with kubectl).`,
  async run(say) {
    const loadBefore = loadavg()[0] ?? 0
    const program = await bundle('src/main.ts')
    const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0
    const figures = await measure({ title: '--help', args: ['--help'] }, '', { program, kubectl, kubeconfig: '', say })
    for (const { name, absent, start } of SERVERS) {
      if (absent !== undefined) continue
      const server = await start()
      try {
        await populate(server)
        for (const asked of COMMANDS) figures.push(...(await measure(asked, `, ${name}`, { program, kubectl, kubeconfig: server.kubeconfigFile, say })))
      } finally {
        await server.stop()
      }
    }
    const missing = SERVERS.flatMap(({ name, absent }) => (absent === undefined ? [] : [`Without ${name}: ${absent}.`]))
    return { figures, notes: [...NOTES, ...missing, `The load of the machine was ${loadBefore.toFixed(1)} when it began, on two cores.`] }
  },
}

const NOTES = [
  'Processor time is that of the whole process, until it has ended: on a machine with nothing else to do, the first output does not come later.',
  'No command loads the SDK of a cloud here: get asks none, and the local provider has none.',
]

interface Surroundings {
  readonly program: string
  readonly kubectl: boolean
  readonly kubeconfig: string
  readonly say: (line: string) => void
}

async function measure(asked: Asked, on: string, { program, kubectl, kubeconfig, say }: Surroundings): Promise<Figure[]> {
  const [ours, theirs]: [Taken[], Taken[]] = [[], []]
  for (let run = 0; run < RUNS; run++) {
    ours.push(await take([process.execPath, program, ...asked.args], kubeconfig))
    if (kubectl && asked.kubectl !== undefined) theirs.push(await take(['kubectl', ...asked.kubectl], kubeconfig))
  }
  const figure = (what: string, pick: (one: Taken) => number): Figure => ({
    name: `${asked.title}, ${what}${on}`,
    value: median(ours.map(pick)),
    unit: 'ms',
    target: { under: UNDER_MS },
    ...(theirs.length === 0 ? {} : { beside: { name: `kubectl ${asked.kubectl?.join(' ') ?? ''}`, value: median(theirs.map(pick)) } }),
  })
  const figures = [figure('first output', ({ firstMs }) => firstMs), figure('processor time', ({ cpuMs }) => cpuMs)]
  for (const { name, value } of figures) say(`${name}: ${value.toFixed(0)} ms`)
  return figures
}

/** The shell reports the processor time of what it ran, on its error output. */
async function take(command: readonly string[], kubeconfig: string): Promise<Taken> {
  const { PATH = '', HOME = '' } = process.env
  const began = performance.now()
  const child = spawn('bash', ['--norc', '-c', `TIMEFORMAT='%U %S'; time "$0" "$@"`, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, KUBECONFIG: kubeconfig },
  })
  let firstMs: number | undefined
  let err = ''
  child.stdout.on('data', () => (firstMs ??= performance.now() - began))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const [, user, system] = /([\d.]+) ([\d.]+)\s*$/.exec(err) ?? []
  if (code !== 0 || firstMs === undefined) throw new Error(`${command.join(' ')} ended with ${code}: ${err}`)
  return { firstMs, cpuMs: (Number(user) + Number(system)) * 1000 }
}

async function populate({ user }: Server): Promise<void> {
  for (let i = 0; i < SERVICES; i++) {
    const name = `web-${i}`
    const marks = servedMarks('local', `127.0.91.${i + 1}`, new Date())
    const made = serviceObject({ ...PLACE, name })
    await user('POST', '/api/v1/namespaces/default/services', { ...made, metadata: { ...made.metadata, ...marks.metadata } })
    await user('PATCH', `/api/v1/namespaces/default/services/${name}/status`, { status: marks.status })
    await user('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', sliceObject({ ...PLACE, name }, i, 3, 3))
  }
}
