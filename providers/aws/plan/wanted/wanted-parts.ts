/** What one owner is to have on the load balancer: a target group and a listener for each port. */
import { isDeepStrictEqual } from 'node:util'
import type { NamedOwner } from '../../../../src/model/owner.ts'
import { groupName, type Naming } from '../../names.ts'
import type { ListenerSettings } from '../../steps.ts'
import type { GroupHealthCheck, Network, Target, TargetGroupPart, TargetGroupProtocol } from '../../view.ts'
import { type Attributes, beyondDefaults, groupDefaults, LISTENER_DEFAULTS } from './attributes.ts'
import type { WantedBalancer } from './balancer.ts'
import type { Want } from '../parties.ts'
import { listenerFingerprint, settingsFingerprint, withCapacity } from './fingerprint.ts'
import type { WantedPort } from './ports.ts'
import { targetsOf } from './targets.ts'
import { groupAttributes, listenerAttributes } from './wanted-attributes.ts'

export interface WantedGroup {
  readonly name: string
  /** The mark of the port. */
  readonly listener: string
  readonly protocol: TargetGroupProtocol
  /** Of an instance group the node port, so that a listing shows it without the targets. Each target names its own. */
  readonly port: number
  readonly targetType: 'instance' | 'ip'
  readonly ipAddressType: 'ipv4' | 'ipv6'
  readonly healthCheck: GroupHealthCheck
  /** Beyond the defaults. */
  readonly attributes: Attributes
  readonly targets: readonly Target[]
}

export interface WantedListener {
  readonly port: number
  readonly mark: string
  readonly settings: ListenerSettings
  /** Certificates beside the default one, sorted. */
  readonly certificates: readonly string[]
  /** Beyond the defaults. */
  readonly attributes: Attributes
  /** Of what CreateListener writes. */
  readonly creation: string
}

/** A request that is carried out. */
export interface WantedParts {
  readonly owner: NamedOwner
  readonly want: Want
  readonly ports: readonly WantedPort[]
  readonly groups: readonly WantedGroup[]
  readonly listeners: readonly WantedListener[]
  /** Of all that stands on no page, as this owner wants it. */
  readonly fingerprint: string
}

export interface PartsQuestion {
  readonly naming: Naming
  readonly balancer: WantedBalancer
  readonly network: Network | undefined
  /** Used on where they can be: what is healthy in them serves while others join. */
  readonly adopted?: readonly TargetGroupPart[]
  /** Of the load balancer, where this owner has it alone. */
  readonly balancerSettings?: unknown
  readonly capacityUnits?: number | undefined
}

export function wantedPartsOf(
  want: Want,
  ports: readonly WantedPort[],
  { naming, balancer, network, adopted = [], balancerSettings, capacityUnits }: PartsQuestion,
): WantedParts {
  const { owner } = want
  const pairs = ports.map((port) => {
    const group = wantedGroup(want, port, { naming, balancer, network, adopted })
    return { group, listener: wantedListener(want, port, group.name) }
  })
  const groups = pairs.map(({ group }) => group)
  const listeners = pairs.map(({ listener }) => listener)
  const fingerprint = settingsFingerprint({
    balancer: balancerSettings,
    groups: groups.map(({ name, attributes }) => [name, attributes]),
    listeners: listeners.map(({ port, creation, certificates, attributes }) => [port, creation, certificates, attributes]),
  })
  return { owner, want, ports, groups, listeners, fingerprint: withCapacity(fingerprint, capacityUnits) }
}

function wantedGroup({ owner, want }: Want, port: WantedPort, { naming, balancer, network, adopted = [] }: PartsQuestion): WantedGroup {
  const { settings, backends } = want
  const targetType = settings.targets === 'pods' ? 'ip' : 'instance'
  const ipAddressType = groupFamily(want, port, balancer.ipAddressType) ?? 'ipv4'
  const { groupProtocol: protocol, mark: listener, leader } = port
  const identity = { protocol, targetType, ipAddressType } as const
  const backend = backends.ports[leader.key]
  const standing = adopted.find(
    (group) => group.mark.listener === listener && group.protocol === protocol && group.targetType === targetType && group.ipAddressType === ipAddressType,
  )
  return {
    name: standing?.name ?? groupName(naming, balancer.name, { ...identity, uid: owner.uid, listener }),
    listener,
    ...identity,
    port: targetType === 'instance' ? (backend?.nodePort ?? port.port) : port.port,
    healthCheck: port.healthCheck,
    attributes: beyondDefaults(groupAttributes(want, port), groupDefaults(protocol, targetType)),
    targets: backend === undefined ? [] : targetsOf(identity, backend, backends.nodes, network),
  }
}

/** An IPv4 balancer leads to IPv4 targets. Behind one of both families datagrams go to IPv6 targets alone; undefined: there are none. */
export function groupFamily(
  { settings: { families, targets } }: Want['want'],
  { protocol }: WantedPort,
  balancer: 'ipv4' | 'dualstack',
): 'ipv4' | 'ipv6' | undefined {
  if (balancer === 'ipv4') return 'ipv4'
  const mayHaveSix = targets === 'pods' && families.includes('IPv6')
  if (protocol === 'UDP' || protocol === 'TCP_UDP') return mayHaveSix ? 'ipv6' : undefined
  return mayHaveSix && families[0] === 'IPv6' ? 'ipv6' : 'ipv4'
}

function wantedListener({ want }: Want, port: WantedPort, targetGroup: string): WantedListener {
  const { tls, protocol } = port
  const settings: ListenerSettings = {
    protocol,
    targetGroup,
    ...(tls === undefined ? {} : { certificate: tls.certificate, policy: tls.policy, ...(tls.alpn === undefined ? {} : { alpn: tls.alpn }) }),
  }
  return {
    port: port.port,
    mark: port.mark,
    settings,
    certificates: tls?.others ?? [],
    attributes: beyondDefaults(listenerAttributes(want, port), LISTENER_DEFAULTS),
    creation: listenerFingerprint(settings),
  }
}

/** Whether anything follows the call that creates it. */
export function hasExtras({ certificates, attributes }: Pick<WantedListener, 'certificates' | 'attributes'>): boolean {
  return certificates.length > 0 || !isDeepStrictEqual(attributes, {})
}
