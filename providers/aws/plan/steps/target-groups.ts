/** Target groups: made with all that the creating call takes, then filled; those of replaced ports and balancers go last. */
import type { Owner } from '../../../../src/model/owner.ts'
import { FIELDS } from '../../fields.ts'
import { BASE, isNamedFor } from '../../names.ts'
import { step } from '../../steps.ts'
import type { LoadBalancerPart, Target, TargetGroupPart } from '../../view.ts'
import { type Attributes, attributeCalls, attributeChanges, groupDefaults } from '../wanted/attributes.ts'
import { roleOf } from '../../../../src/provider/kit/parties.ts'
import { type Follow, isPartClosed } from '../parties.ts'
import { type PhasedStep, phased } from './phases.ts'
import { attributesFound } from '../wanted/fingerprint.ts'
import { isSameCheck } from '../wanted/health-check.ts'
import type { Label } from './fingerprints.ts'
import { isHalfAdopted } from '../owners.ts'
import type { WantedStack, PlanContext } from '../plan-context.ts'
import type { WantedParts, WantedGroup } from '../wanted/wanted-parts.ts'
import { SETTINGS_TAG } from '../../marks.ts'
import { foundTargetSteps, targetSteps } from './targets.ts'
import { followedTargets, targetName } from '../wanted/targets.ts'

export interface Part {
  readonly steps: readonly PhasedStep[]
  readonly labels: readonly Label[]
  /** More has to follow that only the next plan can know, the fingerprint last of all. */
  readonly isUnfinished?: boolean
}

export function wantedGroupParts({ view }: PlanContext, wantedStack: WantedStack): readonly Part[] {
  return wantedStack.services.flatMap((service) =>
    service.groups.map((group) => {
      const found = view.targetGroups.get(group.name)
      return found === undefined ? newGroup(group, service, wantedStack) : standingGroup(group, found, service)
    }),
  )
}

function newGroup(group: WantedGroup, { owner, fingerprint, want }: WantedParts, { stack }: WantedStack): Part {
  const { name, listener, protocol, port, targetType, ipAddressType, healthCheck, attributes, targets } = group
  const serves = [owner]
  const call = { name, protocol, port, targetType, ipAddressType, healthCheck, mark: { stack, owner, listener }, tags: want.want.settings.tags }
  const hasExtras = Object.keys(attributes).length > 0
  return {
    steps: [
      phased('open', step('create target group', { key: name, serves, why: `${listener} needs one`, call })),
      ...targetSteps({ name, owner, listener, isServing: false, targets: { source: 'known', targets: [] }, nodes: want.want.backends.nodes }, targets),
      ...groupAttributeSteps(group, attributes, groupDefaults(protocol, targetType), serves),
    ],
    labels: hasExtras ? [labelOf(name, fingerprint, serves)] : [],
  }
}

function groupAttributeSteps({ name, listener }: WantedGroup, changes: Attributes, defaults: Attributes, serves: readonly Owner[]): readonly PhasedStep[] {
  return attributeCalls(changes, defaults).map(({ attributes, suffix, order }) =>
    phased(
      order === undefined ? 'listen' : 'extras',
      step('update target group attributes', {
        key: `${name}${suffix}`,
        serves,
        ...(order === undefined ? {} : { asked: FIELDS.targetGroupAttributes }),
        why: whyAttributes(listener, attributes),
        call: { targetGroup: name, attributes },
      }),
      order,
    ),
  )
}

