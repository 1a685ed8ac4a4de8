/**
 * The calls that change an account, one a step. A step names what it is about by our names; ARNs and ids that AWS assigns are taken from the view when
 * the call is made.
 */
import type { Step } from '../../src/provider/provider.ts'
import type { Labels } from './marks.ts'
import type { GroupHealthCheck, GroupRule, ListenerProtocol, Mark, Target, TargetGroupProtocol, ZoneMapping } from './view.ts'

/** A security group: ours by name, the cluster's back-end group, or the user's by id. */
export type GroupRef = { readonly name: string } | { readonly backend: true } | { readonly id: string }

type Zone = Omit<ZoneMapping, 'zone'>

interface Actions {
  'security group': {
    create: Labels & { readonly name: string; readonly description: string }
    delete: { readonly id: string }
  }
  /** One call: all of them or none. `group`: ours, or one of the instances'. A source `backend` stands for the cluster's back-end group. */
  'security group rules': { update: GroupRules }
  'obsolete security group rules': { update: GroupRules }
  'load balancer': {
    create: Labels & {
      readonly name: string
      readonly scheme: 'internal' | 'internet-facing'
      readonly ipAddressType: 'ipv4' | 'dualstack'
      readonly zones: readonly Zone[]
      readonly securityGroups: readonly GroupRef[]
      readonly sourceNat: boolean
    }
    /** Its listeners go with it. */
    delete: { readonly name: string }
    /** Succeeds once it is active; is `later` as long as it is provisioned. */
    read: { readonly name: string }
  }
  /** Whether they are there and free: Elastic IP addresses, by allocation id. */
  'elastic addresses': { read: { readonly ids: readonly string[] } }
  'load balancer subnets': { update: { readonly name: string; readonly zones: readonly Zone[]; readonly sourceNat?: boolean } }
  'load balancer address type': { update: { readonly name: string; readonly ipAddressType: 'ipv4' | 'dualstack' } }
  'load balancer security groups': { update: { readonly name: string; readonly securityGroups: readonly GroupRef[]; readonly privateLinkRules?: boolean } }
  'load balancer attributes': { update: { readonly name: string; readonly attributes: Readonly<Record<string, string>> }; read: { readonly name: string } }
  /** 0 takes the reservation back. */
  'load balancer capacity': { update: { readonly name: string; readonly units: number }; read: { readonly name: string } }
  'target group': {
    create: Labels & {
      readonly name: string
      readonly protocol: TargetGroupProtocol
      readonly port: number
      readonly targetType: 'instance' | 'ip'
      readonly ipAddressType: 'ipv4' | 'ipv6'
      readonly healthCheck: GroupHealthCheck
    }
    delete: { readonly name: string }
  }
  'health check': { update: { readonly targetGroup: string; readonly healthCheck: GroupHealthCheck } }
  'target group attributes': {
    update: { readonly targetGroup: string; readonly attributes: Readonly<Record<string, string>> }
    read: { readonly targetGroup: string }
  }
  /**
   * `read` with `trust`: no call; what is wanted is taken for what is there until it is read. With `healthy`: succeeds once one of these is, and is `later`
   * until then.
   */
  targets: {
    /** `nodes`: the names of those targets that are nodes, by instance. */
    update: { readonly targetGroup: string; readonly targets: readonly Target[]; readonly nodes?: Readonly<Record<string, string>> }
    read: { readonly targetGroup: string; readonly trust?: readonly Target[]; readonly healthy?: readonly Target[] }
  }
  'obsolete targets': { update: { readonly targetGroup: string; readonly targets: readonly Target[] } }
  listener: {
    /** `nodes`: of the group's targets, as above. */
    create: Labels & ListenerSettings & { readonly loadBalancer: string; readonly port: number; readonly nodes?: Readonly<Record<string, string>> }
    update: ListenerSettings & { readonly arn: string }
    delete: { readonly arn: string }
  }
  /** Of all listeners of a load balancer: protocol, action, certificates, policy. */
  listeners: { read: { readonly loadBalancer: string } }
  /** Those beside the default one. */
  'listener certificates': { update: ListenerCertificates; read: { readonly arn: string } }
  'obsolete listener certificates': { update: ListenerCertificates }
  'listener attributes': { update: { readonly arn: string; readonly attributes: Readonly<Record<string, string>> }; read: { readonly arn: string } }
  /** On objects of ELBv2: all of `tags` on all of them, in one call. */
  tags: { update: { readonly of: readonly ObjectRef[]; readonly tags: Readonly<Record<string, string>> } }
  'obsolete tags': { update: { readonly of: readonly ObjectRef[]; readonly keys: readonly string[] } }
  'security group tags': { update: { readonly group: GroupRef; readonly tags: Readonly<Record<string, string>> } }
  'obsolete security group tags': { update: { readonly group: GroupRef; readonly keys: readonly string[] } }
  /**
   * Writes our mark on a load balancer that the Service names, with its target groups and listeners: the one thing that takes over what is not ours. `read`
   * looks whether that would be refused, and writes nothing.
   */
  adoption: { read: Adoption; update: Adoption }
}

interface GroupRules {
  readonly group: GroupRef
  readonly rules: readonly GroupRule[]
}

interface ListenerCertificates {
  readonly arn: string
  readonly certificates: readonly string[]
}

interface Adoption {
  readonly arn: string
  readonly mark: Mark
  /** What it has to be: it is refused otherwise. */
  readonly scheme?: 'internal' | 'internet-facing'
  readonly hasGroups: boolean
}

export interface ListenerSettings {
  readonly protocol: ListenerProtocol
  readonly targetGroup: string
  /** The default one alone: the API takes one. */
  readonly certificate?: string
  readonly policy?: string
  readonly alpn?: string
}

/** By our names; a listener by its load balancer's name and port. */
export type ObjectRef =
  | { readonly kind: 'load balancer'; readonly name: string }
  | { readonly kind: 'target group'; readonly name: string }
  | { readonly kind: 'listener'; readonly loadBalancer: string; readonly port: number }

export type Kind = keyof Actions

/** Distributed over kinds and verbs: `step.kind` and `step.verb` together say what `step.call` holds. */
export type AwsStep = {
  [K in Kind]: { [V in keyof Actions[K]]: Step & { readonly kind: K; readonly verb: V; readonly call: Actions[K][V] } }[keyof Actions[K]]
}[Kind]

/** What an object that stays has and is to have no longer: its steps only take away. */
export type ObsoleteKind = Extract<Kind, `obsolete ${string}`>

export function isObsolete(kind: Kind): kind is ObsoleteKind {
  return kind.startsWith('obsolete ')
}

/** What the call of one kind of step holds. */
export type Call<K extends Kind, V extends keyof Actions[K]> = Actions[K][V]

/** `update health check`: what is done, and to what kind of thing. */
export type StepName = { [K in Kind]: `${keyof Actions[K] & string} ${K}` }[Kind]

type CallOf<N extends StepName> = N extends `${infer V} ${infer K extends Kind}` ? (V extends keyof Actions[K] ? Actions[K][V] : never) : never

/** The step of this name: `key` says which object, `call` holds what its kind and verb need. */
export function step<N extends StepName>(name: N, about: Omit<Step, 'verb' | 'kind'> & { readonly call: CallOf<N> }): AwsStep {
  const end = name.indexOf(' ')
  return { ...about, verb: name.slice(0, end), kind: name.slice(end + 1) } as AwsStep
}
