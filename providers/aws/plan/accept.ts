/** Whose wish is carried out: what can be seen not to work is refused here, without a call. The holder keeps what it has, among new ones the earlier has it. */
import { isDeepStrictEqual } from 'node:util'
import type { Owner } from '../../../src/model/owner.ts'
import type { Refusal, Waiting } from '../../../src/provider/provider.ts'
import { namingOf, stackOf } from '../names.ts'
import type { AwsView, Network, TargetGroupPart } from '../view.ts'
import { balancerDefaults, beyondDefaults } from './attributes.ts'
import { balancerOf, type WantedBalancer } from './balancer.ts'
import { type Cast, type Want, withoutWants } from './cast.ts'
import { type Edge, joinEdge, type Together } from './edge.ts'
import { settingsFingerprint, withCapacity } from './fingerprint.ts'
import { portsOf, type WantedPort } from './ports.ts'
import { grantPorts, portsRefusal } from './port-grants.ts'
import type { House, PlannerConfig } from './scene.ts'
import { seatOf } from './seats.ts'
import { wishProblem } from './wish-problems.ts'

export interface Acceptance {
  /** Those refused altogether follow. */
  readonly cast: Cast
  readonly house?: House
  readonly refused: readonly Refusal[]
  readonly waiting: readonly Waiting[]
}

export interface Ground {
  readonly config: PlannerConfig
  readonly view: AwsView
  readonly network: Network | undefined
}

const NETWORK_WAIT_MS = 10_000

export function accept(all: Cast, ground: Ground): Acceptance {
  const { ports, refused: own } = readWishes(all)
  let members = all.wants.filter(({ owner }) => ports.has(owner.uid))
  for (;;) {
    const outside = all.wants.flatMap(({ owner }) => (members.some((want) => want.owner.uid === owner.uid) ? [] : [owner.uid]))
    const together = gather(members, withoutWants(all, new Set(outside)), ground)
    const refused = new Map([...own, ...together.refused.map((refusal) => [refusal.owner.uid, refusal] as const)])
    const { waiting } = together
    const accepted = new Set(together.members.map(({ owner }) => owner.uid))
    const cast = withoutWants(all, new Set(all.wants.flatMap(({ owner }) => (accepted.has(owner.uid) ? [] : [owner.uid]))))
    if (together.balancer === undefined) return { cast, refused: [...refused.values()], waiting }
    const granted = grantPorts(together.members, ports, { cast, view: ground.view, balancer: together.balancer })
    for (const [uid, refusal] of granted.refused) refused.set(uid, merged(refused.get(uid), refusal))
    const served = together.members.filter(({ owner }) => (granted.ports.get(owner.uid)?.length ?? 0) > 0)
    if (served.length === together.members.length) {
      const house = houseOf(served, granted.ports, { ...ground, edge: together.edge, balancer: together.balancer })
      return { cast, ...(house === undefined ? {} : { house }), refused: [...refused.values()], waiting }
    }
    // Who has no port left has no say in the rest either.
    for (const { owner } of members) {
      const refusal = refused.get(owner.uid)
      if (refusal !== undefined && !served.some((want) => want.owner.uid === owner.uid)) own.set(owner.uid, refusal)
    }
    members = served
  }
}

/** What each wish shows alone. */
export function readWishes({ wants }: Cast): { readonly ports: ReadonlyMap<string, readonly WantedPort[]>; readonly refused: Map<string, Refusal> } {
  const ports = new Map<string, readonly WantedPort[]>()
  const refused = new Map<string, Refusal>()
  for (const { owner, ...want } of wants) {
    const { ports: possible, refused: impossible } = portsOf(want.want)
    const problem = wishProblem({ owner, ...want }, possible)
    if (problem !== undefined) refused.set(owner.uid, { owner, problem })
    else {
      if (impossible.length > 0) refused.set(owner.uid, portsRefusal(owner, impossible))
      if (possible.length > 0) ports.set(owner.uid, possible)
    }
  }
  return { ports, refused }
}

function merged(before: Refusal | undefined, more: Refusal): Refusal {
  if (before?.ports === undefined || more.ports === undefined) return more
  const added = more.ports.filter((port) => !before.ports?.some((one) => isDeepStrictEqual(one, port)))
  if (added.length === 0) return before
  const { wrong, value } = more.problem
  return { ...before, ports: [...before.ports, ...added], problem: { ...before.problem, wrong: `${before.problem.wrong}; ${value ?? ''} ${wrong}` } }
}

interface Gathering {
  readonly members: readonly Want[]
  readonly edge: Edge
  readonly balancer?: WantedBalancer
  readonly refused: readonly Refusal[]
  readonly waiting: readonly Waiting[]
}

