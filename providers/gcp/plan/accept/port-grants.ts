/** Which of its ports each Service gets at an address that several share. Pure. */
import type { Listener } from '../../../../src/model/load-balancer.ts'
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import type { GrantedPorts } from '../../../../src/provider/kit/agreement.ts'
import { type Asking, grantPorts as grantPlaces, keptPlaces } from '../../../../src/provider/kit/port-grants.ts'
import { PORT_HELD, portsRefusal, type RefusedPort } from '../../../../src/provider/kit/refused-ports.ts'
import { FIELDS } from '../../fields.ts'
import { servingRules } from '../owners.ts'
import type { Parties, PlanInput, Want } from '../plan-context.ts'
import { matchOf, portsIn } from '../wanted/forwarding-rules.ts'
import { owners } from '../owners.ts'

type Denial = Pick<RefusedPort, 'error' | 'problem'>

/** One address has each number and protocol once. */
export function grantPorts(members: readonly Want[], parties: Parties, input: PlanInput): GrantedPorts<Listener> {
  const asking = members.map(({ owner, want }): Asking<Listener> => ({ owner, ports: want.settings.listeners }))
  const granted = grantPlaces(asking, kept(members, parties, input), {
    placesOf: ({ key }) => [key],
    heldBy: (holder, port): Denial => heldBy(input.named(holder), port),
  })
  const refused = members.flatMap(({ owner }) => {
    const denied = granted.get(owner.uid)?.denied.map(({ port, because }) => ({ ...because, listener: port })) ?? []
    return denied.length === 0 ? [] : [[owner.uid, portsRefusal(owner, denied)] as const]
  })
  return { ports: new Map([...granted].map(([uid, { ports }]) => [uid, ports])), refused: new Map(refused) }
}

/** Who keeps its place: also one whose configuration is not carried out. */
function kept(members: readonly Want[], parties: Parties, { view }: PlanInput): Map<string, Owner> {
  const asked = new Map(members.map(({ owner, want }) => [owner.uid, new Set<string>(want.settings.listeners.map(({ key }) => key))]))
  const taken = owners(view).flatMap((owner) => placesOf(view, owner).map((place) => ({ place, owner })))
  const nothing = new Set<string>()
  return keptPlaces(taken, (uid) => asked.get(uid) ?? (stays(parties, uid) ? undefined : nothing))
}

function placesOf(view: PlanInput['view'], { uid }: Owner): readonly string[] {
  return servingRules(view, uid).flatMap(({ document }) => {
    const match = matchOf(document)
    return match === undefined ? [] : portsIn(match).map((port) => `${port}/${match.IPProtocol}`)
  })
}

function heldBy(holder: Owner, { key }: Listener): Denial {
  const wrong = `is held at the address by ${ownerName(holder)}`
  return { error: PORT_HELD, problem: { reason: 'Conflict', field: FIELDS.ports, value: key, wrong, allowed: 'ports that no other Service of the share has' } }
}
