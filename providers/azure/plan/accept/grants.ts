/** Which ports each Service gets at its addresses: one that has a port keeps it, and there are no more rules than a node's interface may be in. Pure. */
import type { Listener } from '../../../../src/model/load-balancer.ts'
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import { type Asking, type Granted, grantPorts as grantPlaces, keptPlaces, type TakenPlace } from '../../../../src/provider/kit/port-grants.ts'
import { mergedRefusals, PORT_HELD, portsRefusal, type RefusedPort } from '../../../../src/provider/kit/refused-ports.ts'
import type { Refusal } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import { isOurChild, parseRuleName } from '../../names.ts'
import { childName, type FoundRule, foundIn, listsOf } from '../found.ts'
import { oldRules } from '../old-sites.ts'
import type { Parties, PlanInput, Want } from '../plan-context.ts'
import { possibleListeners } from '../wanted/rules.ts'
import type { Serving, Sited } from './serving.ts'
import type { Site } from './site.ts'

export interface Grants {
  readonly serving: readonly Serving[]
  /** By uid. */
  readonly refused: ReadonlyMap<string, Refusal>
}

interface AskingHere extends Asking<Listener> {
  readonly want: Want
  readonly sites: readonly Site[]
}

type Denial = Pick<RefusedPort, 'error' | 'problem'>

export function grantPorts(sited: readonly Sited[], parties: Parties, input: PlanInput): Grants {
  const refused = new Map<string, Refusal>()
  const asking = sited.flatMap(({ want, sites }): readonly AskingHere[] => {
    const { owner } = want
    const held = namespaceHolder(want, sites, parties, input)
    if (held !== undefined) {
      refused.set(owner.uid, { owner, problem: held })
      return []
    }
    const { possible, refused: impossible } = possibleListeners(
      { uid: owner.uid, ...want.want },
      sites.map(({ family }) => family),
    )
    if (impossible.length > 0) refused.set(owner.uid, portsRefusal(owner, impossible))
    return [{ owner, ports: possible, want, sites }]
  })
  const granted = new Map(input.config.balancers.flatMap(({ name }) => [...grantedOn(name, asking, parties, input)]))
  // A Service that is published at an address has all its ports opened there by kube-proxy, also those that the load balancer does not have for it: with one that is
  // another Service's, it would take that Service's packets.
  const serving = asking.flatMap(({ owner, want, sites }): readonly Serving[] => {
    const { ports: listeners = [], denied = [] } = granted.get(owner.uid) ?? {}
    const held = denied.find(({ because }) => because.error === PORT_HELD)
    if (held !== undefined) {
      refused.set(owner.uid, { owner, problem: held.because.problem })
      return []
    }
    const more = denied.map(({ port, because }) => ({ ...because, listener: port }))
    if (more.length > 0) refused.set(owner.uid, mergedRefusals(refused.get(owner.uid), portsRefusal(owner, more)))
    return listeners.length === 0 ? [] : [{ want, sites, listeners }]
  })
  return { serving, refused }
}

/** On the load balancers of one configuration, whose rules are counted together. */
function grantedOn(of: string, all: readonly AskingHere[], parties: Parties, input: PlanInput): ReadonlyMap<string, Granted<Listener, Denial>> {
  const asking = all.filter(({ sites }) => sites[0]?.balancerKey.of === of)
  const foreign = foreignPlaces(of, input)
  return grantPlaces(asking, kept(of, asking, parties, input), {
    placesOf: placesAt,
    heldBy: (holder, port) => heldBy(input.named(holder), port),
    otherwise: (port, one, { isNew, taken }): Denial | undefined => {
      const rule = placesAt(port, one).flatMap((place) => foreign.get(place) ?? [])[0]
      if (rule !== undefined) return denial(port, PORT_HELD, { reason: 'Conflict', wrong: `is used by ${rule}, which is not ours` })
      return isNew && taken + foreign.size + one.sites.length > input.config.ruleLimit ? beyondLimit(port, input) : undefined
    },
  })
}

/** `FRONTEND 80/TCP`, for each address. */
function placesAt({ key }: Listener, { sites }: Pick<AskingHere, 'sites'>): readonly string[] {
  return sites.map(({ name }) => `${name.toLowerCase()} ${key}`)
}