/** All who do not contradict each other; where that cannot be had, one after the other as long as it can. */
function gather(wants: readonly Want[], cast: Cast, ground: Ground): Gathering {
  const refused: Refusal[] = []
  const agreeing: Want[] = []
  let together: Together | undefined
  for (const want of wants) {
    const joined = joinEdge(together, want)
    if ('problem' in joined) refused.push({ owner: want.owner, problem: joined.problem })
    else {
      agreeing.push(want)
      together = joined
    }
  }
  if (together === undefined) return { members: [], edge: NO_EDGE, refused, waiting: [] }
  const answer = ask(agreeing, together, withRefused(cast, refused), ground)
  if ('balancer' in answer) return { members: agreeing, edge: together.edge, balancer: answer.balancer, refused, waiting: [] }
  if ('unknown' in answer) {
    const waiting = agreeing.map(({ owner }) => ({ owner, because: 'the network has not been read yet', afterMs: NETWORK_WAIT_MS }))
    return { members: [], edge: NO_EDGE, refused, waiting }
  }
  const [last] = agreeing.slice(-1)
  const [only] = agreeing.length === 1 ? agreeing : []
  if (only !== undefined || last === undefined)
    return { members: [], edge: NO_EDGE, refused: [...refused, ...agreeing.map(({ owner }) => ({ owner, problem: answer.problem }))], waiting: [] }
  const culprit = culpritOf(agreeing, cast, ground)
  const rest = gather(
    agreeing.filter(({ owner }) => owner.uid !== culprit.owner.uid),
    withRefused(cast, [culprit]),
    ground,
  )
  return { ...rest, refused: [...refused, culprit, ...rest.refused] }
}

/** The first with whom those before cannot have it. */
function culpritOf(wants: readonly Want[], cast: Cast, ground: Ground): Refusal {
  let together: Together | undefined
  for (const [i, want] of wants.entries()) {
    const joined = joinEdge(together, want)
    if ('problem' in joined) return { owner: want.owner, problem: joined.problem }
    const answer = ask(wants.slice(0, i + 1), joined, cast, ground)
    if ('problem' in answer) return { owner: want.owner, problem: answer.problem }
    together = joined
  }
  throw new Error('what cannot be had together can be had one after the other')
}

function withRefused(cast: Cast, refused: readonly Refusal[]): Cast {
  return withoutWants(cast, new Set(refused.map(({ owner }) => owner.uid)))
}

function ask(wants: readonly Want[], { edge }: Together, cast: Cast, { config, view, network }: Ground): ReturnType<typeof balancerOf> {
  const [first] = wants
  if (first === undefined) throw new Error('nobody asks')
  const naming = namingOf(config.clusterId, stackOf(first.owner, first.want), first.want.settings.share ?? first.owner.name)
  return balancerOf({ edge, view, network, naming, cast, ...(config.clusterName === undefined ? {} : { clusterName: config.clusterName }) })
}

const NO_EDGE: Edge = {
  securityGroups: { kind: 'ours' },
  attributes: {},
  tags: {},
  defaultScheme: 'internet-facing',
  prefersDualStack: false,
  hasDatagrams: false,
}

interface Frame extends Ground {
  readonly edge: Edge
  readonly balancer: WantedBalancer
}

function houseOf(
  members: readonly Want[],
  ports: ReadonlyMap<string, readonly WantedPort[]>,
  { config, view, network, edge, balancer }: Frame,
): House | undefined {
  const [first] = members
  if (first === undefined) return undefined
  const { share } = first.want.settings
  const isShared = share !== undefined
  const stack = stackOf(first.owner, first.want)
  const naming = namingOf(config.clusterId, stack, share ?? first.owner.name)
  const attributes = beyondDefaults(edge.attributes, balancerDefaults(balancer.scheme))
  const settings = { attributes, capacityUnits: edge.capacityUnits ?? 0 }
  const seats = members.map((want) =>
    seatOf(want, ports.get(want.owner.uid) ?? [], {
      naming,
      balancer,
      network,
      adopted: adoptedGroups(view, balancer),
      ...(isShared ? {} : { balancerSettings: settings, capacityUnits: edge.capacityUnits }),
    }),
  )
  const owners: readonly Owner[] = members.map(({ owner }) => owner)
  const own = isShared ? undefined : seats[0]?.print
  return {
    stack,
    naming,
    isShared,
    edge: { ...edge, attributes },
    balancer,
    seats,
    owners,
    print: own ?? withCapacity(settingsFingerprint(settings), edge.capacityUnits),
  }
}

/** Target groups that were taken over with the load balancer, and that its listeners lead to. */
function adoptedGroups({ targetGroups }: AwsView, { found }: WantedBalancer): readonly TargetGroupPart[] {
  return [...targetGroups.values()].filter(({ mark, loadBalancerArns }) => mark.adopted === true && found !== undefined && loadBalancerArns.includes(found.arn))
}
