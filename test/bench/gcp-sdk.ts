/** What Google's client for JavaScript takes of time and memory: as it comes, as this program loads it, and calls of one's own over the library that signs them. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { IMMEDIATE, startGcp } from '../../emulators/gcp/index.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { CALLS, type Timed, type Way, WAYS } from './gcp/sdk-ways.ts'
import { residentOf } from './memory/resident.ts'

const RUNS = 3
const OURS: Way = 'with what is in use alone'
/** What is garbage is collected meanwhile, as far as Node does it. */
const REST_MS = 2_000
const PROGRAM = fileURLToPath(new URL('gcp/sdk-process.ts', import.meta.url))

interface Taken extends Timed {
  /** MiB. */
  readonly resident: number
}

export const benchmark: Benchmark = {
  name: 'gcp-sdk',
  what: `The clients of Compute Engine that the program has, opened in a process of its own without anything else, and ${CALLS} calls one after the other to the emulated Google Cloud over HTTP (median of ${RUNS}).`,
  async run(say) {
    const loadBefore = loadavg()[0] ?? 0
    const gcp = await startGcp({ delays: IMMEDIATE })
    const taken = new Map<Way, readonly Taken[]>()
    for (const way of WAYS) taken.set(way, await measure(way, gcp.url, say))
    await gcp.close()
    return {
      figures: figuresOf(taken),
      notes: [
        'As it comes, the clients read a description of all of Compute Engine (12 MB, 2,216 types) and load gRPC, which Compute Engine does not speak. The program has eleven of its 129 services.',
        'Node alone is a process of the same kind that loads nothing: it has the loader that strips types.',
        'Not bundled: modules are read from node_modules, which the installed program does not do; what that takes is gcp-memory.',
        "Over google-auth-library alone there is no client: paths, queries, versions and repetitions would be code of one's own. All calls are answered 404.",
        `The load of the machine was ${loadBefore.toFixed(1)} when it began, on two cores.`,
      ],
    }
  },
}

/** As the program has it, beside the other ways. */
function figuresOf(taken: ReadonlyMap<Way, readonly Taken[]>): readonly Figure[] {
  const figure = (name: string, unit: string, pick: (one: Taken) => number, others: readonly Way[]): Figure => {
    const of = (way: Way): number => median((taken.get(way) ?? []).map(pick))
    return { name, unit, value: of(OURS), beside: others.map((way) => ({ name: way, value: of(way) })) }
  }
  const others = WAYS.filter((way) => way !== OURS && way !== 'Node alone')
  return [
    figure(
      'resident after the calls',
      'MiB',
      ({ resident }) => resident,
      WAYS.filter((way) => way !== OURS),
    ),
    figure('until the clients are open', 'ms', ({ openedMs }) => openedMs, others),
    figure('a call', 'ms', ({ calledMs }) => calledMs / CALLS, others),
  ]
}

async function measure(way: Way, endpoint: string, say: (line: string) => void): Promise<readonly Taken[]> {
  const runs: Taken[] = []
  for (let run = 1; run <= RUNS; run++) {
    const taken = await runOnce(way, endpoint)
    say(`${way}, run ${run}: ${taken.resident.toFixed(1)} MiB, open after ${taken.openedMs.toFixed(0)} ms`)
    runs.push(taken)
  }
  return runs
}

async function runOnce(way: Way, endpoint: string): Promise<Taken> {
  const child = fork(PROGRAM, [way, endpoint], { execArgv: [] })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the process with ${way} ended`)))
  try {
    const [timed] = (await Promise.race([once(child, 'message'), ended])) as [Timed]
    await sleep(REST_MS)
    return { ...timed, resident: residentOf(child.pid ?? 0).now }
  } finally {
    ended.catch(() => undefined)
    child.kill()
  }
}
