/** The load balancer that is wanted: made, or changed where it can be changed in place. */
import { isDeepStrictEqual } from 'node:util'
import { BACKEND_TAG, LINGERS_TAG, SETTINGS_TAG } from '../marks.ts'
import { securityGroupName } from '../names.ts'
import type { GroupRef } from '../steps.ts'
import type { LoadBalancerPart, ZoneMapping } from '../view.ts'
import { attributeChanges, balancerDefaults } from './attributes.ts'
import { type Draft, draft } from './draft.ts'
import { attributesFound, tellsOfCapacity } from './fingerprint.ts'
import { WHY_LABEL, WHY_READ, whyAttributes } from './group-steps.ts'
import type { Label, Unlabel } from './label-steps.ts'
import { type House, houseMark, type Scene } from './scene.ts'

export interface BalancerPart {
  readonly drafts: readonly Draft[]
  readonly labels: readonly Label[]
  readonly unlabels: readonly Unlabel[]
}

export function balancerPart(scene: Scene, house: House): BalancerPart {
  const { found } = house.balancer
  return found === undefined ? newBalancer(house) : standingBalancer(scene, house, found)
}

/** Ours by its name; the cluster's back-end group with it, or beside the user's where that is asked for. */
function groupRefs({ balancer: { groups }, naming }: House): readonly GroupRef[] {
  if (groups.kind === 'none') return []
  if (groups.kind === 'ours') return [{ name: securityGroupName(naming) }, { backend: true }]
  return [...groups.ids.map((id) => ({ id })), ...(groups.backend ? [{ backend: true } as const] : [])]
}

function leansByMark({ balancer: { groups } }: House): boolean {
  return groups.kind === 'own' && groups.backend
}

function newBalancer(house: House): BalancerPart {
  const { balancer, edge, owners: serves, print } = house
  const { name, scheme, ipAddressType, sourceNat, zones } = balancer
  const { attributes, capacityUnits } = edge
  const mark = { ...houseMark(house), ...(leansByMark(house) ? { backend: true as const } : {}) }
  const securityGroups = groupRefs(house)
  const call = { name, scheme, ipAddressType, zones: zones.map(withoutZone), securityGroups, sourceNat, mark, tags: edge.tags }
  const hasAttributes = Object.keys(attributes).length > 0
  return {
    drafts: [
      draft('balancer', {
        verb: 'create',
        kind: 'load balancer',
        key: name,
        serves,
        why: `an ${scheme} one in ${zones.map(({ zone }) => zone).join(', ')}`,
        call,
      }),
      ...(hasAttributes
        ? [
            draft('listen', {
              verb: 'update',
              kind: 'load balancer attributes',
              key: name,
              serves,
              why: whyAttributes('its settings', attributes),
              call: { name, attributes },
            }),
          ]
        : []),
      ...(edge.privateLinkRules === false ? [groupsDraft(house, securityGroups, false)] : []),
    ],
    labels: hasAttributes && capacityUnits === undefined ? [labelOf(house, print)] : [],
    unlabels: [],
  }
}

function labelOf({ balancer: { name }, owners }: House, print: string): Label {
  return { of: { kind: 'load balancer', name }, serves: owners, tags: { [SETTINGS_TAG]: print }, why: WHY_LABEL }
}

function withoutZone(mapping: ZoneMapping): Omit<ZoneMapping, 'zone'> {
  const { zone: _, ...place } = mapping
  return place
}

function placeText({ subnetId, allocationId, privateIpv4, ipv6 }: ZoneMapping): string {
  return [subnetId, allocationId, privateIpv4, ipv6].filter((part) => part !== undefined).join(' ')
}

function groupsDraft({ balancer: { name }, owners }: House, securityGroups: readonly GroupRef[], privateLinkRules: boolean | undefined): Draft {
  const call = { name, securityGroups, ...(privateLinkRules === undefined ? {} : { privateLinkRules }) }
  return draft('listen', { verb: 'update', kind: 'load balancer security groups', key: name, serves: owners, why: 'other groups say who may come in', call })
}

function standingBalancer(scene: Scene, house: House, found: LoadBalancerPart): BalancerPart {
  const settings = settingsPart(house, found)
  const { owners: serves, balancer } = house
  const of = { kind: 'load balancer', name: found.name } as const
  const keys = [...(found.mark.lingers === true ? [LINGERS_TAG] : []), ...(found.mark.backend === true && !leansByMark(house) ? [BACKEND_TAG] : [])]
  const isUnmarked = leansByMark(house) && found.mark.backend !== true
  return {
    drafts: [...placeDrafts(house, found), ...groupDrafts(scene, house, found), ...settings.drafts],
    labels: [...settings.labels, ...(isUnmarked ? [{ of, serves, tags: { [BACKEND_TAG]: 'true' }, why: `${balancer.name} leans on the back-end group` }] : [])],
    unlabels:
      keys.length === 0 ? [] : [{ of, serves, keys, why: found.mark.lingers === true ? 'it is wanted again' : 'it no longer leans on the back-end group' }],
  }
}

