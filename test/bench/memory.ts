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

interface Measured extends Resident {
  /** From the start of the process to the end of the lists. */
  readonly listed: number
  /** From the end of the lists to the first plan that was made. */
  readonly planned?: number
}

export const benchmark: Benchmark = {
  name: 'memory',
  what: `The bundled program in a process of its own, on ${SERVICES.toLocaleString('en-US')} Services of its class with their EndpointSlices and ${NODES.toLocaleString('en-US')} Nodes; the emulated API server is another process.`,
  async run(say) {
    if (!existsSync('/proc/self/status')) throw new Error('resident memory is read from /proc, which this system does not have')
    const [program, informers] = [await bundle('src/main.ts'), await bundle('test/bench/memory/informers.ts')]
    await using server = await startRemoteServer({ provider: 'local', services: SERVICES, nodes: NODES, withNodePorts: WITH_NODE_PORTS })
    await using file = await kubeconfigFile(server)
    const ours: Measured[] = []
    const theirs: Measured[] = []
    for (let run = 1; run <= RUNS; run++) {
      ours.push(await measureProgram(program, file.path, server))
      say(`run ${run} of ${RUNS}: ${told(ours.at(-1))}`)
      theirs.push(await measureInformers(informers, file.path, server))
      say(`run ${run} of ${RUNS}, informers: ${told(theirs.at(-1))}`)
    }
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
        'The program is `fairlead run --providers local --dry-run`: it lists, watches, takes its inventory and plans for every Service as always, and holds its plan back at the end. A plan that is applied adds what the cloud holds, which here would be sockets.',
        'Services, Nodes and slices carry the labels, annotations, image lists and managed fields of real ones; one slice of three endpoints a Service.',
        'The informers hold the same three kinds, bundled by the same build, and do nothing with them.',
      ],
    }
  },
}

function told(measured: Measured | undefined): string {
  return Object.entries(measured ?? {})
    .map(([name, value]) => `${name} ${Math.round(value as number)}`)
    .join(', ')
}

async function measureProgram(program: string, kubeconfig: string, server: RemoteServer): Promise<Measured> {
  const flags = ['--providers', 'local', '--address-pool', '127.96.0.0/16', '--dry-run', '--no-leader-elect', '--http', 'off', '--log-format', 'json']
  const planned = Promise.withResolvers<number>()
  const seen: string[] = []
  const heard = ({ message = '', error }: LogLine): void => {
    if (message === 'held back by policy') planned.resolve(Date.now())
    else if (seen.length < 20) seen.push(`${message} ${error === undefined ? '' : JSON.stringify(error)}`)
  }
  const watched = server.watched()
  const began = Date.now()
  await using process = start(program, ['run', '--kubeconfig', kubeconfig, ...flags], heard)
  const watchedAt = await watched
  const plannedAt = await Promise.race([planned.promise, sleep(REST_MS).then(() => Promise.reject(new Error(`no plan was made; it said: ${seen.join('; ')}`)))])
  await sleep(watchedAt + REST_MS - Date.now())
  return { ...residentOf(process.pid), listed: watchedAt - began, planned: plannedAt - watchedAt }
}

async function measureInformers(informers: string, kubeconfig: string, server: RemoteServer): Promise<Measured> {
  const watched = server.watched()
  const began = Date.now()
  await using process = start(informers, [kubeconfig], ({ message }) => console.error(message))
  const watchedAt = await watched
  await sleep(watchedAt + REST_MS - Date.now())
  return { ...residentOf(process.pid), listed: watchedAt - began }
}
