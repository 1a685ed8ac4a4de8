/** Whose configuration is carried out: what can be seen not to work is refused here, without a call. The holder keeps what it has; among new ones the earlier gets it. */
import type { Refusal, Waiting } from '../../../../src/provider/provider.ts'
import { shareOut } from '../../../../src/provider/kit/agreement.ts'
import { withoutWants } from '../../../../src/provider/kit/parties.ts'
import { portsRefusal } from '../../../../src/provider/kit/refused-ports.ts'
import { namingOf, stackOf } from '../../names.ts'
import type { AwsView, TargetGroupPart } from '../../view.ts'
import { balancerDefaults, beyondDefaults } from '../wanted/attributes.ts'
import type { WantedBalancer } from '../wanted/balancer.ts'
import type { Parties, Want } from '../parties.ts'
import { type Agreed, sharingRules, waitForNetwork } from './agreement.ts'
import { settingsFingerprint, withCapacity } from '../wanted/fingerprint.ts'
import { portsOf, type WantedPort } from '../wanted/ports.ts'
import { withGroupIds } from './named-groups.ts'
import { grantListeners } from './port-grants.ts'
import type { PlanInput, WantedStack } from '../plan-context.ts'
import { wantedPartsOf } from '../wanted/wanted-parts.ts'
import { configurationProblem } from './problems.ts'

export interface Acceptance {
  /** Those that are refused as a whole follow. */
  readonly parties: Parties
  readonly wantedStack?: WantedStack
  readonly refused: readonly Refusal[]
  readonly waiting: readonly Waiting[]
}

export function accept(asked: Parties, input: PlanInput): Acceptance {
  const { ports, refused: own } = readWants(asked)
  const { parties: all, waiting: unread } = nameGroups(asked, own, input)
  const answer = acceptNamed(all, { ports, refused: own }, input)
  return unread.length === 0 ? answer : { ...answer, waiting: [...answer.waiting, ...unread] }
}

/** With security groups by their ids. Adds a refusal to `own` for each owner that names one which cannot be used. */
function nameGroups(
  parties: Parties,
  own: Map<string, Refusal>,
  { view, network }: PlanInput,
): { readonly parties: Parties; readonly waiting: readonly Waiting[] } {
  const waiting: Waiting[] = []
  const out = new Set<string>()
  const wants = parties.wants.map((want) => {
    const { owner } = want
    const named = withGroupIds(want, view, network)
    if ('want' in named) return named.want
    out.add(owner.uid)
    if ('unknown' in named) waiting.push(waitForNetwork(owner))
    else if (own.get(owner.uid)?.ports !== undefined || !own.has(owner.uid)) own.set(owner.uid, { owner, problem: named.problem })
    return want
  })
  return { parties: withoutWants({ ...parties, wants }, out), waiting }
}

function acceptNamed(all: Parties, { ports, refused: own }: ReadWants, input: PlanInput): Acceptance {
  const read = { servable: new Set(ports.keys()), refused: own }
  const {
    parties,
    members,
    made,
    ports: granted,
    refused,
    waiting,
  } = shareOut(all, read, {
    ...sharingRules(input),
    grant: (sharing, { balancer }, among) => grantListeners(sharing, ports, { parties: among, view: input.view, balancer }),
  })
  const wantedStack = made === undefined ? undefined : wantedStackOf(members, granted, input, made)
  return { parties, ...(wantedStack === undefined ? {} : { wantedStack }), refused, waiting }
}

interface ReadWants {
  readonly ports: ReadonlyMap<string, readonly WantedPort[]>
  readonly refused: Map<string, Refusal>
}

/** What each configuration shows without the others. */
export function readWants({ wants }: Parties): ReadWants {
  const ports = new Map<string, readonly WantedPort[]>()
  const refused = new Map<string, Refusal>()
  for (const { owner, ...want } of wants) {
    const { ports: possible, refused: impossible } = portsOf(want.want)
    const problem = configurationProblem({ owner, ...want }, possible)
    if (problem !== undefined) refused.set(owner.uid, { owner, problem })
    else {
      if (impossible.length > 0) refused.set(owner.uid, portsRefusal(owner, impossible))
      if (possible.length > 0) ports.set(owner.uid, possible)
    }
  }
  return { ports, refused }
}

function wantedStackOf(
  members: readonly Want[],
  ports: ReadonlyMap<string, readonly WantedPort[]>,
  { config, view, network }: PlanInput,
  { settings, balancer }: Agreed,
): WantedStack | undefined {
  const [first] = members
  if (first === undefined) return undefined
  const { share } = first.want.settings
  const isShared = share !== undefined
  const stack = stackOf(first.owner, first.want)
  const naming = namingOf(config.clusterId, stack, share ?? first.owner.name)
  const attributes = beyondDefaults(settings.attributes, balancerDefaults(balancer.scheme))
  const fingerprinted = { attributes, capacityUnits: settings.capacityUnits ?? 0 }
  const services = members.map((want) =>
    wantedPartsOf(want, ports.get(want.owner.uid) ?? [], {
      naming,
      balancer,
      network,
      adopted: adoptedGroups(view, balancer),
      ...(isShared ? {} : { balancerSettings: fingerprinted, capacityUnits: settings.capacityUnits }),
    }),
  )
  const owners = members.map(({ owner }) => owner)
  const own = isShared ? undefined : services[0]?.fingerprint
  return {
    stack,
    naming,
    isShared,
    settings: { ...settings, attributes },
    balancer,
    services,
    owners,
    fingerprint: own ?? withCapacity(settingsFingerprint(fingerprinted), settings.capacityUnits),
  }
}

/** Target groups that were taken over with the load balancer, and that its listeners lead to. */
function adoptedGroups({ targetGroups }: AwsView, { found }: WantedBalancer): readonly TargetGroupPart[] {
  return [...targetGroups.values()].filter(({ mark, loadBalancerArns }) => mark.adopted === true && found !== undefined && loadBalancerArns.includes(found.arn))
}
