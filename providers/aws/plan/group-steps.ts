/** Target groups: made with all that the creating call takes, then filled; those of replaced ports and balancers go last. */
import { BASE, isNamedFor } from '../names.ts'
import type { LoadBalancerPart, TargetGroupPart } from '../view.ts'
import { attributeChanges, groupDefaults } from './attributes.ts'
import { fateOf } from './cast.ts'
import { type Draft, draft } from './draft.ts'
import { attributesFound } from './fingerprint.ts'
import { isSameCheck } from './health-check.ts'
import type { Label } from './label-steps.ts'
import { isHalfAdopted } from './owners.ts'
import type { House, Scene } from './scene.ts'
import type { Seat, WantedGroup } from './seats.ts'
import { SETTINGS_TAG } from '../marks.ts'
import { foundTargetDrafts, targetDrafts } from './target-steps.ts'
import { followedTargets } from './targets.ts'

export interface Part {
  readonly drafts: readonly Draft[]
  readonly labels: readonly Label[]
  /** More has to follow that only the next plan can tell, the fingerprint last of all. */
  readonly isUnfinished?: boolean
}

export function wantedGroupParts({ view }: Scene, house: House): readonly Part[] {
  return house.seats.flatMap((seat) =>
    seat.groups.map((group) => {
      const found = view.targetGroups.get(group.name)
      return found === undefined ? newGroup(group, seat, house) : standingGroup(group, found, seat)
    }),
  )
}

function newGroup(group: WantedGroup, { owner, print, want }: Seat, { stack }: House): Part {
  const { name, listener, protocol, port, targetType, ipAddressType, healthCheck, attributes, targets } = group
  const serves = [owner]
  const call = { name, protocol, port, targetType, ipAddressType, healthCheck, mark: { stack, owner, listener }, tags: want.want.settings.tags }
  const hasExtras = Object.keys(attributes).length > 0
  return {
    drafts: [
      draft('open', { verb: 'create', kind: 'target group', key: name, serves, why: `${listener} needs one`, call }),
      ...targetDrafts({ name, owner, listener, isServing: false, targets: { source: 'known', targets: [] } }, targets),
      ...(hasExtras
        ? [
            draft('listen', {
              verb: 'update',
              kind: 'target group attributes',
              key: name,
              serves,
              why: whyAttributes(listener, attributes),
              call: { targetGroup: name, attributes },
            }),
          ]
        : []),
    ],
    labels: hasExtras ? [labelOf(name, print, serves)] : [],
  }
}

function standingGroup(group: WantedGroup, found: TargetGroupPart, { owner, print }: Seat): Part {
  const { name, listener, healthCheck, attributes, targets } = group
  const serves = [owner]
  const drafts: Draft[] = [...foundTargetDrafts(found, targets)]
  const labels: Label[] = []
  if (!isSameCheck(healthCheck, found.healthCheck))
    drafts.push(
      draft('listen', {
        verb: 'update',
        kind: 'health check',
        key: name,
        serves,
        why: `${listener} is asked in another way`,
        call: { targetGroup: name, healthCheck },
      }),
    )
  const has = attributesFound({ settings: found.mark.settings, attributes: found.attributes }, print, attributes)
  if (has === undefined)
    drafts.push(draft('read', { verb: 'read', kind: 'target group attributes', key: name, serves, why: WHY_READ, call: { targetGroup: name } }))
  else {
    const changes = attributeChanges(attributes, has, groupDefaults(found.protocol, found.targetType))
    if (Object.keys(changes).length > 0)
      drafts.push(
        draft('listen', {
          verb: 'update',
          kind: 'target group attributes',
          key: name,
          serves,
          why: whyAttributes(listener, changes),
          call: { targetGroup: name, attributes: changes },
        }),
      )
    const isLabelled = found.mark.settings === print || (found.mark.settings === undefined && Object.keys(attributes).length === 0)
    if (!isLabelled) labels.push(labelOf(name, print, serves))
  }
  return { drafts, labels }
}

export const WHY_READ = 'its fingerprint is not that of what is wanted'

export function whyAttributes(what: string, attributes: Readonly<Record<string, string>>): string {
  const told = Object.entries(attributes).map(([key, value]) => `${key}=${value}`)
  return `${what}: ${told.join(', ')}`
}

function labelOf(name: string, print: string, serves: Label['serves']): Label {
  return { of: { kind: 'target group', name }, serves, tags: { [SETTINGS_TAG]: print }, why: WHY_LABEL }
}

export const WHY_LABEL = 'tells the next process that the settings are as wanted'

/** Groups that no wish names: of those who stay they follow the backends, on a balancer that lingers too; all others go. */
export function otherGroupDrafts(scene: Scene, lingering: readonly LoadBalancerPart[]): readonly Draft[] {
  const { view, cast, network, house } = scene
  const wanted = new Set(house?.seats.flatMap(({ groups }) => groups.map(({ name }) => name)))
  return [...view.targetGroups.values()].flatMap((group) => {
    const { name, mark } = group
    if (wanted.has(name) || mark.stack === BASE) return []
    const fate = mark.owner === undefined ? 'leaves' : fateOf(cast, mark.owner.uid)
    if (fate === 'unmentioned' || isHalfAdopted(group, view)) return []
    const backends = backendsOf(scene, mark.owner?.uid)
    const remains = fate === 'follows' || (fate === 'wants' && lingering.some((balancer) => isBehind(group, balancer)))
    if (remains && backends !== undefined) {
      const targets = followedTargets(group, backends, network) ?? group.targets?.targets
      return targets === undefined ? [] : foundTargetDrafts(group, targets)
    }
    const why = fate === 'leaves' ? 'its Service is gone from here' : 'no listener leads to it any more'
    return [draft('drop', { verb: 'delete', kind: 'target group', key: name, serves: mark.owner === undefined ? [] : [mark.owner], why, call: { name } })]
  })
}

function backendsOf({ cast }: Scene, uid: string | undefined) {
  if (uid === undefined) return undefined
  return cast.follows.get(uid) ?? cast.wants.find(({ owner }) => owner.uid === uid)?.want.backends
}

/** Its name tells, or for one that was taken over, AWS. */
function isBehind(group: TargetGroupPart, { name, arn }: LoadBalancerPart): boolean {
  return isNamedFor(group, name) || group.loadBalancerArns.includes(arn)
}
