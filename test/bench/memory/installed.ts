/** How much memory the installed program takes with the provider of a cloud: the bundle in a process of its own, with the image's environment; API server and cloud are another process. */
import { existsSync, mkdtempDisposableSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { imageVariables } from '../../../release/image/dockerfile.ts'
import { type Beside, type Figure, median, type Result } from '../benchmark.ts'
import { kubeconfigFile } from '../cluster/kubeconfig-file.ts'
import { bundle, type LogLine, start } from '../cluster/program.ts'
import type { ClusterSize, RemoteWorld } from '../cluster/remote-world.ts'
import { type Resident, residentOf } from './resident.ts'

export const NODES = 3
const SERVICES = 50
const RUNS = 3
const REST_MS = 30_000
const LONGEST_MS = 240_000

export interface Installed<Place> {
  readonly provider: string
  readonly startWorld: (size: ClusterSize) => Promise<RemoteWorld<Place>>
  /** Settings of the provider by the names of its flags, without the prefix, and the environment of the program. `folder`: for files that they name. */
  readonly runAt: (place: Place, folder: string) => { readonly settings: Readonly<Record<string, string>>; readonly variables: NodeJS.ProcessEnv }
  /** MiB, with all Services. */
  readonly under: number
  /** What others take: MiB without a Service, and with all. */
  readonly peers: readonly { readonly name: string; readonly none: number; readonly some: number }[]
  readonly notes: readonly string[]
}

export async function measureInstalled<Place>(installed: Installed<Place>, say: (line: string) => void): Promise<Result> {
  if (!existsSync('/proc/self/status')) throw new Error('resident memory is read from /proc, which this system does not have')
  const loadBefore = loadavg()[0] ?? 0
  const program = await bundle('src/main.ts')
  const none = await measureAll(installed, program, 0, say)
  const some = await measureAll(installed, program, SERVICES, say)
  const beside = (of: 'none' | 'some'): readonly Beside[] => installed.peers.map((peer) => ({ name: peer.name, value: peer[of] }))
  return {
    figures: [
      ...figuresOf(`no Service, ${REST_MS / 1_000} s after the start (median of ${RUNS})`, none, { beside: beside('none') }),
      ...figuresOf(`${SERVICES} Services, ${REST_MS / 1_000} s after all are served (median of ${RUNS})`, some, {
        target: { under: installed.under },
        beside: beside('some'),
      }),
    ],
    notes: [
      'Each run creates its load balancers anew, under the request rates that the program keeps to.',
      ...installed.notes,
      `The load of the machine was ${loadBefore.toFixed(1)} when it began.`,
    ],
  }
}

function figuresOf(name: string, runs: readonly Resident[], judged: Pick<Figure, 'target' | 'beside'>): readonly Figure[] {
  return [
    { name: `resident with ${name}`, value: median(runs.map(({ now }) => now)), unit: 'MiB', ...judged },
    { name: '... at its peak', value: median(runs.map(({ peak }) => peak)), unit: 'MiB' },
  ]
}

async function measureAll<Place>(installed: Installed<Place>, program: string, services: number, say: (line: string) => void): Promise<readonly Resident[]> {
  const runs: Resident[] = []
  for (let run = 1; run <= RUNS; run++) {
    const resident = await measure(installed, program, services)
    say(`${services} Services, run ${run} of ${RUNS}: ${resident.now.toFixed(1)} MiB, at its peak ${resident.peak.toFixed(1)}`)
    runs.push(resident)
  }
  return runs
}

async function measure<Place>({ provider, startWorld, runAt }: Installed<Place>, program: string, services: number): Promise<Resident> {
  await using world = await startWorld({ nodes: NODES, services })
  await using file = await kubeconfigFile({ url: world.api ?? '' })
  using folder = mkdtempDisposableSync(join(tmpdir(), 'fairlead-bench-'))
  const { settings, variables } = runAt(world.place, folder.path)
  const started = Promise.withResolvers<void>()
  const seen: string[] = []
  const heard = ({ message = '', error }: LogLine): void => {
    if (message === 'started') started.resolve()
    if (seen.length < 20) seen.push(`${message} ${error === undefined ? '' : JSON.stringify(error)}`)
  }
  const own = Object.entries(settings).flatMap(([name, value]) => [`--${provider}-${name}`, value])
  const flags = ['--providers', provider, '--no-leader-elect', '--http', 'off', '--log-format', 'json', ...own]
  await using process = start(program, ['run', '--kubeconfig', file.path, ...flags], heard, { ...imageVariables(), ...variables })
  const tooLate = sleep(LONGEST_MS, undefined, { ref: false }).then(() => Promise.reject(new Error(`it does not serve; it said: ${seen.join('; ')}`)))
  await Promise.race([Promise.all([started.promise, world.served()]), tooLate])
  await sleep(REST_MS)
  return residentOf(process.pid)
}
