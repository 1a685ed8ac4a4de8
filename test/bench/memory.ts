/** How much memory the installed program takes in a very large cluster, and how soon it knows what to do there. */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Benchmark, median } from './benchmark.ts'
import { kubeconfigFile } from './cluster/kubeconfig-file.ts'
import { bundle, type LogLine, start } from './cluster/program.ts'
import { type RemoteServer, startRemoteServer } from './cluster/remote-server.ts'
import { type Resident, residentOf } from './memory/resident.ts'

const SERVICES = 10_000
const NODES = 5000
const WITH_NODE_PORTS = 2500
const RUNS = 3
const REST_MS = 30_000
/** The pool of the local provider. */
const NET = '127.96'

interface Measured extends Resident {
  /** From the start of the process to the end of the lists. */
  readonly listed: number
  /** From the end of the lists to the first plan that was made. */
  readonly planned?: number
  /** From the end of the lists until every Service has its socket. */
  readonly listening?: number
}

const LONGEST_MS = 120_000
const FLAGS = ['--providers', 'local', '--address-pool', `${NET}.0.0/16`, '--no-leader-elect', '--http', 'off', '--log-format', 'json']

export const benchmark: Benchmark = {
  name: 'memory',
  what: `The bundled program in a process of its own, on ${SERVICES.toLocaleString('en-US')} Services of its class with their EndpointSlices and ${NODES.toLocaleString('en-US')} Nodes; the emulated API server is another process.`,
  async run(say) {
    if (!existsSync('/proc/self/status')) throw new Error('resident memory is read from /proc, which this system does not have')
    const [program, informers, sockets] = [
      await bundle('src/main.ts'),
      await bundle('test/bench/memory/informers.ts'),
      await bundle('test/bench/memory/sockets.ts'),
    ]
    const { ours, theirs } = await measurePlanned(program, informers, say)
    const served = await measureServed(program, say)
    const bare = (await measureSockets(sockets, SERVICES)) - (await measureSockets(sockets, 0))
    say(`${SERVICES} servers of Node that serve nothing take ${bare.toFixed(1)} MiB`)
    const of = (runs: readonly Measured[], value: (run: Measured) => number): number => median(runs.map(value))
    const name = "the official client's informers"
    return {
      figures: [
        {
          name: `resident ${REST_MS / 1000} s after the lists (median of ${RUNS})`,
          value: of(ours, ({ now }) => now),
          unit: 'MiB',
          target: { under: 286 },
          beside: { name, value: of(theirs, ({ now }) => now) },
        },
        { name: 'resident at its peak', value: of(ours, ({ peak }) => peak), unit: 'MiB', beside: { name, value: of(theirs, ({ peak }) => peak) } },
        {
          name: `resident with a listening socket for each of the ${SERVICES.toLocaleString('en-US')} Services (median of ${RUNS})`,
          value: of(served, ({ now }) => now),
          unit: 'MiB',
          target: { under: 286 },
          beside: { name: 'the same program that only plans', value: of(ours, ({ now }) => now) },
        },
        {
          name: '... more than the program that only plans',
          value: of(served, ({ now }) => now) - of(ours, ({ now }) => now),
          unit: 'MiB',
          beside: { name: 'as many servers of Node that serve nothing', value: bare },
        },
        {
          name: '... from the end of the lists until all of them listen',
          value: of(served, ({ listening = Number.NaN }) => listening),
          unit: 'ms',
        },
        {
          name: 'from the end of the lists to the first plans, of all Services at once',
          value: of(ours, ({ planned = Number.NaN }) => planned),
          unit: 'ms',
          target: { under: 5000 },
        },
        {
          name: 'from the start of the process to the end of the lists',
          value: of(ours, ({ listed }) => listed),
          unit: 'ms',
          beside: { name, value: of(theirs, ({ listed }) => listed) },
        },
      ],
      notes: [
        'The target of 300 MB is 286 MiB.',
        'The program is `fairlead run --providers local --dry-run`: it lists, watches, takes its inventory and plans for every Service as always, and holds its plan back at the end.',
        'With sockets it is the same program without `--dry-run`, started anew on Services that were served before: finalizers, addresses and conditions are there, so that it writes nothing to the cluster and the figure is that of serving alone. Each has an address of its own from a pool of loopback addresses, and three pods to go to; there are no clients. The state file is written.',
        'A socket is a server of Node, three backends and the rule that they follow. What they share between them, and make at the first client, is not made for each; and the heap gives free memory back when the program is at rest: without either the figure was 364 MiB.',
        'Services, Nodes and slices carry the labels, annotations, image lists and managed fields of real ones; one slice of three endpoints a Service.',
        'The informers hold the same three kinds, bundled by the same build, and do nothing with them.',
      ],
    }
  },
}