/** Who keeps its place: also a Service whose configuration is not carried out, and one that moves, as long as its new address is not published. */
function kept(of: string, asking: readonly AskingHere[], parties: Parties, input: PlanInput): Map<string, Owner> {
  const asked = new Map(
    asking.map((one) => {
      const old = oldRules({ want: one.want, sites: one.sites, listeners: one.ports }, input)
      return [one.owner.uid, new Set([...one.ports.flatMap((port) => placesAt(port, one)), ...old.flatMap(placeOf)])]
    }),
  )
  const taken = foundIn(input.view).rules.flatMap((rule): readonly TakenPlace[] => {
    const { uid, port, protocol, frontend, balancer } = rule
    const closed = parties.follows.get(uid)?.within?.settings.listeners
    const isClosed = closed !== undefined && !closed.some((one) => one.port === port && one.protocol.toLowerCase() === protocol)
    if (frontend === undefined || isClosed || balancer.of !== of) return []
    return placeOf(rule).map((place) => ({ place, owner: { uid } }))
  })
  const nothing = new Set<string>()
  return keptPlaces(taken, (uid) => asked.get(uid) ?? (parties.leaves.has(uid) || !stays(parties, uid) ? nothing : undefined))
}

function placeOf({ frontend, port, protocol }: FoundRule): readonly string[] {
  return frontend === undefined ? [] : [`${frontend.name.toLowerCase()} ${port}/${protocol.toUpperCase()}`]
}

/** The Problem of one that would share an address with a Service of another namespace. */
function namespaceHolder({ owner }: Want, sites: readonly Site[], parties: Parties, { view, named }: PlanInput): Problem | undefined {
  const names = new Set(sites.map(({ name }) => name.toLowerCase()))
  const mine = foundIn(view).rulesOf.get(owner.uid) ?? []
  const here = (rules: typeof mine): boolean => rules.some(({ frontend }) => names.has(frontend?.name.toLowerCase() ?? ''))
  if (here(mine)) return undefined
  const others = foundIn(view).rules.filter((rule) => rule.uid !== owner.uid && !parties.leaves.has(rule.uid) && here([rule]))
  const stranger = others.map(({ uid }) => named({ uid })).find(({ namespace }) => namespace !== owner.namespace)
  if (stranger === undefined) return undefined
  return {
    reason: 'Conflict',
    field: FIELDS.addresses,
    wrong: `names an address that ${ownerName(stranger)} has`,
    allowed: 'an address of a Service in the same namespace, or a free one',
  }
}

/** By place, rules of others at our frontends; the others by a number, as they count for the limit alone. */
function foreignPlaces(of: string, { view }: PlanInput): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { document } of [...view.balancers.values()].filter((part) => part.of === of)) {
    const { loadBalancingRules, inboundNatRules, outboundRules } = listsOf(document)
    for (const { name = '', properties } of loadBalancingRules) {
      if (isOurChild(name) && parseRuleName(name) !== undefined) continue
      const frontend = childName(properties?.frontendIPConfiguration?.id)
      found.set(`${frontend} ${properties?.frontendPort ?? 0}/${(properties?.protocol ?? '').toUpperCase()}`, `the load-balancing rule ${name}`)
    }
    for (const child of [...inboundNatRules, ...outboundRules]) {
      const { frontendIPConfiguration, frontendPort, protocol } = (child.properties ?? {}) as {
        readonly frontendIPConfiguration?: { readonly id?: string }
        readonly frontendPort?: number
        readonly protocol?: string
      }
      const place = `${childName(frontendIPConfiguration?.id)} ${frontendPort ?? child.name ?? ''}/${(protocol ?? '').toUpperCase()}`
      found.set(place, `the rule ${child.name ?? ''}`)
    }
  }
  return found
}

function denial({ key }: Listener, error: string, problem: Pick<Problem, 'reason' | 'wrong' | 'allowed' | 'remedy' | 'pace'>): Denial {
  return { error, problem: { ...problem, field: FIELDS.ports, value: key } }
}

function heldBy(holder: Owner, listener: Listener): Denial {
  return denial(listener, PORT_HELD, {
    reason: 'Conflict',
    wrong: `is held at the address by ${ownerName(holder)}`,
    allowed: 'ports that no other Service of the address has',
  })
}

function beyondLimit(listener: Listener, { config }: PlanInput): Denial {
  return denial(listener, 'fairlead.dev/LimitReached', {
    reason: 'LimitReached',
    wrong: `is more than the ${config.ruleLimit} rules that the interface of a node may be in at Azure, one for each port and IP family of all Services`,
    allowed: `${config.ruleLimit} rules in all`,
    remedy: `Remove ports of other Services, or let the operator of the cluster add a load balancer (${FIELDS.moreBalancers}) or, where Azure allows more rules, raise ${FIELDS.ruleLimit}.`,
  })
}
