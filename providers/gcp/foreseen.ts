/** What a view is once steps are carried out, without carrying them out. Pure. */
import { allOf, unchanged } from '../../src/provider/kit/parts.ts'
import type { Family } from '../../src/model/address.ts'
import type { Fold } from '../../src/provider/provider.ts'
import { beginning, folded, membersAfter, patched } from './fold.ts'
import { familyOfAddress, familyOfRule } from './plan/wanted/sites.ts'
import { type GcpStep, MAP_OF, MEMBERS_OF, type MembersStep, type ObjectStep } from './steps.ts'
import type { AnyPart, EndpointGroupPart, GcpView, GroupPart } from './view.ts'

/** The view with these steps applied; an address that Google chooses is one for documentation (RFC 5737, RFC 3849). */
export function foreseen(view: GcpView, steps: readonly GcpStep[]): GcpView {
  return allOf(
    ...steps.map(
      (step): Fold<GcpView> =>
        (before) =>
          foldOf(step, before)(before),
    ),
  )(view)
}

/** The view once the operation that this step polls has ended. */
export function awaited(view: GcpView, step: GcpStep): GcpView {
  if (step.verb !== 'read' || step.kind === 'reserved address') return view
  const part: AnyPart | undefined = view[MAP_OF[step.kind]].get(step.id)
  if (part === undefined) return view
  const { operation, ...rest } = part
  if (operation?.isDeletion === true) return folded(step, undefined)(view)
  const made = { kind: step.kind, body: part.document } as Creation
  return folded(step, { ...rest, document: withAddress(made) })(view)
}

function foldOf(step: GcpStep, view: GcpView): Fold<GcpView> {
  switch (step.kind) {
    case 'instance group members':
    case 'obsolete instance group members':
    case 'endpoint group members':
    case 'obsolete endpoint group members':
      return membersFold(step, view)
    case 'reserved address':
      return unchanged
    case 'address':
    case 'forwarding rule':
    case 'backend service':
    case 'health check':
    case 'firewall rule':
    case 'endpoint group':
    case 'instance group':
      return objectFold(step, view)
    default:
      return step satisfies never
  }
}

function objectFold(step: ObjectStep, view: GcpView): Fold<GcpView> {
  const part: AnyPart | undefined = view[MAP_OF[step.kind]].get(step.id)
  switch (step.verb) {
    case 'create':
      return folded(step, { id: step.id, mark: step.mark, document: withAddress(step), ...beginning(step) })
    case 'update':
      return part === undefined ? unchanged : folded(step, { ...part, document: step.by === 'update' ? step.body : patched(part.document, step.body) })
    case 'delete':
      return folded(step, undefined)
    case 'read':
      return unchanged
    default:
      return step satisfies never
  }
}

function membersFold(step: MembersStep, view: GcpView): Fold<GcpView> {
  const [kind, how] = MEMBERS_OF[step.kind]
  const group: GroupPart | EndpointGroupPart | undefined = view[MAP_OF[kind]].get(step.id)
  if (group === undefined) return unchanged
  return folded({ kind, id: step.id }, { ...group, members: membersAfter(group, how, step) })
}

const CHOSEN: Readonly<Record<Family, string>> = { IPv4: '192.0.2.1', IPv6: '2001:db8::1' }

type OneCreation<S> = S extends { readonly kind: unknown; readonly body: unknown } ? Pick<S, 'kind' | 'body'> : never
type Creation = OneCreation<Extract<ObjectStep, { readonly verb: 'create' }>>

function withAddress({ kind, body }: Creation): object {
  if (kind === 'address') return { ...body, address: body.address ?? CHOSEN[familyOfAddress(body)] }
  return kind === 'forwarding rule' ? { ...body, IPAddress: body.IPAddress ?? CHOSEN[familyOfRule(body)] } : body
}
