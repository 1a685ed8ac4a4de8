/** `fairlead playground`: a small cluster on this machine and the controller on it, for trying things out. The only command that knows the emulators. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { dirname, join, relative, resolve } from 'node:path'
import { type Dns, startDns } from '../../emulators/dns/index.ts'
import { type ApiServer, kubeconfig, startApiServer } from '../../emulators/kubernetes/index.ts'
import { startControllers } from '../../emulators/kubernetes/controllers/index.ts'
import type { ClusterAccess } from '../../emulators/kubernetes/resource.ts'
import { RESOURCES } from '../../emulators/kubernetes/resources/index.ts'
import { controlsOf } from '../../emulators/machines/controls.ts'
import { startMachines } from '../../emulators/machines/index.ts'
import { whatRuns } from '../../emulators/machines/what-runs.ts'
import { SettingError, type Settings } from '../config.ts'
import { connect } from '../kubernetes/cluster.ts'
import type { Log } from '../model/log.ts'
import { hostRefusal, type RequestHeaders } from '../model/request-host.ts'
import { createMetrics } from '../observability/metrics.ts'
import type { ProviderEntry } from '../provider/entry.ts'
import type { PlaygroundCloud, PlaygroundPart } from '../provider/playground.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { welcome } from './playground-welcome.ts'
import type { CommandBody } from './program.ts'
import { serve, type Where } from './serve.ts'

const FREE_PORT = '127.0.0.1:0'
const DEFAULT_KUBECONFIG = '.fairlead/kubeconfig'

/** `providers`: by name, as `--cloud` names them. */
export function playgroundCommand(
  providers: Readonly<Record<string, Pick<ProviderEntry, 'playground'>>>,
  loadCloud: LoadCloud,
  { clock, unique, version, annotations, allProviders, providerMetrics }: Surroundings,
): CommandBody {
  return async (asked, terminal) => {
    const part = await providers[asked.cloud]?.playground?.()
    if (part === undefined) throw new SettingError(`--cloud is ${JSON.stringify(asked.cloud)}, which has no playground`)
    const stack = new AsyncDisposableStack()
    await using _ = stack
    const log = logOf(asked, terminal, clock)
    log.info('starting a cluster on this machine', { nodes: asked.nodes })
    const file = resolve(asked['kubeconfig-out'] ?? DEFAULT_KUBECONFIG)
    await refuseToReplace(file, part)
    leaveNoFolder(stack, dirname(file))
    const cloud = await part.start({ settings: asked, folder: shortest(dirname(file)), hostRefusal: hostRefusalOf(asked) })
    stack.defer(() => cloud.close())
    const { server, dns, networkMap, clusterIpMap } = await startCluster({ settings: asked, log, stack, cloud })
    const settings = { ...asked, ...cloud.settings(networkMap), ...defaultsOf(asked) }
    await leaveFile(stack, file, kubeconfig(server))
    log.info('the cluster runs; starting the controller', { kubeconfig: shortest(file) })
    const connection = await connect({ kubeconfig: file, userAgent: `fairlead/${version}`, clock, log })
    stack.defer(() => connection.close())
    const words = await cloud.welcome()
    const onReady = (where: Where): void => terminal.out(welcome({ ...words, file: shortest(file), ...where, dns, clusterIpMap, networkMap }))
    const endpoints = { kubernetes: server.url, dns: `${dns.ip}:${dns.port}`, ...(cloud.url === undefined ? {} : { [asked.cloud]: cloud.url }) }
    await leaveFile(stack, resolve(asked['endpoints-out'] ?? join(dirname(file), 'endpoints.json')), `${JSON.stringify(endpoints, undefined, 2)}\n`)
    const parts = { connection, settings, annotations, allProviders, metrics: createMetrics(providerMetrics), loadCloud, isEmulated: cloud.url !== undefined }
    await serve({ ...parts, version, clock, log, unique: unique(), signal: terminal.signal, onReady })
    terminal.out('\nThe playground is gone; nothing is left behind.\n')
    return 0
  }
}

