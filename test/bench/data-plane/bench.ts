/**
 * The local balancer beside HAProxy (TCP, one thread) and nginx (UDP, one worker): runs interleaved, medians of seven, on one machine together with the load and the
 * backend. Needs haproxy, nginx with its stream module, and wrk; says how to get them otherwise. Writes results/data-plane.{json,md}; `--runs N --seconds S` for a
 * shorter look, which writes nothing.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Run, datagramLoad, httpLoad } from './load.ts'
import { HOW_TO_INSTALL, PORTS, type Programs, cpuSeconds, missingTools, residentMegabytes, startPrograms, versions } from './programs.ts'
import { type Measured, type Results, report } from './report.ts'

const COMMITTED = { runs: 7, seconds: 3 }

interface Case {
  readonly name: string
  readonly unit: string
  readonly sides: readonly { readonly name: 'direct' | 'haproxy' | 'nginx' | 'fairlead'; readonly port: number }[]
  readonly load: (port: number, seconds: number) => Promise<Run>
}

const TCP_SIDES = [
  { name: 'direct', port: PORTS.backend },
  { name: 'haproxy', port: PORTS.haproxy },
  { name: 'fairlead', port: PORTS.fairlead },
] as const
const UDP_SIDES = [
  { name: 'direct', port: PORTS.udpEcho },
  { name: 'nginx', port: PORTS.udpNginx },
  { name: 'fairlead', port: PORTS.udpFairlead },
] as const

const CASES: readonly Case[] = [
  { name: 'keep-alive', unit: 'requests/s', sides: TCP_SIDES, load: (port, seconds) => httpLoad(port, '/', ['-c50', `-d${seconds}s`]) },
  {
    name: 'new connections',
    unit: 'connections/s',
    sides: TCP_SIDES,
    load: (port, seconds) => httpLoad(port, '/', ['-c50', `-d${seconds}s`, '-H', 'Connection: close']),
  },
  { name: 'bulk', unit: 'MB/s', sides: TCP_SIDES, load: (port, seconds) => httpLoad(port, '/big', ['-c4', `-d${seconds}s`]) },
  { name: 'UDP echo', unit: 'datagrams/s', sides: UDP_SIDES, load: datagramLoad },
]

interface Sample extends Run {
  readonly cpuMicros: number
}

async function measureCase({ name, unit, sides, load }: Case, { runs, seconds }: typeof COMMITTED, { pids }: Programs): Promise<Measured[]> {
  const samples = new Map(sides.map((side) => [side.name, [] as Sample[]]))
  for (let round = 0; round < runs; round++) {
    for (const side of rotated(sides, round)) {
      const pid = side.name === 'direct' ? undefined : pids[side.name]
      const before = pid === undefined ? 0 : cpuSeconds(pid)
      const result = await load(side.port, seconds)
      const used = pid === undefined ? 0 : cpuSeconds(pid) - before
      samples.get(side.name)?.push({ ...result, cpuMicros: (used * 1e6) / (result.perSecond * seconds) })
    }
    console.log(`${name}: run ${round + 1} of ${runs}`)
  }
  return [...samples].map(([side, of]) => ({ name, unit, side, ...medians(of), runs: of.map(({ perSecond }) => Math.round(perSecond)) }))
}

/** Another one begins each time, so that nobody always comes after the same neighbour. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

function medians(samples: readonly Sample[]): Sample {
  const middle = (pick: (sample: Sample) => number): number => samples.map(pick).toSorted((a, b) => a - b)[samples.length >> 1] ?? Number.NaN
  return {
    perSecond: middle(({ perSecond }) => perSecond),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    cpuMicros: middle(({ cpuMicros }) => cpuMicros),
    errors: samples.reduce((sum, { errors }) => sum + errors, 0),
  }
}

function option(name: string): number | undefined {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : Number(process.argv[at + 1])
}

async function run(): Promise<void> {
  const missing = missingTools()
  if (missing.length > 0) {
    console.log(`The data plane is not measured: ${missing.join(', ')} not found. ${HOW_TO_INSTALL}`)
    return
  }
  const effort = { runs: option('--runs') ?? COMMITTED.runs, seconds: option('--seconds') ?? COMMITTED.seconds }
  const load = loadavg()[0] ?? 0
  const programs = await startPrograms()
  try {
    const measured: Measured[] = []
    for (const each of CASES) measured.push(...(await measureCase(each, effort, programs)))
    const { haproxy, fairlead, nginx } = programs.pids
    const memory = { haproxy: residentMegabytes(haproxy), nginx: residentMegabytes(nginx), fairlead: residentMegabytes(fairlead) }
    const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), loadBefore: load }
    tell({ date: new Date().toISOString().slice(0, 10), machine, versions: versions(), effort, measured, memory }, effort)
  } finally {
    await programs.stop()
  }
}

function tell(results: Results, effort: typeof COMMITTED): void {
  const page = report(results)
  console.log(page)
  if (effort.runs < COMMITTED.runs || effort.seconds < COMMITTED.seconds) return
  const folder = join(import.meta.dirname, '../results')
  writeFileSync(join(folder, 'data-plane.json'), `${JSON.stringify(results, undefined, 2)}\n`)
  writeFileSync(join(folder, 'data-plane.md'), page)
}

await run()
