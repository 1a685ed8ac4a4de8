/** `fairlead explain`, as an operator types it, on a cluster and an emulated cloud of these tests. */
import { ANNOTATION_SETS, PROVIDER_METRICS } from '../../providers/index.ts'
import { explainCommand, type Explanation } from '../../src/cli/explain.ts'
import { type Bodies, runProgram } from '../../src/cli/program.ts'
import type { AnyView, Step } from '../../src/provider/provider.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import type { Account } from './under-test.ts'
import type { BaseWorld } from './world.ts'

export interface Explaining<Options, View extends AnyView, S extends Step> {
  readonly world: BaseWorld
  readonly provider: string
  /** As a process of the controller connects. */
  readonly connect: () => Promise<Account<Options, View, S>>
}

/** As text, and in the form for programs. Throws what the command says where it fails. */
export async function explained<Options, View extends AnyView, S extends Step>(
  { world, provider, connect }: Explaining<Options, View, S>,
  name: string,
): Promise<{ readonly text: string; readonly explanation: Explanation }> {
  const loadCloud = async () => {
    const account = await connect()
    return { cloud: bind(account.provider, { budget: account.budget }), isOnPaper: false, close: async () => account.close() }
  }
  const surroundings = { clock: world.clock, version: 'test', unique: () => 'test', annotations: ANNOTATION_SETS, providerMetrics: PROVIDER_METRICS }
  const bodies = { explain: explainCommand(loadCloud, surroundings) } as Partial<Bodies> as Bodies
  const run = async (...more: readonly string[]): Promise<string> => {
    const [out, err]: [string[], string[]] = [[], []]
    const { signal } = new AbortController()
    const terminal = { environment: {}, out: (text: string) => out.push(text), err: (text: string) => err.push(text), isTerminal: false, signal }
    const args = ['explain', `${world.cluster.namespace}/${name}`, '--kubeconfig', world.server.kubeconfigFile, '--providers', provider, ...more]
    const code = await whileTimePasses(world, runProgram(args, bodies, terminal, { version: 'test' }))
    if (code !== 0) throw new Error(`explain ended with ${code}: ${err.join('')}${out.join('')}`)
    return out.join('')
  }
  return { text: await run(), explanation: JSON.parse(await run('--output', 'json')) as Explanation }
}

/** A call that is made again waits for the clock of the world. */
async function whileTimePasses<T>(world: BaseWorld, work: Promise<T>): Promise<T> {
  const state = { isOver: false }
  const over = work.finally(() => Object.assign(state, { isOver: true }))
  while (!state.isOver) await world.pass(1_000)
  return over
}