function reported(measured: Measured | undefined): string {
  return Object.entries(measured ?? {})
    .map(([name, value]) => `${name} ${Math.round(value as number)}`)
    .join(', ')
}

async function measurePlanned(
  program: string,
  informers: string,
  say: (line: string) => void,
): Promise<{ ours: readonly Measured[]; theirs: readonly Measured[] }> {
  await using server = await startRemoteServer({ provider: 'local', services: SERVICES, nodes: NODES, withNodePorts: WITH_NODE_PORTS })
  await using file = await kubeconfigFile(server)
  const ours: Measured[] = []
  const theirs: Measured[] = []
  for (let run = 1; run <= RUNS; run++) {
    ours.push(await measureProgram(program, file.path, server))
    say(`run ${run} of ${RUNS}: ${reported(ours.at(-1))}`)
    theirs.push(await measureInformers(informers, file.path, server))
    say(`run ${run} of ${RUNS}, informers: ${reported(theirs.at(-1))}`)
  }
  return { ours, theirs }
}

async function measureServed(program: string, say: (line: string) => void): Promise<readonly Measured[]> {
  await using server = await startRemoteServer({ provider: 'local', services: SERVICES, nodes: NODES, withNodePorts: WITH_NODE_PORTS, servedFrom: NET })
  await using file = await kubeconfigFile(server)
  const served: Measured[] = []
  for (let run = 1; run <= RUNS; run++) {
    served.push(await measureServing(program, file.path, server))
    say(`run ${run} of ${RUNS}, with sockets: ${reported(served.at(-1))}`)
  }
  return served
}

async function measureProgram(program: string, kubeconfig: string, server: RemoteServer): Promise<Measured> {
  const planned = Promise.withResolvers<number>()
  const seen: string[] = []
  const heard = ({ message = '', error }: LogLine): void => {
    if (message === 'held back by policy') planned.resolve(Date.now())
    else if (seen.length < 20) seen.push(`${message} ${error === undefined ? '' : JSON.stringify(error)}`)
  }
  const watched = server.watched()
  const began = Date.now()
  await using process = start(program, ['run', '--kubeconfig', kubeconfig, ...FLAGS, '--dry-run'], heard)
  const watchedAt = await watched
  const plannedAt = await Promise.race([planned.promise, sleep(REST_MS).then(() => Promise.reject(new Error(`no plan was made; it said: ${seen.join('; ')}`)))])
  await sleep(watchedAt + REST_MS - Date.now())
  return { ...residentOf(process.pid), listed: watchedAt - began, planned: plannedAt - watchedAt }
}

/** A start on what was served before: each socket is reported by one line of the log. */
async function measureServing(program: string, kubeconfig: string, server: RemoteServer): Promise<Measured> {
  const listening = Promise.withResolvers<number>()
  let sockets = 0
  const heard = ({ message = '', step }: LogLine): void => {
    if (message === 'applied' && String(step).startsWith('create frontend') && ++sockets === SERVICES) listening.resolve(Date.now())
  }
  const watched = server.watched()
  const began = Date.now()
  // A file of the run before would have the sockets opened in another way.
  const stateFile = `${kubeconfig}.${began}.json`
  await using process = start(program, ['run', '--kubeconfig', kubeconfig, ...FLAGS, '--state-file', stateFile], heard)
  const watchedAt = await watched
  const tooFew = sleep(LONGEST_MS).then(() => Promise.reject(new Error(`only ${sockets} of ${SERVICES} Services listen`)))
  const listeningAt = await Promise.race([listening.promise, tooFew])
  await sleep(Math.max(watchedAt, listeningAt) + REST_MS - Date.now())
  return { ...residentOf(process.pid), listed: watchedAt - began, listening: listeningAt - watchedAt }
}

/** MiB of a process that holds so many of them. */
async function measureSockets(program: string, count: number): Promise<number> {
  const listening = Promise.withResolvers<void>()
  await using process = start(program, [NET, String(count)], ({ message }) => {
    if (message === 'listening') listening.resolve()
  })
  await listening.promise
  return residentOf(process.pid).now
}

async function measureInformers(informers: string, kubeconfig: string, server: RemoteServer): Promise<Measured> {
  const watched = server.watched()
  const began = Date.now()
  await using process = start(informers, [kubeconfig], ({ message }) => console.error(message))
  const watchedAt = await watched
  await sleep(watchedAt + REST_MS - Date.now())
  return { ...residentOf(process.pid), listed: watchedAt - began }
}
