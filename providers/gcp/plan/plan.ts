/** From what is intended and what is there to steps. Pure, and deterministic in their order. */
import type { GcpOptions } from '../../../annotations/gcp.ts'
import type { Scheme } from '../../../src/model/load-balancer.ts'
import { compareText } from '../../../src/model/order.ts'
import type { Owner } from '../../../src/model/owner.ts'
import { placeText } from '../../../src/model/status.ts'
import { knownOwners } from '../../../src/provider/kit/known-owners.ts'
import { partiesOf } from '../../../src/provider/kit/parties.ts'
import { readOnce } from '../../../src/provider/kit/phases.ts'
import { schemeNotes } from '../../../src/provider/kit/scheme-notes.ts'
import type { Intent, Note, Outlook, Plan } from '../../../src/provider/provider.ts'
import type { GcpConfig } from '../api/config.ts'
import { FIELDS } from '../fields.ts'
import type { GcpStep } from '../steps.ts'
import type { GcpView } from '../view.ts'
import { leftOutNotes } from './base/left-out.ts'
import { endpointGroupsOf } from './endpoints/endpoints.ts'
import { stackNaming } from '../names.ts'
import { accept, type Acceptance } from './accept/accept.ts'
import { configurationNotes } from './accept/notes.ts'
import type { Serving } from './accept/serving.ts'
import { ipOf, owners, status } from './owners.ts'
import { inPhase, type PhasedStep, stagesOf } from './phases.ts'
import type { Parties, PlanInput } from './plan-context.ts'
import { addressSteps, strayAddressSteps } from './steps/addresses.ts'
import { markOf } from './steps/context.ts'
import { leftFirewallNotes } from './steps/firewalls.ts'
import { followerSteps } from './steps/following.ts'
import { leavingSteps, leftAddressSteps } from './steps/leaving.ts'
import { pollSteps } from './steps/polls.ts'
import { oldRules, servingParts, type ServingParts } from './steps/serving.ts'

export function plan(config: GcpConfig, intents: readonly Intent<GcpOptions>[], view: GcpView, base: GcpView | undefined): Plan<GcpStep> {
  const input: PlanInput = { config, view, base, named: knownOwners(intents) }
  const asked = partiesOf(intents, owners(view))
  const acceptance = accept(asked, input)
  const served = acceptance.serving.map((serving) => servingParts(serving, freedBy(serving, acceptance), input))
  const steps = [
    ...lookSteps(acceptance),
    ...served.flatMap(({ steps: own }) => own),
    ...reservationSteps(served, acceptance.parties, input),
    ...followerSteps(acceptance.parties, input),
    ...acceptance.parties.leaving.flatMap((owner) => leavingSteps(owner, acceptance.parties, input)),
    ...leftAddressSteps(acceptance.parties, input),
    ...pollSteps(intents, view),
  ]
  const notes = [
    ...served.flatMap((one) => notesOf(one, acceptance, input)),
    ...acceptance.parties.leaving.flatMap((owner) => leftFirewallNotes(owner, input).map((text): Note => ({ owner, text }))),
  ]
  return {
    stages: stagesOf(readOnce(steps)),
    refused: acceptance.refused,
    waiting: acceptance.waiting,
    ...(notes.length === 0 ? {} : { notes }),
  }
}

function notesOf({ serving, notes }: ServingParts, { serving: all }: Acceptance, input: PlanInput): readonly Note[] {
  const { base } = input
  const { owner } = serving.want
  const barred = [...(base?.barred.values() ?? [])].map(({ command, was }) =>
    was === undefined
      ? `The controller may not write the firewall rule that lets in health checks. An administrator of the network has to run: ${command}`
      : `The controller may not delete a firewall rule for health checks that no Service needs. An administrator of the network has to run: ${command}`,
  )
  const nodes = leftOutNotes(serving.want.want.backends.nodes, [...(base?.groups.values() ?? []), ...endpointGroupsOf(owner, input)])
  const schemes = [...new Set(serving.sites.map(({ scheme }): Scheme => (scheme === 'INTERNAL' ? 'internal' : 'internet-facing')))]
  const members = all.map(({ want }) => want)
  const kept = schemes.flatMap((scheme) => schemeNotes(serving.want, { scheme, members, field: FIELDS.scheme }))
  return [...configurationNotes(serving), ...kept, ...notes, ...nodes, ...barred].map((text) => ({ owner, text }))
}

/** Ports that others of the share get. */
function freedBy({ want }: Serving, { serving }: Acceptance): ReadonlySet<string> {
  return new Set(serving.flatMap((other) => (other.want.owner.uid === want.owner.uid ? [] : other.listeners.map(({ key }) => key))))
}

function lookSteps({ seeks, seekers }: Acceptance): readonly PhasedStep[] {
  const serves = seekers.map(({ owner }) => owner)
  return seeks.map((asked) => inPhase('look', { verb: 'read', kind: 'reserved address', key: asked, asked, serves, why: 'a Service names it' }))
}

/** Each site is of all Services that share it. */
function reservationSteps(served: readonly ServingParts[], parties: Parties, input: PlanInput): readonly PhasedStep[] {
  const [first] = served
  if (first === undefined) return []
  const { want, isShared } = first.serving
  const { owner: _, ...stackMark } = markOf(first.serving)
  const mark = isShared ? stackMark : markOf(first.serving)
  const naming = stackNaming(want, input.config.clusterId)
  const serves = served.map(({ serving }): Owner => serving.want.owner).toSorted((a, b) => compareText(a.uid, b.uid))
  const families = (['IPv4', 'IPv6'] as const).map((family) => served.flatMap(({ rules }) => rules.filter(({ site }) => site.family === family)))
  return [
    ...families.flatMap((rules) => addressSteps({ rules, serves, naming, mark }, input)),
    ...strayAddressSteps(
      served.flatMap(({ rules }) => rules.map(({ site }) => site)),
      serves,
      parties,
      input,
    ),
  ]
}

/** Where each will be reached, and what goes later. */
export function outlook(config: GcpConfig, intents: readonly Intent<GcpOptions>[], view: GcpView, base: GcpView | undefined): readonly Outlook[] {
  const input: PlanInput = { config, view, base, named: knownOwners(intents) }
  const asked = partiesOf(intents, owners(view))
  const acceptance = accept(asked, input)
  return asked.wants.map(({ owner, published }) => {
    const serving = acceptance.serving.find(({ want }) => want.owner.uid === owner.uid)
    if (serving === undefined) return { owner, places: status(view, owner).places, removedLater: [] }
    const { rules } = servingParts(serving, freedBy(serving, acceptance), input)
    const known = serving.sites.flatMap(({ ip }) => (ip === undefined ? [] : [{ ip, ipMode: 'VIP' as const }]))
    const here = new Set(known.map(({ ip }) => ip))
    const old = new Set(oldRules(serving, rules, input).kept.flatMap((rule) => ipOf(rule) ?? []))
    const places = new Set(published.map(placeText))
    return {
      owner,
      places: known.length === serving.sites.length ? known : 'new',
      removedLater: [...old].filter((ip) => !here.has(ip) && places.has(ip)).map((ip) => `the address ${ip}`),
    }
  })
}