function standingGroup(group: WantedGroup, found: TargetGroupPart, { owner, fingerprint, want }: WantedParts): Part {
  const { name, listener, healthCheck, attributes, targets } = group
  const serves = [owner]
  const steps: PhasedStep[] = [...foundTargetSteps(found, targets, want.want.backends.nodes)]
  const labels: Label[] = []
  if (!isSameCheck(healthCheck, found.healthCheck))
    steps.push(
      phased(
        'listen',
        step('update health check', { key: name, serves, why: `${listener} is asked in another way`, call: { targetGroup: name, healthCheck } }),
      ),
    )
  const has = attributesFound({ settings: found.mark.settings, attributes: found.attributes }, fingerprint, attributes)
  if (has === undefined) steps.push(phased('read', step('read target group attributes', { key: name, serves, why: WHY_READ, call: { targetGroup: name } })))
  else {
    const defaults = groupDefaults(found.protocol, found.targetType)
    steps.push(...groupAttributeSteps(group, attributeChanges(attributes, has, defaults), defaults, serves))
    const isLabelled = found.mark.settings === fingerprint || (found.mark.settings === undefined && Object.keys(attributes).length === 0)
    if (!isLabelled) labels.push(labelOf(name, fingerprint, serves))
  }
  return { steps, labels }
}

export const WHY_READ = 'its fingerprint is not that of what is wanted'

export function whyAttributes(what: string, attributes: Readonly<Record<string, string>>): string {
  const changes = Object.entries(attributes).map(([key, value]) => `${key}=${value}`)
  return `${what}: ${changes.join(', ')}`
}

function labelOf(name: string, fingerprint: string, serves: Label['serves']): Label {
  return { of: { kind: 'target group', name }, serves, tags: { [SETTINGS_TAG]: fingerprint }, why: WHY_LABEL }
}

export const WHY_LABEL = 'records that the settings are up to date'

/** Groups that no request names: of those that stay they follow the backends, on a balancer that lingers too; all others go. */
export function otherGroupSteps(context: PlanContext, lingering: readonly LoadBalancerPart[]): readonly PhasedStep[] {
  const { view, parties, network, wantedStack } = context
  const wanted = new Set(wantedStack?.services.flatMap(({ groups }) => groups.map(({ name }) => name)))
  return [...view.targetGroups.values()].flatMap((group) => {
    const { name, mark } = group
    if (wanted.has(name) || mark.stack === BASE) return []
    const role = mark.owner === undefined ? 'leaves' : roleOf(parties, mark.owner.uid)
    if (role === 'unmentioned' || isHalfAdopted(group, view)) return []
    const follow = followOf(context, mark.owner?.uid)
    const remains = (role === 'follows' && !isPartClosed(parties, mark)) || (role === 'wants' && lingering.some((balancer) => isBehind(group, balancer)))
    if (remains && follow !== undefined) {
      const all = followedTargets(group, follow.follow, network) ?? group.targets?.targets
      const targets = all !== undefined && follow.shrinkOnly === true ? stillThere(group, all) : all
      return targets === undefined ? [] : foundTargetSteps(group, targets, follow.follow.nodes)
    }
    const why = role === 'leaves' ? 'its Service is not served here any more' : 'no listener leads to it any more'
    return [phased('drop', step('delete target group', { key: name, serves: mark.owner === undefined ? [] : [mark.owner], why, call: { name } }))]
  })
}

function followOf({ parties }: PlanContext, uid: string | undefined): Follow | undefined {
  if (uid === undefined) return undefined
  const want = parties.wants.find(({ owner }) => owner.uid === uid)?.want
  return parties.follows.get(uid) ?? (want === undefined ? undefined : { follow: want.backends })
}

/** Of what is registered, what is still wanted; where it was not read yet, all that is. What was adopted serves by its own ports, which no Service left. */
function stillThere({ targets, mark }: TargetGroupPart, wanted: readonly Target[]): readonly Target[] {
  if (targets === undefined || targets.source === 'unread') return wanted
  const ports = new Set(wanted.map(({ port }) => port))
  const [names, isAdopted] = [new Set(wanted.map(targetName)), mark.adopted === true]
  return targets.targets.filter((target) => names.has(targetName(target)) || (isAdopted && !ports.has(target.port)))
}

/** Its name says so, or for one that was adopted, AWS. */
function isBehind(group: TargetGroupPart, { name, arn }: LoadBalancerPart): boolean {
  return isNamedFor(group, name) || group.loadBalancerArns.includes(arn)
}
