/** Finds out which resource, part of a resource or collection a path names. */
import type { ElementType } from '../schema/field.ts'
import { idText } from '../schema/ids.ts'
import type { ResourceType } from '../store/resource-type.ts'
import { type Subscription } from '../store/subscription.ts'
import type { Target } from '../store/write.ts'
import { RESOURCE_TYPES, resourceType } from '../types/index.ts'
import type { Service } from './handler.ts'
import { Refusal, groupNotFound } from './refusal.ts'
import type { Params } from '../../cloud/http/router.ts'

export type Located =
  | { readonly kind: 'element'; readonly target: Target; readonly type: ElementType }
  /** Of parts of a resource. */
  | { readonly kind: 'parts'; readonly target: Target; readonly of: string; readonly member: string; readonly type: ElementType }
  /** Of the resources of a group. */
  | { readonly kind: 'group'; readonly type: ResourceType; readonly group: string }
  /** Something else about a resource. */
  | { readonly kind: 'action'; readonly target: Target; readonly of: string; readonly type: ElementType; readonly action: string }

/** `params`: group, namespace, and rest. Throws a Refusal. */
export function locate(subscription: Subscription, params: Params): Located {
  const { group = '', namespace = '', rest = '' } = params
  const [typeName = '', name, ...more] = rest.split('/')
  const type = resourceType(namespace, typeName)
  if (type === undefined) throw unknownType(namespace, typeName)
  if (!subscription.groups.has(group.toLowerCase())) throw groupNotFound(group)
  if (name === undefined) return { kind: 'group', type, group }
  const id = idText({ subscription: subscription.id, group, namespace: type.namespace, segments: [type.path, name] })
  return within({ type, group, id, name }, { id, type }, more)
}

interface At {
  readonly id: string
  readonly type: ElementType
}

function within(target: Target, at: At, [segment, name, ...more]: readonly string[]): Located {
  if (segment === undefined) return { kind: 'element', target, type: at.type }
  const [member, field] = Object.entries(at.type.fields).find(([key]) => key.toLowerCase() === segment.toLowerCase()) ?? []
  if (member === undefined || field?.kind !== 'children') return { kind: 'action', target, of: at.id, type: at.type, action: segment }
  if (name === undefined) return { kind: 'parts', target, of: at.id, member, type: field.type }
  const id = `${at.id}/${member}/${name}`
  return within({ ...target, part: { id, type: field.type, member, name } }, { id, type: field.type }, more)
}

export function unknownType(namespace: string, name: string): Refusal {
  return new Refusal('InvalidResourceType', `The resource type '${name}' could not be found in the namespace '${namespace}'.`, { status: 404, isGateway: true })
}

/** What the journal says of a request: `PutLoadBalancer`, `ListSubnets`. Throws nothing. */
export function actionOf(verb: string, { namespace = '', rest = '' }: Params): string {
  const [typeName = '', ...more] = rest.split('/')
  const type = resourceType(namespace, typeName)
  if (type === undefined) return `${verb} ${namespace}/${typeName}`
  let [at, isCollection, action]: [ElementType, boolean, string | undefined] = [type, more.length === 0, undefined]
  for (let index = 1; index < more.length; index += 2) {
    const field = Object.entries(at.fields).find(([key]) => key.toLowerCase() === more[index]?.toLowerCase())?.[1]
    if (field?.kind !== 'children') action = more[index]
    else [at, isCollection] = [field.type, index === more.length - 1]
  }
  if (action !== undefined) return `${capital(action)}${at.action}`
  return isCollection ? `List${capital(at.path.split('/').at(-1) ?? '')}` : `${verb}${at.action}`
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

export function serviceOf({ namespace = '' }: Params): Service {
  const known = RESOURCE_TYPES.find((one) => one.namespace.toLowerCase() === namespace.toLowerCase())
  return known === undefined ? 'unknown' : known.namespace === 'Microsoft.Network' ? 'network' : 'compute'
}
