/** Which load balancer fits Services that share one, and who may have it. */
import { limitAgainst } from '../../../../src/model/load-balancer.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Fit, SharingRules } from '../../../../src/provider/kit/agreement.ts'
import type { Waiting } from '../../../../src/provider/provider.ts'
import type { AwsOptions } from '../../../../annotations/aws.ts'
import { namingOf, stackOf } from '../../names.ts'
import type { Parties, Want } from '../parties.ts'
import type { PlanInput } from '../plan-context.ts'
import { balancerOf, type WantedBalancer } from '../wanted/balancer.ts'
import { type BalancerSettings, balancerSettings, SHARED_SETTINGS } from './shared-settings.ts'

export interface Agreed {
  readonly settings: BalancerSettings
  readonly balancer: WantedBalancer
}

type SetTogether = ReturnType<(typeof SHARED_SETTINGS)['of']>

const UNREAD_NETWORK = { because: 'the network has not been read yet', afterMs: 10_000 } as const

export function waitForNetwork(owner: Owner): Waiting {
  return { owner, ...UNREAD_NETWORK }
}

export function sharingRules(input: PlanInput): SharingRules<AwsOptions, SetTogether, Agreed> {
  return {
    join: SHARED_SETTINGS.join,
    fit: (wants, shared, parties) => fit(wants, balancerSettings(wants, shared), parties, input),
    barred: ({ want }, { balancer }) => schemeProblem(want, balancer),
  }
}

function fit(wants: readonly Want[], settings: BalancerSettings, parties: Parties, { config, view, network }: PlanInput): Fit<Agreed> {
  const [first] = wants
  if (first === undefined) throw new Error('a load balancer is asked for by no Service')
  const naming = namingOf(config.clusterId, stackOf(first.owner, first.want), first.want.settings.share ?? first.owner.name)
  const answer = balancerOf({ settings, view, network, naming, parties, ...(config.clusterName === undefined ? {} : { clusterName: config.clusterName }) })
  if ('unknown' in answer) return { waits: UNREAD_NETWORK }
  // What the network shows may be changed there, without a change in the cluster.
  return 'problem' in answer ? { problem: { ...answer.problem, pace: 'by reading' } } : { made: { settings, balancer: answer.balancer } }
}

/** The operator's policy does not allow the scheme: it may be that of an existing load balancer, or of another Service that shares it. */
function schemeProblem({ settings: { limits } }: Want['want'], { scheme }: WantedBalancer): Problem | undefined {
  const limit = limitAgainst(limits, 'scheme', scheme)
  return limit === undefined ? undefined : { ...limit.refusal, value: scheme }
}
