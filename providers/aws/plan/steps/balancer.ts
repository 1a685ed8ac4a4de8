/** The load balancer that is wanted: made, or changed where it can be changed in place. */
import { isDeepStrictEqual } from 'node:util'
import type { Owner } from '../../../../src/model/owner.ts'
import { FIELDS } from '../../fields.ts'
import { BACKEND_TAG, LINGERS_TAG, SETTINGS_TAG } from '../../marks.ts'
import { securityGroupName } from '../../names.ts'
import { type GroupRef, step } from '../../steps.ts'
import type { LoadBalancerPart, ZoneMapping } from '../../view.ts'
import { type Attributes, attributeCalls, attributeChanges, balancerDefaults } from '../wanted/attributes.ts'
import { type PhasedStep, phased } from './phases.ts'
import { attributesFound, includesCapacity } from '../wanted/fingerprint.ts'
import { WHY_LABEL, WHY_READ, whyAttributes } from './target-groups.ts'
import type { Label, Unlabel } from './fingerprints.ts'
import { type WantedStack, balancerMark, type PlanContext } from '../plan-context.ts'

export interface BalancerPart {
  readonly steps: readonly PhasedStep[]
  readonly labels: readonly Label[]
  readonly unlabels: readonly Unlabel[]
}

export function balancerPart(context: PlanContext, wantedStack: WantedStack): BalancerPart {
  const { found } = wantedStack.balancer
  return found === undefined ? newBalancer(wantedStack) : standingBalancer(context, wantedStack, found)
}

/** Ours by its name; the cluster's back-end group with it, or beside the user's where that is asked for. */
function groupRefs({ balancer: { groups }, naming }: WantedStack): readonly GroupRef[] {
  if (groups.kind === 'none') return []
  if (groups.kind === 'ours') return [{ name: securityGroupName(naming) }, { backend: true }]
  return [...groups.ids.map((id) => ({ id })), ...(groups.backend ? [{ backend: true } as const] : [])]
}

function usesBackendByMark({ balancer: { groups } }: WantedStack): boolean {
  return groups.kind === 'own' && groups.backend
}

function newBalancer(wantedStack: WantedStack): BalancerPart {
  const { balancer, settings, owners: serves, fingerprint } = wantedStack
  const { name, scheme, ipAddressType, sourceNat, zones } = balancer
  const { attributes, capacityUnits } = settings
  const mark = { ...balancerMark(wantedStack), ...(usesBackendByMark(wantedStack) ? { backend: true as const } : {}) }
  const securityGroups = groupRefs(wantedStack)
  const call = { name, scheme, ipAddressType, zones: zones.map(withoutZone), securityGroups, sourceNat, mark, tags: settings.tags }
  const hasAttributes = Object.keys(attributes).length > 0
  return {
    steps: [
      phased('balancer', step('create load balancer', { key: name, serves, why: `an ${scheme} one in ${zones.map(({ zone }) => zone).join(', ')}`, call })),
      ...attributeSteps(name, attributes, balancerDefaults(scheme), serves),
      ...(settings.privateLinkRules === false ? [groupsStep(wantedStack, securityGroups, false)] : []),
    ],
    labels: hasAttributes && capacityUnits === undefined ? [labelOf(wantedStack, fingerprint)] : [],
    unlabels: [],
  }
}

function labelOf({ balancer: { name }, owners }: WantedStack, fingerprint: string): Label {
  return { of: { kind: 'load balancer', name }, serves: owners, tags: { [SETTINGS_TAG]: fingerprint }, why: WHY_LABEL }
}

function withoutZone(mapping: ZoneMapping): Omit<ZoneMapping, 'zone'> {
  const { zone: _, ...place } = mapping
  return place
}

function placeText({ subnetId, allocationId, privateIpv4, ipv6 }: ZoneMapping): string {
  return [subnetId, allocationId, privateIpv4, ipv6].filter((part) => part !== undefined).join(' ')
}

function groupsStep({ balancer: { name }, owners }: WantedStack, securityGroups: readonly GroupRef[], privateLinkRules: boolean | undefined): PhasedStep {
  const call = { name, securityGroups, ...(privateLinkRules === undefined ? {} : { privateLinkRules }) }
  return phased('listen', step('update load balancer security groups', { key: name, serves: owners, why: 'other security groups limit its clients', call }))
}

function standingBalancer(context: PlanContext, wantedStack: WantedStack, found: LoadBalancerPart): BalancerPart {
  const settings = settingsPart(wantedStack, found)
  const { owners: serves, balancer } = wantedStack
  const of = { kind: 'load balancer', name: found.name } as const
  const keys = [...(found.mark.lingers === true ? [LINGERS_TAG] : []), ...(found.mark.backend === true && !usesBackendByMark(wantedStack) ? [BACKEND_TAG] : [])]
  const isUnmarked = usesBackendByMark(wantedStack) && found.mark.backend !== true
  return {
    steps: [...placeSteps(wantedStack, found), ...groupSteps(context, wantedStack, found), ...settings.steps],
    labels: [...settings.labels, ...(isUnmarked ? [{ of, serves, tags: { [BACKEND_TAG]: 'true' }, why: `${balancer.name} uses the back-end group` }] : [])],
    unlabels: keys.length === 0 ? [] : [{ of, serves, keys, why: found.mark.lingers === true ? 'it is wanted again' : 'it no longer uses the back-end group' }],
  }
}

