/** Which of its ports each Service gets at an address that several share. Pure. */
import type { Listener } from '../../../../src/model/load-balancer.ts'
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import { oneProblem, type Problem } from '../../../../src/model/problem.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import type { GrantedPorts } from '../../../../src/provider/kit/agreement.ts'
import { type Asking, grantPorts as grantPlaces, keptPlaces } from '../../../../src/provider/kit/port-grants.ts'
import { FIELDS } from '../../fields.ts'
import { servingRules } from '../owners.ts'
import type { Parties, PlanInput, Want } from '../plan-context.ts'
import { matchOf, portsIn } from '../wanted/forwarding-rules.ts'
import { owners } from '../owners.ts'

/**
 * One address has each number and protocol once. A Service that is published at an address has all its ports opened there by kube-proxy, also those that no forwarding
 * rule has for it: with one that is another Service's, it would take that Service's packets. So it is refused as a whole.
 */
export function grantPorts(members: readonly Want[], parties: Parties, input: PlanInput): GrantedPorts<Listener> {
  const asking = members.map(({ owner, want }): Asking<Listener> => ({ owner, ports: want.settings.listeners }))
  const granted = grantPlaces(asking, kept(members, parties, input), {
    placesOf: ({ key }) => [key],
    heldBy: (holder, port): Problem => heldBy(input.named(holder), port),
  })
  const refused = members.flatMap(({ owner }) => {
    const problem = oneProblem(granted.get(owner.uid)?.denied.map(({ because }) => because) ?? [])
    return problem === undefined ? [] : [[owner.uid, { owner, problem }] as const]
  })
  const ports = new Map([...granted].map(([uid, grant]) => [uid, grant.denied.length === 0 ? grant.ports : []]))
  return { ports, refused: new Map(refused) }
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

function heldBy(holder: Owner, { key }: Listener): Problem {
  const wrong = `is held at the address by ${ownerName(holder)}`
  return { reason: 'Conflict', field: FIELDS.ports, value: key, wrong, allowed: 'ports that no other Service of the share has' }
}
