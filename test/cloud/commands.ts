/** Commands that only look, as an operator types them, on a cluster and an emulated cloud of these tests. */
import { ANNOTATION_SETS, PROVIDER_METRICS } from '../../providers/index.ts'
import { explainCommand } from '../../src/cli/explain.ts'
import type { Explanation } from '../../src/cli/explanation.ts'
import { planCommand } from '../../src/cli/plan.ts'
import { type Bodies, runProgram } from '../../src/cli/program.ts'
import type { AnyView, Step } from '../../src/provider/provider.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import type { Account } from './under-test.ts'
import type { BaseWorld } from './world.ts'

export interface Looking<Options, View extends AnyView, S extends Step> {
  readonly world: BaseWorld
  readonly provider: string
  /** As a process of the controller connects. */
  readonly connect: () => Promise<Account<Options, View, S>>
}

type Command = 'explain' | 'plan'

/** What the command prints of a Service. Throws it where the command fails. */
export function printed<Options, View extends AnyView, S extends Step>(
  looking: Looking<Options, View, S>,
  [command, name, ...more]: readonly [command: Command, name: string, ...more: readonly string[]],
): Promise<string> {
  return typed(looking, command, `${looking.world.cluster.namespace}/${name}`, ...more)
}

/** The same, with its arguments as they are typed. */
export async function typed<Options, View extends AnyView, S extends Step>(
  { world, provider, connect }: Looking<Options, View, S>,
  command: Command,
  ...more: readonly string[]
): Promise<string> {
  const loadCloud = async () => {
    const account = await connect()
    return { cloud: bind(account.provider, { budget: account.budget }), isOnPaper: false, close: async () => account.close() }
  }
  const surroundings = {
    clock: world.clock,
    version: 'test',
    unique: () => 'test',
    annotations: ANNOTATION_SETS,
    allProviders: [provider],
    providerMetrics: PROVIDER_METRICS,
  }
  const bodies: Pick<Bodies, 'explain' | 'plan'> = { explain: explainCommand(loadCloud, surroundings, () => true), plan: planCommand(loadCloud, surroundings) }
  const [out, err]: [string[], string[]] = [[], []]
  const { signal } = new AbortController()
  const terminal = { environment: {}, out: (text: string) => out.push(text), err: (text: string) => err.push(text), isTerminal: false, signal }
  const args = [command, '--kubeconfig', world.server.kubeconfigFile, '--providers', provider, ...more]
  const code = await whileTimePasses(world, runProgram(args, bodies as Bodies, terminal, { version: 'test' }))
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${err.join('')}${out.join('')}`)
  return out.join('')
}

/** What `fairlead explain` prints, as text and in the form for programs. */
export async function explained<Options, View extends AnyView, S extends Step>(
  looking: Looking<Options, View, S>,
  name: string,
): Promise<{ readonly text: string; readonly explanation: Explanation }> {
  const text = await printed(looking, ['explain', name])
  return { text, explanation: JSON.parse(await printed(looking, ['explain', name, '--output', 'json'])) as Explanation }
}

/** A call that is made again waits for the clock of the world. */
async function whileTimePasses<T>(world: BaseWorld, work: Promise<T>): Promise<T> {
  const state = { isOver: false }
  const over = work.finally(() => Object.assign(state, { isOver: true }))
  while (!state.isOver) await world.pass(1_000)
  return over
}
