/** A cluster, and the program that serves it as a process: for tests that care what is served, and not how the program is started. */
import { ownAddresses } from './addresses.ts'
import { type Folder, type Running, start, temporaryFolder } from './program.ts'
import { type Cluster, startCluster } from './stand.ts'

export interface Serving extends AsyncDisposable {
  readonly folder: Folder
  readonly cluster: Cluster
  /** Where the program keeps what it serves for the next process, unless it is started with another `--state-file`. */
  readonly stateFile: string
  /** Resolves when the program is ready. `more` are further arguments, which take precedence. */
  serve(...more: readonly string[]): Promise<Running>
}

/** One at a time in a test file. */
export async function startServing(): Promise<Serving> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const cluster = stack.use(await startCluster(folder))
  const running = new Set<Running>()
  stack.defer(async () => {
    await Promise.all([...running].map((program) => program.end('SIGKILL')))
  })
  const maps = cluster.networkMap.flatMap((map) => ['--network-map', map])
  const settings = ['run', '--kubeconfig', cluster.kubeconfigFile, '--address-pool', `${ownAddresses()}0/24`, ...maps, '--no-leader-elect']
  const held = stack.move()
  return {
    folder,
    cluster,
    stateFile: folder.file(`state/fairlead/local-${cluster.server.cluster.get('namespaces', undefined, 'kube-system')?.metadata.uid}.json`),
    async serve(...more) {
      const http = more.includes('--http') ? [] : ['--http', 'off']
      const program = start([...settings, ...http, ...more], { environment: { XDG_STATE_HOME: folder.file('state') } })
      running.add(program)
      await program.says(/\bready\b/)
      return program
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}