function hostRefusalOf(settings: Settings): (headers: RequestHeaders) => string | undefined {
  return (headers) => hostRefusal(headers, settings['allowed-hosts'])
}

function defaultsOf({ cloud, http, dashboard }: Settings): Pick<Settings, 'providers' | 'default-class' | 'http' | 'dashboard'> {
  return { providers: [cloud], 'default-class': cloud, http: http ?? FREE_PORT, dashboard: dashboard ?? FREE_PORT }
}

interface ClusterOptions {
  readonly settings: Settings
  readonly log: Log
  readonly stack: AsyncDisposableStack
  readonly cloud: PlaygroundCloud
}

interface RunningCluster {
  readonly server: ApiServer
  readonly dns: Dns
  readonly networkMap: readonly string[]
  readonly clusterIpMap: readonly string[]
}

/** The API server, its controllers, DNS, nodes and pods. */
async function startCluster({ settings, log, stack, cloud }: ClusterOptions): Promise<RunningCluster> {
  const server = await startApiServer({ resources: RESOURCES, port: settings['api-port'], hostRefusal: hostRefusalOf(settings) })
  stack.defer(() => server.close())
  const { cluster } = server
  const dns = await dnsOf(cluster, settings['dns-port'])
  stack.defer(() => dns.close())
  const onError = (message: string): void => log.warn(message)
  const place = cloud.place === undefined ? {} : { place: cloud.place }
  const mode = { mode: settings['proxy-mode'], scheduler: settings['ipvs-scheduler'] }
  const machines = await startMachines({ cluster, nodes: settings.nodes, random: Math.random, onError, dns, mode, ...place })
  stack.defer(() => machines.close())
  server.reachPods(machines.pods)
  for (const [name, control] of Object.entries(controlsOf(machines.proxy))) server.addControl(name, control)
  const controllers = startControllers(server, { runner: machines.pods, onError: (error) => log.error('a controller of the playground failed', { error }) })
  stack.defer(() => controllers.stop())
  for (const unsubscribe of follow(cluster, cloud)) stack.defer(unsubscribe)
  return { server, dns, networkMap: machines.networkMap, clusterIpMap: machines.clusterIpMap }
}

async function dnsOf(cluster: ClusterAccess, port: number): Promise<Dns> {
  try {
    return await startDns({ cluster, port })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SettingError(`--dns-port is ${port}, which the DNS of the playground cannot listen on (${reason}); allowed: a free port, or 0 to take one`)
  }
}

/** The cloud knows what runs in the cluster from now on. Several objects change at once where a pod comes or goes: they are passed on together. */
function follow(cluster: ClusterAccess, cloud: PlaygroundCloud): readonly (() => void)[] {
  if (cloud.setMachines === undefined) return []
  let isDue = false
  const passOn = (): void => {
    if (isDue) return
    isDue = true
    setImmediate(() => {
      isDue = false
      cloud.setMachines?.(whatRuns(cluster))
    })
  }
  passOn()
  return ['nodes', 'pods', 'services', 'endpointslices'].map((resource) => cluster.subscribe(resource, passOn))
}

/** One that was not there before goes again, unless there is something else in it. */
function leaveNoFolder(stack: AsyncDisposableStack, folder: string): void {
  if (!existsSync(folder)) stack.defer(() => rmdir(folder).catch(() => undefined))
}

/** It is there as long as the playground. */
async function leaveFile(stack: AsyncDisposableStack, file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content, { mode: 0o600 })
  stack.defer(() => rm(file, { force: true }))
}

/** An existing kubeconfig is not overwritten while the cluster it leads to answers; that of a playground that was killed is. */
async function refuseToReplace(file: string, { flagsBesideAnother }: Pick<PlaygroundPart<unknown>, 'flagsBesideAnother'>): Promise<void> {
  const server = /^ *server: *(http\S+)/m.exec(await readFile(file, 'utf8').catch(() => ''))?.[1]
  if (server === undefined || !(await answers(server))) return
  const flags = ['--kubeconfig-out FILE', ...(flagsBesideAnother === undefined ? [] : [flagsBesideAnother])]
  const remedy = `stop it, or give this one its own: ${flags.join(' ')}`
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
