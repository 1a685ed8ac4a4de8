/** The bench's results as a page. It measures nothing. */

export interface Measured {
  readonly name: string
  readonly unit: string
  readonly side: string
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of the balancer for each unit of work, in microseconds. */
  readonly cpuMicros: number
  readonly errors: number
  readonly runs: readonly number[]
}

export interface Results {
  readonly date: string
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGb: number; readonly loadBefore: number }
  readonly versions: Readonly<Record<string, string>>
  readonly effort: { readonly runs: number; readonly seconds: number }
  readonly measured: readonly Measured[]
  /** Resident at the end, in megabytes. */
  readonly memory: Readonly<Record<string, number>>
}

/** At least this part of HAProxy's rate. */
const PROMISED: Readonly<Record<string, number>> = { 'keep-alive': 0.6, 'new connections': 0.4 }

export function report({ date, machine, versions, effort, measured, memory }: Results): string {
  const rows = measured.map((one) => row(one, other(measured, one)))
  return `# The local balancer's data plane beside HAProxy and nginx

${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, load ${machine.loadBefore.toFixed(2)} before; ${list(versions)}. Load, backend and balancer share the
machine and its loopback; each balancer has one thread. ${effort.runs} interleaved runs of ${effort.seconds} s, medians. \`npm run bench:data-plane\` does it again.

| what | through | a second | of the other balancer | promised | p50 ms | p99 ms | balancer CPU µs each | errors |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}

Resident afterwards, MB: ${Object.entries(memory)
    .map(([name, megabytes]) => `${name} ${megabytes.toFixed(0)}`)
    .join(', ')}.
`
}

function row({ name, unit, side, perSecond, p50Ms, p99Ms, cpuMicros, errors }: Measured, rival: Measured | undefined): string {
  const ratio = side === 'fairlead' && rival !== undefined ? (perSecond / rival.perSecond).toFixed(2) : ''
  const promised = side === 'fairlead' ? (PROMISED[name]?.toFixed(1) ?? '') : ''
  const cpu = side === 'direct' ? '' : cpuMicros.toFixed(cpuMicros < 10 ? 1 : 0)
  const cells = [name, side, `${Math.round(perSecond).toLocaleString('en')} ${unit}`, ratio, promised, p50Ms.toFixed(2), p99Ms.toFixed(2), cpu, String(errors)]
  return `| ${cells.join(' | ')} |`
}

/** The other balancer in the same case. */
function other(measured: readonly Measured[], { name }: Measured): Measured | undefined {
  return measured.find((one) => one.name === name && one.side !== 'direct' && one.side !== 'fairlead')
}

function list(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}
