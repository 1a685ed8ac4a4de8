/** Which of its ports each Service gets on a load balancer that several share. */
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { type Asking, grantPorts, keptPlaces } from '../../../../src/provider/kit/port-grants.ts'
import { PORT_HELD, portsRefusal, type RefusedPort } from '../../../../src/provider/kit/refused-ports.ts'
import type { Refusal } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import type { AwsView } from '../../view.ts'
import { listenersOf } from '../owners.ts'
import type { Parties, Want } from '../parties.ts'
import type { WantedBalancer } from '../wanted/balancer.ts'
import { PORT_ERRORS, type WantedPort } from '../wanted/ports.ts'
import { groupFamily } from '../wanted/wanted-parts.ts'

/** Of an NLB; no quota raises it. */
export const MOST_LISTENERS = 50

export interface Grants {
  readonly ports: ReadonlyMap<string, readonly WantedPort[]>
  readonly refused: ReadonlyMap<string, Refusal>
}

interface Standing {
  readonly parties: Parties
  readonly view: AwsView
  readonly balancer: WantedBalancer
}

interface AskingWant extends Asking<WantedPort> {
  readonly want: Want['want']
}

/** An NLB has one listener for each number. */
export function grantListeners(members: readonly Want[], wanted: ReadonlyMap<string, readonly WantedPort[]>, standing: Standing): Grants {
  const asking = members.map(({ owner, want }): AskingWant => ({ owner, want, ports: wanted.get(owner.uid) ?? [] }))
  const granted = grantPorts(asking, holders(members, standing), {
    placesOf: ({ port }) => [String(port)],
    heldBy: (holder, port) => heldBy(holder, port),
    otherwise: (port, { want }, { isNew, taken }) => (isNew && taken >= MOST_LISTENERS ? beyondLimit(port) : unreachable(want, port, standing.balancer)),
  })
  const ports = new Map([...granted].map(([uid, grant]) => [uid, grant.ports]))
  const refused = members.flatMap(({ owner }) => {
    const denied = granted.get(owner.uid)?.denied.flatMap(({ port, because }) => port.listeners.map((listener) => ({ ...because, listener }))) ?? []
    return denied.length === 0 ? [] : [[owner.uid, portsRefusal(owner, denied)] as const]
  })
  return { ports, refused: new Map(refused) }
}

/** By number, who keeps its listener there: also one whose configuration is not carried out. */
function holders(members: readonly Want[], { parties, view, balancer: { found } }: Standing): Map<string, Owner> {
  const asked = new Map(members.map(({ owner, want }) => [owner.uid, new Set(want.settings.listeners.map(({ port }) => String(port)))]))
  for (const uid of parties.leaves) asked.set(uid, new Set())
  const listeners = found === undefined ? [] : listenersOf(view, found)
  const taken = listeners.flatMap(({ port, mark: { owner } }) => (owner === undefined ? [] : [{ place: String(port), owner }]))
  return keptPlaces(taken, (uid) => asked.get(uid))
}

type Denial = Pick<RefusedPort, 'error' | 'problem'>

function denial(port: WantedPort, error: string, problem: Pick<Problem, 'reason' | 'wrong' | 'allowed'>): Denial {
  return { error, problem: { ...problem, field: FIELDS.ports, value: port.listeners.map(({ key }) => key).join(', ') } }
}

function heldBy(holder: Owner, port: WantedPort): Denial {
  return denial(port, PORT_HELD, {
    reason: 'Conflict',
    wrong: `is held on the load balancer by ${ownerName(holder)}: an NLB has one listener for each number`,
    allowed: 'numbers that no other Service of the share uses',
  })
}

function beyondLimit(port: WantedPort): Denial {
  return denial(port, PORT_ERRORS.limit, {
    reason: 'LimitReached',
    wrong: `is more than the ${MOST_LISTENERS} listeners that an NLB may have`,
    allowed: `${MOST_LISTENERS} ports on one load balancer`,
  })
}

function unreachable(want: Want['want'], port: WantedPort, { ipAddressType }: WantedBalancer): Denial | undefined {
  if (groupFamily(want, port, ipAddressType) !== undefined) return undefined
  return denial(port, PORT_ERRORS.dualStack, {
    reason: 'Invalid',
    wrong: 'is not possible on a dual-stack load balancer: it passes datagrams to IPv6 addresses alone',
    allowed: 'pods with IPv6 addresses as targets, or a load balancer of IPv4',
  })
}
