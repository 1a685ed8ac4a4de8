/** Both halves of the adapter, and the core over them, with one Service: `web`. */
import { NO_ANNOTATIONS } from '../../../annotations/define.ts'
import type { Account } from '../../../providers/aws/api/account.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import { planner } from '../../../providers/aws/plan/index.ts'
import { awsProvider } from '../../../providers/aws/provider.ts'
import { systemClock } from '../../../src/model/clock.ts'
import type { NodeSet } from '../../../src/model/load-balancer.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import { type Capabilities, FEATURES } from '../../../src/provider/capabilities.ts'
import type { Cloud, Outcome } from '../../../src/provider/cloud.ts'
import type { Intent } from '../../../src/provider/provider.ts'
import { owner } from '../../contract/wish.ts'
import { type AwsAsk, want } from '../../plan/aws/build.ts'

export interface Surroundings {
  readonly account: Account
  readonly clusterName: string
  /** Ids of instances. */
  readonly nodes: readonly string[]
  readonly signal: AbortSignal
  /** Lets time pass, where the Service has to wait for something. */
  readonly wait: (ms: number) => Promise<void> | void
}

export interface Controller {
  readonly cloud: Cloud
  /** Brings the Stack to where it is asked to be. Throws when it is refused, or does not get there. */
  ask(ask: AwsAsk | 'gone'): Promise<void>
  hostnames(): readonly (string | undefined)[]
}

const WEB = owner('web')
export const WEB_STACK = `service/${WEB.uid}`
const MOST_TURNS = 20
const CAPABILITIES = Object.fromEntries(Object.keys(FEATURES).map((feature) => [feature, { supported: true }])) as Capabilities

export function controllerOf(surroundings: Surroundings): Controller {
  const { account, clusterName, signal, wait } = surroundings
  const decides = planner({ clusterId: account.clusterId, clusterName })
  const cloud = bind(awsProvider({ account, planner: decides, annotations: NO_ANNOTATIONS, capabilities: CAPABILITIES, readsOnce: false }))
  const base = (wants: readonly { readonly owner: typeof WEB; readonly want: ReturnType<typeof want> }[]): Promise<Outcome> =>
    cloud.convergeBase({ signal, mayWrite: () => true, now: systemClock.now(), wants, nodes: nodeSet(surroundings.nodes) })
  return {
    cloud,
    hostnames: () => cloud.status(WEB_STACK, WEB).places.map((place) => ('hostname' in place ? place.hostname : undefined)),
    async ask(ask) {
      const wanted = ask === 'gone' ? undefined : want({ on: nodeSet(surroundings.nodes), ...ask })
      const intent: Intent<AwsOptions> = wanted === undefined ? { owner: WEB, gone: true } : { owner: WEB, want: wanted, published: [] }
      for (let turn = 0; turn < MOST_TURNS; turn++) {
        if (wanted !== undefined) await base([{ owner: WEB, want: wanted }])
        const outcome = await cloud.converge({ signal, mayWrite: () => true, now: systemClock.now(), stack: WEB_STACK, intents: [intent] })
        if (wanted === undefined) await base([])
        const refused = outcome.refused.get(WEB.uid)
        if (refused !== undefined) throw new Error(JSON.stringify(refused.problem))
        if (outcome.stopped !== undefined) throw new Error(outcome.stopped.message)
        if (outcome.served.has(WEB.uid)) return
        await wait(outcome.waiting.get(WEB.uid)?.afterMs ?? 0)
      }
      throw new Error('it is not served, turn after turn')
    },
  }
}

export function nodeSet(ids: readonly string[]): NodeSet {
  return { nodes: ids.map((id, i) => ({ name: `node-${i}`, providerId: `aws:///zone/${id}`, addresses: [`10.0.40.${i}`] })) }
}
