/** One region of one account: its objects, its clock, and what else every action has to know. Rules live in the actions. */
import { createHash } from 'node:crypto'
import type { CloudClock } from '../../cloud/clock.ts'
import { type MachineIndex, NO_MACHINES, indexOf } from '../../cloud/machines.ts'
import type { Delays, Quotas } from '../options.ts'
import type {
  Certificate,
  ElasticAddress,
  Instance,
  Listener,
  LoadBalancer,
  NetworkInterface,
  PrefixList,
  RouteTable,
  SecurityGroup,
  Subnet,
  TargetGroup,
  Vpc,
  Zone,
} from './objects.ts'
import { TagLog } from './tag-log.ts'

export interface Region {
  readonly name: string
  readonly account: string
  readonly clock: CloudClock
  readonly delays: Delays
  readonly quotas: Quotas
  readonly answersWhileProvisioning: boolean
  readonly zones: readonly Zone[]
  readonly vpcs: Map<string, Vpc>
  readonly subnets: Map<string, Subnet>
  readonly routeTables: Map<string, RouteTable>
  readonly groups: Map<string, SecurityGroup>
  readonly prefixLists: Map<string, PrefixList>
  readonly interfaces: Map<string, NetworkInterface>
  readonly interfaceByAddress: Map<string, NetworkInterface>
  /** Interfaces of load balancers that are gone, as far as they have been noticed. */
  readonly lingering: Set<NetworkInterface>
  readonly instances: Map<string, Instance>
  /** Security groups that instances have. */
  readonly instanceGroups: Set<string>
  readonly addresses: Map<string, ElasticAddress>
  /** By ARN. */
  readonly certificates: Map<string, Certificate>
  readonly balancers: Map<string, LoadBalancer>
  readonly targetGroups: Map<string, TargetGroup>
  readonly listeners: Map<string, Listener>
  readonly tagLog: TagLog
  machines: MachineIndex
  /** When something last changed that a health check could notice. */
  touchedAt: number
  /** How many ids were given out, and how many public addresses. */
  ids: number
  publicAddresses: number
}

export interface RegionProps {
  readonly name: string
  readonly account: string
  readonly clock: CloudClock
  readonly delays: Delays
  readonly quotas: Quotas
  readonly answersWhileProvisioning: boolean
}

export function createRegion(props: RegionProps): Region {
  const short = props.name.replace(/^([a-z]{2})-([a-z])[a-z]*-(\d+)$/, '$1$2$3')
  return {
    ...props,
    zones: ['a', 'b', 'c'].map((letter, i) => ({ name: `${props.name}${letter}`, id: `${short}-az${i + 1}` })),
    vpcs: new Map(),
    subnets: new Map(),
    routeTables: new Map(),
    groups: new Map(),
    prefixLists: new Map(),
    interfaces: new Map(),
    interfaceByAddress: new Map(),
    lingering: new Set(),
    instances: new Map(),
    instanceGroups: new Set(),
    addresses: new Map(),
    certificates: new Map(),
    balancers: new Map(),
    targetGroups: new Map(),
    listeners: new Map(),
    tagLog: new TagLog(),
    machines: indexOf(NO_MACHINES),
    touchedAt: props.clock.now(),
    ids: 0,
    publicAddresses: 0,
  }
}

/** 16 or 17 hexadecimal digits that no other object has; the same ones in every run. */
export function digits(region: Region, count: 16 | 17 = 16): string {
  region.ids += 1
  return createHash('sha256').update(`${region.name} ${region.ids}`).digest('hex').slice(0, count)
}

/** `sg-0...`, `eni-0...` */
export function newId(region: Region, prefix: string): string {
  return `${prefix}-0${digits(region)}`
}

/** The region's partition is not distinguished: all are `aws`. */
export function arnOf(region: Region, service: 'elasticloadbalancing' | 'ec2' | 'acm', resource: string): string {
  return `arn:aws:${service}:${region.name}:${region.account}:${resource}`
}

/** Says that something changed that a health check could notice. */
export function touch(region: Region): void {
  region.touchedAt = region.clock.now()
}

/** Does every part of the cloud know already what was created then? */
export function isSettled({ clock, delays }: Region, { createdAt }: { readonly createdAt: number }): boolean {
  return clock.now() >= createdAt + delays.propagation
}
