/** From what is intended and what is there to steps. Pure, and deterministic in their order. */
import { compareText } from '../../../src/model/order.ts'
import { placeText } from '../../../src/model/status.ts'
import { partiesOf } from '../../../src/provider/kit/parties.ts'
import { readOnce } from '../../../src/provider/kit/phases.ts'
import { schemeNotes } from '../../../src/provider/kit/scheme-notes.ts'
import type { Intent, Note, Outlook, Plan } from '../../../src/provider/provider.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import { FIELDS } from '../fields.ts'
import type { AwsStep } from '../steps.ts'
import type { AwsView } from '../view.ts'
import { accept } from './accept/accept.ts'
import { addressLookPlan } from './address-look.ts'
import { adoptionPlan } from './adoption.ts'
import { balancerPart } from './steps/balancer.ts'
import { owners } from './owners.ts'
import { type PhasedStep, stagesOf } from './steps/phases.ts'
import { otherGroupSteps, wantedGroupParts } from './steps/target-groups.ts'
import { labelSteps, unlabelSteps } from './steps/fingerprints.ts'
import { lingeringPart } from './steps/lingering.ts'
import { listenerParts } from './steps/listeners.ts'
import type { PlannerConfig, PlanContext, WantedStack } from './plan-context.ts'
import { securityGroupSteps } from './steps/security-group.ts'
import { status } from './status.ts'
import { tagParts } from './steps/tags.ts'
import { configurationNotes } from './accept/notes.ts'

export function plan(config: PlannerConfig, intents: readonly Intent<AwsOptions>[], view: AwsView, base: AwsView | undefined): Plan<AwsStep> {
  const asked = partiesOf(intents, owners(view))
  const adoption = adoptionPlan(asked, view)
  if (adoption !== undefined) return adoption
  const network = base?.network
  const look = addressLookPlan(asked, view, network)
  if (look !== undefined) return look
  const { parties, wantedStack, refused, waiting } = accept(asked, { config, view, network })
  const notes = wantedStack === undefined ? [] : notesOf(wantedStack)
  const backendId = [...(base?.securityGroups.keys() ?? [])][0]
  const context: PlanContext = { config, view, network, backendId, parties, ...(wantedStack === undefined ? {} : { wantedStack }) }
  return {
    stages: stagesOf(readFirst(draftsOf(context))),
    refused: refused.toSorted((a, b) => compareText(a.owner.uid, b.owner.uid)),
    waiting: waiting.toSorted((a, b) => compareText(a.owner.uid, b.owner.uid)),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

function notesOf({ services, balancer }: WantedStack): readonly Note[] {
  const served = { scheme: balancer.scheme, members: services.map(({ want }) => want), field: FIELDS.scheme }
  // One that was taken over has the scheme that it was found with, and no other.
  const isAdopted = balancer.found?.mark.adopted === true
  return services.flatMap(({ owner, want, ports }) =>
    [...configurationNotes(want.want, ports), ...(isAdopted ? [] : schemeNotes(want, served))].map((text) => ({ owner, text })),
  )
}

/** The load balancer that serves them, where there is one; and those beside it that serve on for a while. */
export function outlook(config: PlannerConfig, intents: readonly Intent<AwsOptions>[], view: AwsView, base: AwsView | undefined): readonly Outlook[] {
  const all = partiesOf(intents, owners(view))
  const { wantedStack } = accept(all, { config, view, network: base?.network })
  return all.wants.map(({ owner, want, published }) => {
    const candidate = view.candidates?.get(want.settings.adopt ?? '')
    if (candidate !== undefined) return { owner, places: [{ hostname: candidate }], removedLater: [] }
    const isServed = wantedStack?.owners.some(({ uid }) => uid === owner.uid) === true
    if (wantedStack === undefined || !isServed) return { owner, places: status(view, owner).places, removedLater: [] }
    const { balancer } = wantedStack
    const old = [...view.loadBalancers.values()].filter(
      ({ name, dnsName }) => name !== balancer.name && published.some((place) => placeText(place) === dnsName),
    )
    return {
      owner,
      places: balancer.found === undefined ? 'new' : [{ hostname: balancer.found.dnsName }],
      removedLater: old.map(({ name }) => `load balancer ${name}`),
    }
  })
}

function draftsOf(context: PlanContext): readonly PhasedStep[] {
  const { wantedStack } = context
  const lingering = lingeringPart(context)
  const balancer = wantedStack === undefined ? undefined : balancerPart(context, wantedStack)
  const parts = wantedStack === undefined ? [] : [...wantedGroupParts(context, wantedStack), ...listenerParts(context, wantedStack)]
  const tags = wantedStack === undefined ? { labels: [], unlabels: [] } : tagParts(context, wantedStack)
  return [
    ...securityGroupSteps(context, lingering.balancers),
    ...(balancer?.steps ?? []),
    ...parts.flatMap(({ steps }) => steps),
    ...lingering.steps,
    ...otherGroupSteps(context, lingering.balancers),
    ...labelSteps(
      parts.some(({ isUnfinished }) => isUnfinished === true) ? [] : [...(balancer?.labels ?? []), ...parts.flatMap(({ labels }) => labels), ...tags.labels],
    ),
    ...unlabelSteps([...(balancer?.unlabels ?? []), ...tags.unlabels]),
  ]
}

const READS = new Set<PhasedStep['phase']>(['assume', 'read', 'read more'])

/** Where something has to be read, the rest is planned on what is found. */
function readFirst(steps: readonly PhasedStep[]): readonly PhasedStep[] {
  const once = readOnce(steps)
  const reads = once.filter(({ phase }) => READS.has(phase))
  return reads.some(({ phase }) => phase !== 'assume') ? reads : once
}
