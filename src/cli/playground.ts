/** `fairlead playground`: a small cluster on this machine and the controller on it, for trying things out. The only command that knows the emulators. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, relative, resolve } from 'node:path'
import { kubeconfig, startApiServer } from '../../emulators/kubernetes/index.ts'
import { startControllers } from '../../emulators/kubernetes/controllers/index.ts'
import { RESOURCES } from '../../emulators/kubernetes/resources/index.ts'
import { NETWORK_MAP, startMachines } from '../../emulators/machines/index.ts'
import type { Settings } from '../config.ts'
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
    await startCluster({ settings, file, log, stack })
    const connection = await connect({ kubeconfig: file, userAgent: `fairlead/${version}`, clock, log })
    stack.defer(() => connection.close())
    const port = (await mayBind(80)) || settings['port-offset'] > 0 ? 80 : 8080
    const onReady = ({ http }: { readonly http: string | undefined }): void =>
      terminal.out(welcome({ file: relative(process.cwd(), file), port, offset: settings['port-offset'], http }))
    await serve({ connection, settings, networkMap: NETWORK_MAP, loadCloud, clock, log, unique: unique(), signal: terminal.signal, onReady })
    terminal.out('\nThe playground is gone; nothing is left behind.\n')
    return 0
  }
}

function withDefaults(asked: Settings): Settings {
  return { ...asked, 'default-class': asked['default-class'] ?? 'local', http: asked.http ?? '127.0.0.1:0' }
}

interface ClusterOptions {
  readonly settings: Settings
  readonly file: string
  readonly log: Log
  readonly stack: AsyncDisposableStack
}

/** The API server, its controllers, nodes and pods; and the kubeconfig that leads there. */
async function startCluster({ settings, file, log, stack }: ClusterOptions): Promise<void> {
  const server = await startApiServer({ resources: RESOURCES, port: settings['api-port'] })
  stack.defer(() => server.close())
  const machines = startMachines({ cluster: server.cluster, nodes: settings.nodes, random: Math.random, onError: (message) => log.warn(message) })
  stack.defer(() => machines.close())
  const controllers = startControllers(server, { runner: machines.pods, onError: (error) => log.error('a controller of the playground failed', { error }) })
  stack.defer(() => controllers.stop())
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, kubeconfig(server), { mode: 0o600 })
  stack.defer(() => rm(file, { force: true }))
}

interface Welcome {
  readonly file: string
  readonly port: number
  readonly offset: number
  readonly http: string | undefined
}

function welcome({ file, port, offset, http }: Welcome): string {
  const reached = port + offset
  return [
    '',
    "Fairlead's playground is ready. In a second terminal:",
    '',
    `  export KUBECONFIG=${file}`,
    '  kubectl create deployment web --image=web --replicas=2',
    `  kubectl expose deployment web --port=${port}${offset > 0 ? ' --target-port=8080' : ''} --type=LoadBalancer`,
    '  kubectl get service web',
    `  curl http://127.0.10.1${reached === 80 ? '' : `:${reached}`}/`,
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
    server.once('error', () => done(false))
    server.listen(port, '127.244.255.254', () => server.close(() => done(true)))
  })
}
