/** Starts what stands opposite the controller in a process of its own, so that the two do not share a core or a heap. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { populate, startServer, USUAL_NODE_PORTS } from './populate.ts'
import { untilServed } from './served.ts'

export interface ClusterSize {
  readonly nodes: number
  readonly services: number
}

/** What a world is started with. `Account`: what the emulated cloud takes. */
export interface WorldOptions<Account> {
  /** Of nodes; further ones may be there for nodes that join. */
  readonly machines: number
  readonly account: Account
  /** With an API server beside the cloud, and this many nodes and Services in it; absent: the cloud alone. */
  readonly cluster?: ClusterSize
}

/** `Place`: what has to be known to find the emulated account. */
export interface World<Place> {
  readonly place: Place
  /** Of the API server. */
  readonly api?: string
}

type Reported<Place> = World<Place> | { readonly servedAt: number }

export interface RemoteWorld<Place> extends World<Place>, AsyncDisposable {
  /** Resolves with the time, in milliseconds since the epoch, at which all Services have been served. */
  served(): Promise<number>
}

/** `program` calls `reportWorld`. */
export async function startRemote<Place>(program: URL, options: WorldOptions<object>): Promise<RemoteWorld<Place>> {
  const child = fork(fileURLToPath(program), [JSON.stringify(options)], { execArgv: [] })
  const reported = await next<Place>(child)
  if (!('place' in reported)) throw new Error('the emulated account reports no address')
  return {
    ...reported,
    async served() {
      const answer = next<Place>(child)
      child.send('served')
      const said = await answer
      if (!('servedAt' in said)) throw new Error('the process reports something else')
      return said.servedAt
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

async function next<Place>(child: ChildProcess): Promise<Reported<Place>> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the emulators' process ended with ${String(code)}`)))
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Reported<Place>]
  return message
}

/** One cloud on the other side. */
export interface WorldProgram<Account, Emulator> {
  readonly provider: string
  readonly start: (account: Account) => Promise<Emulator>
  readonly addMachine: (emulator: Emulator, number: number) => void
  readonly placeOf: (emulator: Emulator) => object
}

/** The other side: in the process that `startRemote` started. Starts the cloud, and the API server if a cluster is asked for. */
export async function reportWorld<Account, Emulator>(program: WorldProgram<Account, Emulator>): Promise<void> {
  const { machines, account, cluster } = JSON.parse(process.argv[2] ?? '{}') as WorldOptions<Account>
  const emulator = await program.start(account)
  for (let i = 0; i < machines; i++) program.addMachine(emulator, i)
  const server = cluster === undefined ? undefined : await startServer(USUAL_NODE_PORTS)
  if (server !== undefined && cluster !== undefined) populate(server.cluster, { provider: program.provider, ...cluster, withNodePorts: cluster.services })
  const report = (reported: Reported<object>): void => void process.send?.(reported)
  report({ place: program.placeOf(emulator), ...(server === undefined ? {} : { api: server.url }) })
  process.on('message', () => {
    if (server === undefined || cluster === undefined) throw new Error('there is no API server here')
    void untilServed(server.cluster, cluster.services).then(() => report({ servedAt: Date.now() }))
  })
  process.on('disconnect', () => process.exit())
}
