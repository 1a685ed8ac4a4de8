/** `fairlead playground`: a small cluster on this machine and the controller on it, for trying things out. The only command that knows the emulators. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp, createServer } from 'node:net'
import { dirname, join, relative, resolve } from 'node:path'
import { type ApiServer, kubeconfig, startApiServer } from '../../emulators/kubernetes/index.ts'
import { startControllers } from '../../emulators/kubernetes/controllers/index.ts'
import { RESOURCES } from '../../emulators/kubernetes/resources/index.ts'
import { startMachines } from '../../emulators/machines/index.ts'
import { SettingError, type Settings } from '../config.ts'
import { connect } from '../kubernetes/cluster.ts'
import type { Log } from '../model/log.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { type PlaygroundAws, startPlaygroundAws } from './playground-aws.ts'
import { welcome } from './playground-welcome.ts'
import type { CommandBody } from './program.ts'
import { serve } from './serve.ts'

const DEFAULT_KUBECONFIG = '.fairlead/kubeconfig'

export function playgroundCommand(loadCloud: LoadCloud, { clock, unique, version }: Surroundings): CommandBody {
  return async (asked, terminal) => {
    const stack = new AsyncDisposableStack()
    await using _ = stack
    const log = logOf(asked, terminal, clock)
    const file = resolve(asked['kubeconfig-out'] ?? DEFAULT_KUBECONFIG)
    await refuseToReplace(file)
    const aws = asked.cloud === 'aws' ? await startPlaygroundAws() : undefined
    if (aws !== undefined) stack.defer(() => aws.close())
    const settings = withDefaults(asked, aws)
    const { server, networkMap } = await startCluster({ settings, log, stack, ...(aws === undefined ? {} : { aws }) })
    await leaveFile(stack, file, kubeconfig(server))
    const connection = await connect({ kubeconfig: file, userAgent: `fairlead/${version}`, clock, log })
    stack.defer(() => connection.close())
    const port = (await mayBind(80)) || settings['port-offset'] > 0 || aws !== undefined ? 80 : 8080
    const onReady = ({ http }: { readonly http: string | undefined }): void =>
      terminal.out(welcome({ file: shortest(file), settings, port, http, ...(aws === undefined ? {} : { aws: aws.url }) }))
    const endpoints = { kubernetes: server.url, ...(aws === undefined ? {} : { aws: aws.url }) }
    await leaveFile(stack, resolve(asked['endpoints-out'] ?? join(dirname(file), 'endpoints.json')), `${JSON.stringify(endpoints, undefined, 2)}\n`)
    const isEmulated = aws !== undefined
    await serve({ connection, settings, networkMap, loadCloud, isEmulated, clock, log, unique: unique(), signal: terminal.signal, onReady })
    terminal.out('\nThe playground is gone; nothing is left behind.\n')
    return 0
  }
}

function withDefaults(asked: Settings, aws: PlaygroundAws | undefined): Settings {
  return { ...asked, 'default-class': asked['default-class'] ?? 'local', 'state-file': 'off', http: asked.http ?? '127.0.0.1:0', ...aws?.settings }
}

interface ClusterOptions {
  readonly settings: Settings
  readonly log: Log
  readonly stack: AsyncDisposableStack
  readonly aws?: PlaygroundAws
}

/** The API server, its controllers, nodes and pods. */
async function startCluster({ settings, log, stack, aws }: ClusterOptions): Promise<{ readonly server: ApiServer; readonly networkMap: readonly string[] }> {
  const server = await startApiServer({ resources: RESOURCES, port: settings['api-port'] })
  stack.defer(() => server.close())
  const { cluster } = server
  const onError = (message: string): void => log.warn(message)
  const place = aws === undefined ? {} : { place: aws.place }
  const machines = await startMachines({ cluster, nodes: settings.nodes, random: Math.random, onError, ...place })
  stack.defer(() => machines.close())
  server.forwardPorts((pod, port) => machines.pods.dial(pod, port))
  const controllers = startControllers(server, { runner: machines.pods, onError: (error) => log.error('a controller of the playground failed', { error }) })
  stack.defer(() => controllers.stop())
  aws?.follow(cluster)
  return { server, networkMap: machines.networkMap }
}

/** It is there as long as the playground. */
async function leaveFile(stack: AsyncDisposableStack, file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content, { mode: 0o600 })
  stack.defer(() => rm(file, { force: true }))
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

function mayBind(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'EADDRINUSE'))
    server.listen(port, '127.244.255.254', () => server.close(() => done(true)))
  })
}