function placeSteps({ balancer, owners: serves }: WantedStack, found: LoadBalancerPart): readonly PhasedStep[] {
  const { name, route, zones, ipAddressType, sourceNat } = balancer
  const legs = route.map(({ zones: places, without }, i) => {
    const key = `${name} in ${places.map(placeText).join(', ')}`
    const interrupts = without.length === 0 ? {} : { interrupts: `traffic through ${without.join(', ')}` }
    const why = without.length === 0 ? 'more zones or addresses' : `what it has in ${without.join(', ')} cannot be swapped, only left`
    return phased('zones', step('update load balancer subnets', { key, serves, why, ...interrupts, call: { name, zones: places.map(withoutZone) } }), i)
  })
  const type =
    ipAddressType === found.ipAddressType
      ? []
      : [
          phased(
            ipAddressType === 'dualstack' ? 'address type' : 'narrow address type',
            step('update load balancer address type', {
              key: name,
              serves,
              why: `${ipAddressType} is asked for`,
              ...(ipAddressType === 'ipv4' ? { interrupts: 'traffic by IPv6' } : {}),
              call: { name, ipAddressType },
            }),
          ),
        ]
  const isNatOff = ipAddressType === 'ipv4' || sourceNat === found.sourceNat
  const nat = isNatOff
    ? []
    : [
        phased(
          'source NAT',
          step('update load balancer subnets', {
            key: `${name} source NAT`,
            serves,
            why: sourceNat ? 'UDP needs addresses to send from' : 'nothing needs addresses to send from',
            call: { name, zones: zones.map(withoutZone), sourceNat },
          }),
        ),
      ]
  return [...legs, ...type, ...nat]
}

function groupSteps({ view, backendId }: PlanContext, wantedStack: WantedStack, found: LoadBalancerPart): readonly PhasedStep[] {
  const refs = groupRefs(wantedStack)
  if (refs.length === 0) return []
  const ids = new Map([...view.securityGroups.values()].map(({ id, name }) => [name, id]))
  const wanted = refs.map((ref) => ('id' in ref ? ref.id : 'backend' in ref ? backendId : ids.get(ref.name)))
  const { holders } = wantedStack.balancer
  const enforces = wantedStack.settings.privateLinkRules ?? (holders.length > 0 ? (found.privateLinkRules ?? true) : true)
  const isSame = isDeepStrictEqual(new Set(wanted), new Set(found.securityGroups)) && enforces === (found.privateLinkRules ?? true)
  return isSame ? [] : [groupsStep(wantedStack, refs, enforces === (found.privateLinkRules ?? true) ? undefined : enforces)]
}

function attributeSteps(name: string, changes: Attributes, defaults: Attributes, serves: readonly Owner[]): readonly PhasedStep[] {
  return attributeCalls(changes, defaults).map(({ attributes, suffix, order }) =>
    phased(
      order === undefined ? 'listen' : 'extras',
      step('update load balancer attributes', {
        key: `${name}${suffix}`,
        serves,
        ...(order === undefined ? {} : { asked: FIELDS.loadBalancerAttributes }),
        why: whyAttributes('its settings', attributes),
        call: { name, attributes },
      }),
      order,
    ),
  )
}

function settingsPart(wantedStack: WantedStack, found: LoadBalancerPart): Pick<BalancerPart, 'steps' | 'labels'> {
  const { settings, owners: serves, fingerprint } = wantedStack
  const { attributes } = settings
  const { name, mark, state } = found
  const isHeld = wantedStack.balancer.holders.length > 0
  const has = attributesFound({ settings: mark.settings, attributes: found.attributes }, fingerprint, attributes)
  const asked = settings.capacityUnits ?? 0
  const hasNone = mark.settings === undefined || !includesCapacity(mark.settings)
  const units = found.capacityUnits ?? (hasNone ? 0 : mark.settings === fingerprint ? asked : undefined)
  if (has === undefined || units === undefined)
    return {
      steps: [
        ...(has === undefined ? [phased('read', step('read load balancer attributes', { key: name, serves, why: WHY_READ, call: { name } }))] : []),
        ...(units === undefined ? [phased('read', step('read load balancer capacity', { key: name, serves, why: WHY_READ, call: { name } }))] : []),
      ],
      labels: [],
    }
  const steps: PhasedStep[] = []
  const capacityUnits = isHeld ? (settings.capacityUnits ?? units) : asked
  const changes = attributeChanges(attributes, has, isHeld ? {} : balancerDefaults(found.scheme))
  steps.push(...attributeSteps(name, changes, balancerDefaults(found.scheme), serves))
  const isTooEarly = units !== capacityUnits && state === 'provisioning'
  if (isTooEarly) steps.push(awaitStep(wantedStack))
  else if (units !== capacityUnits)
    steps.push(
      phased(
        'extras',
        step('update load balancer capacity', { key: name, serves, why: `${capacityUnits} units are asked for`, call: { name, units: capacityUnits } }),
      ),
    )
  const isPlain = Object.keys(attributes).length === 0 && capacityUnits === 0
  const isLabelled = isHeld ? steps.length === 0 : mark.settings === fingerprint || (mark.settings === undefined && isPlain)
  return { steps, labels: isLabelled || isTooEarly ? [] : [labelOf(wantedStack, fingerprint)] }
}

export function awaitStep({ balancer: { name }, owners: serves }: WantedStack): PhasedStep {
  return phased('await', step('read load balancer', { key: name, serves, why: 'what comes next needs it active', call: { name } }))
}