function placeDrafts({ balancer, owners: serves }: House, found: LoadBalancerPart): readonly Draft[] {
  const { name, route, zones, ipAddressType, sourceNat } = balancer
  const legs = route.map(({ zones: places, without }, i) => {
    const key = `${name} in ${places.map(placeText).join(', ')}`
    const interrupts = without.length === 0 ? {} : { interrupts: `traffic through ${without.join(', ')}` }
    const why = without.length === 0 ? 'more zones or addresses' : `what it has in ${without.join(', ')} cannot be swapped, only left`
    return draft('zones', { verb: 'update', kind: 'load balancer subnets', key, serves, why, ...interrupts, call: { name, zones: places.map(withoutZone) } }, i)
  })
  const type =
    ipAddressType === found.ipAddressType
      ? []
      : [
          draft(ipAddressType === 'dualstack' ? 'address type' : 'narrow address type', {
            verb: 'update',
            kind: 'load balancer address type',
            key: name,
            serves,
            why: `${ipAddressType} is asked for`,
            ...(ipAddressType === 'ipv4' ? { interrupts: 'traffic by IPv6' } : {}),
            call: { name, ipAddressType },
          }),
        ]
  const isNatOff = ipAddressType === 'ipv4' || sourceNat === found.sourceNat
  const nat = isNatOff
    ? []
    : [
        draft('source NAT', {
          verb: 'update',
          kind: 'load balancer subnets',
          key: `${name} source NAT`,
          serves,
          why: sourceNat ? 'UDP needs addresses to send from' : 'nothing needs addresses to send from',
          call: { name, zones: zones.map(withoutZone), sourceNat },
        }),
      ]
  return [...legs, ...type, ...nat]
}

function groupDrafts({ view, backendId }: Scene, house: House, found: LoadBalancerPart): readonly Draft[] {
  const refs = groupRefs(house)
  if (refs.length === 0) return []
  const ids = new Map([...view.securityGroups.values()].map(({ id, name }) => [name, id]))
  const wanted = refs.map((ref) => ('id' in ref ? ref.id : 'backend' in ref ? backendId : ids.get(ref.name)))
  const { holders } = house.balancer
  const enforces = house.edge.privateLinkRules ?? (holders.length > 0 ? (found.privateLinkRules ?? true) : true)
  const isSame = isDeepStrictEqual(new Set(wanted), new Set(found.securityGroups)) && enforces === (found.privateLinkRules ?? true)
  return isSame ? [] : [groupsDraft(house, refs, enforces === (found.privateLinkRules ?? true) ? undefined : enforces)]
}

function settingsPart(house: House, found: LoadBalancerPart): Pick<BalancerPart, 'drafts' | 'labels'> {
  const { edge, owners: serves, print } = house
  const { attributes } = edge
  const { name, mark, state } = found
  const isHeld = house.balancer.holders.length > 0
  const has = attributesFound({ settings: mark.settings, attributes: found.attributes }, print, attributes)
  const asked = edge.capacityUnits ?? 0
  const hasNone = mark.settings === undefined || !tellsOfCapacity(mark.settings)
  const units = found.capacityUnits ?? (hasNone ? 0 : mark.settings === print ? asked : undefined)
  if (has === undefined || units === undefined)
    return {
      drafts: [
        ...(has === undefined ? [draft('read', { verb: 'read', kind: 'load balancer attributes', key: name, serves, why: WHY_READ, call: { name } })] : []),
        ...(units === undefined ? [draft('read', { verb: 'read', kind: 'load balancer capacity', key: name, serves, why: WHY_READ, call: { name } })] : []),
      ],
      labels: [],
    }
  const drafts: Draft[] = []
  const capacityUnits = isHeld ? (edge.capacityUnits ?? units) : asked
  const changes = attributeChanges(attributes, has, isHeld ? {} : balancerDefaults(found.scheme))
  if (Object.keys(changes).length > 0)
    drafts.push(
      draft('listen', {
        verb: 'update',
        kind: 'load balancer attributes',
        key: name,
        serves,
        why: whyAttributes('its settings', changes),
        call: { name, attributes: changes },
      }),
    )
  const isTooEarly = units !== capacityUnits && state === 'provisioning'
  if (isTooEarly) drafts.push(awaitDraft(house))
  else if (units !== capacityUnits)
    drafts.push(
      draft('extras', {
        verb: 'update',
        kind: 'load balancer capacity',
        key: name,
        serves,
        why: `${capacityUnits} units are asked for`,
        call: { name, units: capacityUnits },
      }),
    )
  const isPlain = Object.keys(attributes).length === 0 && capacityUnits === 0
  const isLabelled = isHeld ? drafts.length === 0 : mark.settings === print || (mark.settings === undefined && isPlain)
  return { drafts, labels: isLabelled || isTooEarly ? [] : [labelOf(house, print)] }
}

export function awaitDraft({ balancer: { name }, owners: serves }: House): Draft {
  return draft('await', { verb: 'read', kind: 'load balancer', key: name, serves, why: 'what comes next needs it active', call: { name } })
}
