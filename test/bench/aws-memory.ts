/** How much memory the installed program takes with the AWS provider. */
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { CREDENTIALS, type Place } from './aws/account.ts'
import { startRemoteWorld } from './aws/remote.ts'
import { type Beside, type Benchmark, type Figure, median } from './benchmark.ts'
import { kubeconfigFile } from './cluster/kubeconfig-file.ts'
import { bundle, type LogLine, start } from './cluster/program.ts'
import { type Resident, residentOf } from './memory/resident.ts'

const SERVICES = 50
const NODES = 3
const RUNS = 3
const REST_MS = 30_000
const LONGEST_MS = 240_000
const FLAGS = ['--providers', 'aws', '--no-leader-elect', '--http', 'off', '--log-format', 'json']

export const benchmark: Benchmark = {
  name: 'aws-memory',
  what: `The bundled program in a process of its own with the AWS provider, for ${NODES} nodes; the emulated API server and the emulated AWS are another process.`,
  async run(say) {
    if (!existsSync('/proc/self/status')) throw new Error('resident memory is read from /proc, which this system does not have')
    const loadBefore = loadavg()[0] ?? 0
    const program = await bundle('src/main.ts')
    const [none, some] = [await measureAll(program, 0, say), await measureAll(program, SERVICES, say)]
    return {
      figures: [
        ...figuresOf(`no Service, ${REST_MS / 1_000} s after the start (median of ${RUNS})`, none, {}, [62, 78]),
        ...figuresOf(`${SERVICES} Services, ${REST_MS / 1_000} s after all are served (median of ${RUNS})`, some, { target: { under: 120 } }, [84, 93]),
      ],
      notes: [
        'Each run creates its load balancers anew, under the request rates that the program keeps to.',
        'Beside it, measured on another test bed: aws-load-balancer-controller v3.5.0-8-g225f44568 and cloud-provider-aws 63ec440c (with security groups of its own), against kube-apiserver and moto.',
        `The load of the machine was ${loadBefore.toFixed(1)} when it began.`,
      ],
    }
  },
}

function figuresOf(name: string, runs: readonly Resident[], judged: Pick<Figure, 'target'>, peers: readonly [lbc: number, ccm: number]): readonly Figure[] {
  const beside: readonly Beside[] = [
    { name: 'aws-load-balancer-controller', value: peers[0] },
    { name: 'cloud-provider-aws', value: peers[1] },
  ]
  return [
    { name: `resident with ${name}`, value: median(runs.map(({ now }) => now)), unit: 'MiB', ...judged, beside },
    { name: '... at its peak', value: median(runs.map(({ peak }) => peak)), unit: 'MiB' },
  ]
}

async function measureAll(program: string, services: number, say: (line: string) => void): Promise<readonly Resident[]> {
  const runs: Resident[] = []
  for (let run = 1; run <= RUNS; run++) {
    const resident = await measure(program, services)
    say(`${services} Services, run ${run} of ${RUNS}: ${resident.now.toFixed(1)} MiB, at its peak ${resident.peak.toFixed(1)}`)
    runs.push(resident)
  }
  return runs
}

async function measure(program: string, services: number): Promise<Resident> {
  await using world = await startRemoteWorld({ instances: NODES, account: {}, cluster: { nodes: NODES, services } })
  await using file = await kubeconfigFile({ url: world.api ?? '' })
  const started = Promise.withResolvers<void>()
  const seen: string[] = []
  const heard = ({ message = '', error }: LogLine): void => {
    if (message === 'started') started.resolve()
    if (seen.length < 20) seen.push(`${message} ${error === undefined ? '' : JSON.stringify(error)}`)
  }
  await using process = start(program, ['run', '--kubeconfig', file.path, ...FLAGS, ...flagsOf(world.place)], heard, CREDENTIALS)
  const tooLate = sleep(LONGEST_MS, undefined, { ref: false }).then(() => Promise.reject(new Error(`it does not serve; it said: ${seen.join('; ')}`)))
  await Promise.race([Promise.all([started.promise, world.served()]), tooLate])
  await sleep(REST_MS)
  return residentOf(process.pid)
}

function flagsOf({ url, region, vpcId, clusterName }: Place): readonly string[] {
  return ['--aws-endpoint', url, '--aws-region', region, '--aws-vpc-id', vpcId, '--aws-cluster-name', clusterName]
}
