/** The calls of one plan, one a step: an object that is made, changed, deleted or read, members of a group, or an address that is looked for. */
import type { Step } from '../../src/provider/provider.ts'
import type { Address, BackendService, Firewall, ForwardingRule, HealthCheck, InstanceGroup, NetworkEndpointGroup } from './api/documents.ts'
import type { Membership, Nullable } from './api/calls.ts'
import type { Mark } from './marks.ts'
import type { PartMap } from './view.ts'

interface Documents {
  address: Address
  'forwarding rule': ForwardingRule
  'backend service': BackendService
  'health check': HealthCheck
  'firewall rule': Firewall
  'endpoint group': NetworkEndpointGroup
  'instance group': InstanceGroup
}

export type ObjectKind = keyof Documents

/** Where the parts of a kind are in a view. */
export const MAP_OF = {
  address: 'addresses',
  'forwarding rule': 'rules',
  'backend service': 'services',
  'health check': 'checks',
  'firewall rule': 'firewalls',
  'endpoint group': 'endpointGroups',
  'instance group': 'groups',
} as const satisfies Record<ObjectKind, PartMap>

type ObjectStepOf<K extends ObjectKind> = Step & { readonly kind: K; readonly id: string } & (
    | { readonly verb: 'create'; readonly body: Documents[K]; readonly mark: Mark }
    /** `patch`: what is in the body changes. `update`: the body is all there is. */
    | { readonly verb: 'update'; readonly by: 'patch'; readonly body: Nullable<Documents[K]> }
    | { readonly verb: 'update'; readonly by: 'update'; readonly body: Documents[K] }
    | { readonly verb: 'delete' }
    /** Polls once where a change is under way and can have ended, and is `later` as long as it runs; then reads the object. */
    | { readonly verb: 'read' }
  )

export type ObjectStep = { [K in ObjectKind]: ObjectStepOf<K> }[ObjectKind]

/** Members of which kind of group come, and which leave: a step of the latter only takes away. */
export const MEMBERS_OF = {
  'instance group members': ['instance group', 'add'],
  'obsolete instance group members': ['instance group', 'remove'],
  'endpoint group members': ['endpoint group', 'add'],
  'obsolete endpoint group members': ['endpoint group', 'remove'],
} as const satisfies Record<string, readonly [ObjectKind, Membership]>

/** Of one group. */
export type MembersStep = Step & {
  readonly verb: 'update'
  readonly kind: keyof typeof MEMBERS_OF
  readonly id: string
  /** Ids. */
  readonly instances: readonly string[]
}

/** A reserved address by its name or by the address. */
export type LookStep = Step & { readonly verb: 'read'; readonly kind: 'reserved address'; readonly asked: string }

export type GcpStep = ObjectStep | MembersStep | LookStep

/** What a step says beside its call. */
export type About = Omit<Step, 'verb' | 'kind'> & { readonly id: string }

export function making<K extends ObjectKind>(kind: K, about: About & { readonly body: Documents[K]; readonly mark: Mark }): GcpStep {
  return { ...about, verb: 'create', kind } as GcpStep
}

export function patching<K extends ObjectKind>(kind: K, about: About & { readonly body: Nullable<Documents[K]> }): GcpStep {
  return { ...about, verb: 'update', by: 'patch', kind } as GcpStep
}

export function replacing<K extends ObjectKind>(kind: K, about: About & { readonly body: Documents[K] }): GcpStep {
  return { ...about, verb: 'update', by: 'update', kind } as GcpStep
}

export function deleting(kind: ObjectKind, about: About): GcpStep {
  return { ...about, verb: 'delete', kind }
}

export function polling(kind: ObjectKind, about: About): GcpStep {
  return { ...about, verb: 'read', kind }
}
