/** From what is intended and what is there to steps. Pure, and deterministic in their order. */
import type { AzureOptions } from '../../../annotations/azure.ts'
import { compareText } from '../../../src/model/order.ts'
import { knownOwners } from '../../../src/provider/kit/known-owners.ts'
import { partiesOf, withoutWants } from '../../../src/provider/kit/parties.ts'
import { schemeNotes } from '../../../src/provider/kit/scheme-notes.ts'
import type { Intent, Note, Outlook, Plan, Refusal } from '../../../src/provider/provider.ts'
import type { AzureConfig } from '../api/config.ts'
import { FIELDS } from '../fields.ts'
import type { AzureStep } from '../steps.ts'
import type { AzureView } from '../view.ts'
import { accept, type Acceptance } from './accept/accept.ts'
import { configurationNotes } from './accept/notes.ts'
import { withFoundSchemes } from './accept/schemes.ts'
import type { Serving } from './accept/serving.ts'
import { addressSteps } from './addresses/steps.ts'
import { type Excess, excessOf } from './firewall/change.ts'
import { owners } from './found.ts'
import { addressOf, oldRules } from './old-sites.ts'
import { stagesOf } from './phases.ts'
import type { Parties, PlanInput } from './plan-context.ts'
import { status } from './status.ts'
import { balancerSteps } from './steps/balancers.ts'
import { groupSteps } from './steps/group.ts'

export function plan(config: AzureConfig, intents: readonly Intent<AzureOptions>[], view: AzureView): Plan<AzureStep> {
  const input: PlanInput = { config, view, named: knownOwners(intents) }
  const asked = partiesOf(intents, owners(view, config.clusterId))
  const acceptance = acceptWithin(withFoundSchemes(asked, view), input)
  const balancers = balancerSteps(intents, acceptance, input)
  const steps = [...addressSteps(acceptance, input), ...balancers.steps, ...groupSteps(acceptance, input, balancers)]
  const notes = notesOf(acceptance, asked)
  return {
    stages: stagesOf(steps),
    refused: acceptance.refused,
    waiting: balancers.waiting.toSorted((a, b) => compareText(a.owner.uid, b.owner.uid)),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

/** `asked`: with the schemes that hold by default. */
function notesOf({ serving }: Acceptance, asked: Parties): readonly Note[] {
  const byDefault = new Map(asked.wants.map((one) => [one.owner.uid, one]))
  return serving.flatMap(({ want: { owner, want } }) => {
    const one = byDefault.get(owner.uid)
    const kept = one === undefined ? [] : schemeNotes(one, { scheme: want.settings.scheme, members: [one], field: FIELDS.scheme })
    return [...configurationNotes(want), ...kept].map((text) => ({ owner, text }))
  })
}

/** As many as the security group has room for, those first that were served before. */
function acceptWithin(asked: Parties, input: PlanInput): Acceptance {
  const all = accept(asked, input)
  const excess = excessOf(all, input)
  if (excess === undefined) return all
  let fitting: Acceptance = accept(withoutWants(asked, uidsOf(asked)), input)
  const out = new Map<string, Refusal>()
  for (const { want } of all.serving) {
    const one = accept(withoutWants(asked, new Set([...uidsOf(asked)].filter((uid) => uid !== want.owner.uid && !isServed(fitting, uid)))), input)
    const more = excessOf(one, input)
    if (more === undefined) fitting = one
    else out.set(want.owner.uid, { owner: want.owner, problem: limitProblem(more, input) })
  }
  const last = accept(withoutWants(asked, new Set(out.keys())), input)
  return { ...last, refused: [...last.refused, ...out.values()].toSorted((a, b) => compareText(a.owner.uid, b.owner.uid)) }
}

function uidsOf({ wants }: Parties): ReadonlySet<string> {
  return new Set(wants.map(({ owner }) => owner.uid))
}

function isServed({ serving }: Acceptance, uid: string): boolean {
  return serving.some(({ want }) => want.owner.uid === uid)
}

function limitProblem({ what, limit, used }: Excess, { config }: PlanInput): Refusal['problem'] {
  return {
    reason: 'LimitReached',
    field: 'network security group',
    value: config.securityGroup,
    wrong: `has no room for this Service: it would have ${used} ${what}, and Azure takes ${limit}`,
    remedy: 'Use fewer source ranges, or the same ones in several Services, which then share rules.',
    pace: 'usual',
  }
}

/** Where each will be reached, and what goes later. */
export function outlook(config: AzureConfig, intents: readonly Intent<AzureOptions>[], view: AzureView): readonly Outlook[] {
  const input: PlanInput = { config, view, named: knownOwners(intents) }
  const asked = withFoundSchemes(partiesOf(intents, owners(view, config.clusterId)), view)
  const { serving, pending } = accept(asked, input)
  return asked.wants.map(({ owner }) => {
    const served = serving.find(({ want }) => want.owner.uid === owner.uid)
    if (served !== undefined) return outlookOf(served, input)
    const isNew = pending.some(({ want, make }) => want.owner.uid === owner.uid && make.length > 0)
    return { owner, places: isNew ? 'new' : status(view, owner).places, removedLater: [] }
  })
}

function outlookOf(serving: Serving, input: PlanInput): Outlook {
  const addresses = serving.sites.map((site) => addressOf(site, input))
  const known = addresses.flatMap((ip) => (ip === undefined ? [] : [{ ip, ipMode: 'VIP' } as const]))
  const old = new Set(oldRules(serving, input).flatMap(({ frontend }) => frontend?.ip ?? []))
  return {
    owner: serving.want.owner,
    places: known.length === addresses.length ? known : 'new',
    removedLater: [...old].map((ip) => `the address ${ip}`),
  }
}
