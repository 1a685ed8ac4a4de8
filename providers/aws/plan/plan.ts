/** From what is intended and what is there to steps. Pure, and deterministic in their order. */
import type { Intent, Plan } from '../../../src/provider/provider.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { AwsStep } from '../steps.ts'
import type { AwsView } from '../view.ts'
import { accept } from './accept.ts'
import { adoptionPlan } from './adoption.ts'
import { balancerPart } from './balancer-steps.ts'
import { castOf, compare } from './cast.ts'
import { type Draft, stagesOf } from './draft.ts'
import { otherGroupDrafts, wantedGroupParts } from './group-steps.ts'
import { labelDrafts, unlabelDrafts } from './label-steps.ts'
import { lingeringPart } from './lingering-steps.ts'
import { listenerParts } from './listener-steps.ts'
import type { PlannerConfig, Scene } from './scene.ts'
import { securityGroupDrafts } from './security-group-steps.ts'
import { tagParts } from './tag-steps.ts'

export function plan(config: PlannerConfig, intents: readonly Intent<AwsOptions>[], view: AwsView, base: AwsView | undefined): Plan<AwsStep> {
  const adoption = adoptionPlan(castOf(intents, view), view)
  if (adoption !== undefined) return adoption
  const network = base?.network
  const { cast, house, refused, waiting } = accept(castOf(intents, view), { config, view, network })
  const backendId = [...(base?.securityGroups.keys() ?? [])][0]
  const scene: Scene = { config, view, network, backendId, cast, ...(house === undefined ? {} : { house }) }
  return {
    stages: stagesOf(readFirst(draftsOf(scene))),
    refused: refused.toSorted((a, b) => compare(a.owner.uid, b.owner.uid)),
    waiting: waiting.toSorted((a, b) => compare(a.owner.uid, b.owner.uid)),
  }
}

function draftsOf(scene: Scene): readonly Draft[] {
  const { house } = scene
  const lingering = lingeringPart(scene)
  const balancer = house === undefined ? undefined : balancerPart(scene, house)
  const parts = house === undefined ? [] : [...wantedGroupParts(scene, house), ...listenerParts(scene, house)]
  const tags = house === undefined ? { labels: [], unlabels: [] } : tagParts(scene, house)
  return [
    ...securityGroupDrafts(scene, lingering.balancers),
    ...(balancer?.drafts ?? []),
    ...parts.flatMap(({ drafts }) => drafts),
    ...lingering.drafts,
    ...otherGroupDrafts(scene, lingering.balancers),
    ...labelDrafts(
      parts.some(({ isUnfinished }) => isUnfinished === true) ? [] : [...(balancer?.labels ?? []), ...parts.flatMap(({ labels }) => labels), ...tags.labels],
    ),
    ...unlabelDrafts([...(balancer?.unlabels ?? []), ...tags.unlabels]),
  ]
}

const READS = new Set<Draft['phase']>(['trust', 'read', 'read more'])

/** Where something has to be looked at, the rest is planned on what is seen. What two ask for is looked at once. */
function readFirst(drafts: readonly Draft[]): readonly Draft[] {
  const isNew = firstsBy(drafts, ({ step }) => (step.verb === 'read' ? `${step.kind} ${step.key}` : undefined))
  const reads = isNew.filter(({ phase }) => READS.has(phase))
  return reads.some(({ phase }) => phase !== 'trust') ? reads : isNew
}

function firstsBy(drafts: readonly Draft[], nameOf: (one: Draft) => string | undefined): readonly Draft[] {
  const seen = new Set<string>()
  return drafts.filter((one) => {
    const name = nameOf(one)
    if (name === undefined) return true
    const isFirst = !seen.has(name)
    seen.add(name)
    return isFirst
  })
}
