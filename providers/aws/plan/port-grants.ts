/** Who gets which number of a load balancer that several use: whoever has a listener on it keeps it. */
import type { Owner } from '../../../src/model/owner.ts'
import { ownerName } from '../../../src/model/owner.ts'
import type { Problem } from '../../../src/model/problem.ts'
import type { Refusal } from '../../../src/provider/provider.ts'
import { FIELDS } from '../fields.ts'
import type { AwsView } from '../view.ts'
import type { WantedBalancer } from './balancer.ts'
import { type Cast, fateOf, type Want } from './cast.ts'
import { listenersOf } from './owners.ts'
import { PORT_ERRORS, type RefusedPort, type WantedPort } from './ports.ts'
import { groupFamily } from './seats.ts'

/** Of an NLB; no quota raises it. */
export const MOST_LISTENERS = 50

export interface Grants {
  readonly ports: ReadonlyMap<string, readonly WantedPort[]>
  readonly refused: ReadonlyMap<string, Refusal>
}

interface Surroundings {
  readonly cast: Cast
  readonly view: AwsView
  readonly balancer: WantedBalancer
}

export function grantPorts(members: readonly Want[], wanted: ReadonlyMap<string, readonly WantedPort[]>, surroundings: Surroundings): Grants {
  const holders = holdersOf(members, surroundings)
  const ports = new Map<string, readonly WantedPort[]>()
  const refused = new Map<string, Refusal>()
  for (const { owner, want } of members) {
    const granted: WantedPort[] = []
    const denied: RefusedPort[] = []
    for (const port of wanted.get(owner.uid) ?? []) {
      const refusal = denial(owner, want, port, { holders, balancer: surroundings.balancer })
      if (refusal !== undefined) denied.push(...port.listeners.map((listener) => ({ ...refusal, listener })))
      else {
        granted.push(port)
        holders.set(port.port, owner)
      }
    }
    ports.set(owner.uid, granted)
    if (denied.length > 0) refused.set(owner.uid, portsRefusal(owner, denied))
  }
  return { ports, refused }
}

/** By number: who keeps its listener there. */
function holdersOf(members: readonly Want[], { cast, view, balancer: { found } }: Surroundings): Map<number, Owner> {
  const holders = new Map<number, Owner>()
  for (const { port, mark } of found === undefined ? [] : listenersOf(view, found)) {
    const { owner } = mark
    if (owner === undefined) continue
    const member = members.find((want) => want.owner.uid === owner.uid)
    const keeps = member === undefined ? fateOf(cast, owner.uid) !== 'leaves' : member.want.settings.listeners.some((listener) => listener.port === port)
    if (keeps) holders.set(port, owner)
  }
  return holders
}

interface Denying {
  readonly holders: ReadonlyMap<number, Owner>
  readonly balancer: WantedBalancer
}

function denial(owner: Owner, want: Want['want'], port: WantedPort, { holders, balancer }: Denying): Pick<RefusedPort, 'error' | 'problem'> | undefined {
  const value = port.listeners.map(({ key }) => key).join(', ')
  const refuse = (reason: Problem['reason'], error: string, wrong: string, allowed: string) => ({
    error,
    problem: { reason, field: FIELDS.ports, value, wrong, allowed } satisfies Problem,
  })
  const holder = holders.get(port.port)
  if (holder !== undefined && holder.uid !== owner.uid)
    return refuse(
      'Conflict',
      PORT_ERRORS.held,
      `is held on the load balancer by ${ownerName(holder)}: an NLB has one listener for each number`,
      'numbers that no other Service of the share uses',
    )
  if (holder === undefined && holders.size >= MOST_LISTENERS)
    return refuse(
      'LimitReached',
      PORT_ERRORS.limit,
      `is more than the ${MOST_LISTENERS} listeners that an NLB may have`,
      `${MOST_LISTENERS} ports on one load balancer`,
    )
  if (groupFamily(want, port, balancer.ipAddressType) === undefined)
    return refuse(
      'Invalid',
      PORT_ERRORS.dualStack,
      'is not possible on a dual-stack load balancer: it passes datagrams to IPv6 addresses alone',
      'pods with IPv6 addresses as targets, or a load balancer of IPv4',
    )
  return undefined
}

/** One refusal for all ports: the first kind in full, the others in a clause. */
export function portsRefusal(owner: Owner, refused: readonly RefusedPort[]): Refusal {
  const ports = refused.map(({ listener: { port, protocol }, error }) => ({ port, protocol, error }))
  const problems = [...new Map(refused.map(({ problem }) => [`${problem.value} ${problem.wrong}`, problem])).values()]
  const [first, ...others] = problems
  if (first === undefined) throw new Error('a refusal without a port')
  const wrong = [first.wrong, ...others.map(({ value = '', wrong: also }) => `${value} ${also}`)].join('; ')
  return { owner, ports, problem: { ...first, wrong } }
}
