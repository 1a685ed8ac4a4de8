/** Which Services get their ports at an address that several share. Pure. */
import type { Listener } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import type { GrantedPorts } from '../../../../src/provider/kit/agreement.ts'
import { type Asking, grantPorts as grantPlaces, keptPlaces } from '../../../../src/provider/kit/port-grants.ts'
import type { Refusal } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import { servingRules } from '../owners.ts'
import type { Parties, PlanInput, Want } from '../plan-context.ts'
import { matchOf, portsIn } from '../wanted/forwarding-rules.ts'
import type { Site } from '../wanted/sites.ts'
import { ruleLimitProblems } from './rule-limit.ts'
import { owners } from '../owners.ts'

/** One address has each number and protocol once, and an internal one has few rules. Who asks for one of another Service is refused as a whole. */
export function grantPorts(members: readonly Want[], sites: readonly Site[], parties: Parties, input: PlanInput): GrantedPorts<Listener> {
  const asking = members.map(({ owner, want }): Asking<Listener> => ({ owner, ports: want.settings.listeners }))
  const granted = grantPlaces(asking, kept(members, parties, input), {
    placesOf: ({ key }) => [key],
    heldBy: (holder, port): Problem => heldBy(input.named(holder), port),
  })
  // A Service that is published at an address has all its ports opened there by kube-proxy, also one that is another Service's: it would take that one's packets.
  const ports = new Map([...granted].map(([uid, found]) => [uid, found.ports] as const))
  const limited = ruleLimitProblems({ members, sites, ports }, input)
  const refused = members.flatMap(({ owner }): readonly Refusal[] => {
    const problem = granted.get(owner.uid)?.denied[0]?.because ?? limited.get(owner.uid)
    return problem === undefined ? [] : [{ owner, problem }]
  })
  const out = new Set(refused.map(({ owner }) => owner.uid))
  return {
    ports: new Map([...ports].filter(([uid]) => !out.has(uid))),
    refused: new Map(refused.map((refusal) => [refusal.owner.uid, refusal])),
  }
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
