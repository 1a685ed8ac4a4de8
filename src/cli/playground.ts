/** `fairlead playground`: a small cluster on this machine and the controller on it, for trying things out. The only command that knows the emulators. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp, createServer } from 'node:net'
import { dirname, relative, resolve } from 'node:path'
import { kubeconfig, startApiServer } from '../../emulators/kubernetes/index.ts'
import { startControllers } from '../../emulators/kubernetes/controllers/index.ts'
import { RESOURCES } from '../../emulators/kubernetes/resources/index.ts'
import { type Machines, startMachines } from '../../emulators/machines/index.ts'
import { SettingError, type Settings } from '../config.ts'
import { connect } from '../kubernetes/cluster.ts'
import type { Log } from '../model/log.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import type { CommandBody } from './program.ts'
import { serve } from './serve.ts'

const DEFAULT_KUBECONFIG = '.fairlead/kubeconfig'

export function playgroundCommand(loadCloud: LoadCloud, { clock, unique, version }: Surroundings): CommandBody {
  return async (asked, terminal) => {
    const settings = withDefaults(asked)
    const log = logOf(settings, terminal, clock)
    const stack = new AsyncDisposableStack()
    await using _ = stack
    const file = resolve(settings['kubeconfig-out'] ?? DEFAULT_KUBECONFIG)
    await refuseToReplace(file)
    const { networkMap } = await startCluster({ settings, file, log, stack })
    const connection = await connect({ kubeconfig: file, userAgent: `fairlead/${version}`, clock, log })
    stack.defer(() => connection.close())
    const port = (await mayBind(80)) || settings['port-offset'] > 0 ? 80 : 8080
    const onReady = ({ http }: { readonly http: string | undefined }): void =>
      terminal.out(welcome({ file: shortest(file), address: firstAddress(settings), port, offset: settings['port-offset'], http }))
    await serve({ connection, settings, networkMap, loadCloud, clock, log, unique: unique(), signal: terminal.signal, onReady })
    terminal.out('\nThe playground is gone; nothing is left behind.\n')
    return 0
  }
}

function withDefaults(asked: Settings): Settings {
  return { ...asked, 'default-class': asked['default-class'] ?? 'local', 'state-file': 'off', http: asked.http ?? '127.0.0.1:0' }
}

interface ClusterOptions {
  readonly settings: Settings
  readonly file: string
  readonly log: Log
  readonly stack: AsyncDisposableStack
}

/** The API server, its controllers, nodes and pods; and the kubeconfig that leads there. */
async function startCluster({ settings, file, log, stack }: ClusterOptions): Promise<Machines> {
  const server = await startApiServer({ resources: RESOURCES, port: settings['api-port'] })
  stack.defer(() => server.close())
  const machines = await startMachines({ cluster: server.cluster, nodes: settings.nodes, random: Math.random, onError: (message) => log.warn(message) })
  stack.defer(() => machines.close())
  server.forwardPorts((pod, port) => machines.pods.dial(pod, port))
  const controllers = startControllers(server, { runner: machines.pods, onError: (error) => log.error('a controller of the playground failed', { error }) })
  stack.defer(() => controllers.stop())
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, kubeconfig(server), { mode: 0o600 })
  stack.defer(() => rm(file, { force: true }))
  return machines
}

/** Somebody's kubeconfig is not written over while the cluster it leads to answers; that of a playground that was killed is. */
async function refuseToReplace(file: string): Promise<void> {
  const server = /^ *server: *(http\S+)/m.exec(await readFile(file, 'utf8').catch(() => ''))?.[1]
  if (server === undefined || !(await answers(server))) return
  const remedy = 'stop it, or give this one its own: --kubeconfig-out FILE --address-pool 127.0.20.0/24'
  throw new SettingError(`${shortest(file)} leads to a cluster that runs, perhaps another playground; ${remedy}`)
}

function answers(server: string): Promise<boolean> {
  return new Promise((done) => {
    const { hostname, port, protocol } = new URL(server)
    const socket = connectTcp({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)), timeout: 1000 }, () => done(true))
    socket.once('timeout', () => done(false))
    socket.once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** From here, unless that climbs up. */
function shortest(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') ? file : path
}

/** What the first Service of the default pool gets on Linux; elsewhere kubectl tells. */
function firstAddress(settings: Settings): string {
  return settings['address-pool'].length === 0 && process.platform === 'linux' ? '127.0.10.1' : 'EXTERNAL-IP'
}

interface Welcome {
  readonly file: string
  readonly address: string
  readonly port: number
  readonly offset: number
  readonly http: string | undefined
}

function welcome({ file, address, port, offset, http }: Welcome): string {
  const reached = port + offset
  return [
    '',
    "Fairlead's playground is ready. In a second terminal:",
    '',
    `  export KUBECONFIG=${file}`,
    '  kubectl create deployment web --image=web --replicas=2',
    `  kubectl expose deployment web --port=${port}${offset > 0 ? ' --target-port=8080' : ''} --type=LoadBalancer`,
    '  kubectl get service web',
    `  curl http://${address}${reached === 80 ? '' : `:${reached}`}/`,
    '',
    ...(http === undefined ? [] : [`Metrics: ${http}/metrics`]),
    'Ctrl-C stops it and leaves nothing behind.',
    '',
    '',
  ].join('\n')
}

function mayBind(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'EADDRINUSE'))
    server.listen(port, '127.244.255.254', () => server.close(() => done(true)))
  })
}
