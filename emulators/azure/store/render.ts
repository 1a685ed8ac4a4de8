/** A resource or a part of one as it is answered: what is kept, what is read from others that refer to it, and its state. */
import type { Field, Fields, Place } from '../schema/field.ts'
import { keyOf, upperCaseNames } from '../schema/ids.ts'
import { type Json, type JsonObject, isObject, objectsAt, textAt } from '../schema/json.ts'
import { type Element, contentsOf, propertiesOf } from './document.ts'
import { stateOf } from './state.ts'
import type { Subscription } from './subscription.ts'

/** `version`: the api-version of the request, which decides what is shown. */
export function render(subscription: Subscription, element: Element, version: string): JsonObject {
  const { id, type, document, body } = element
  const properties = propertiesOf(element)
  const place = { properties, document: document.body, version }
  const isDocument = element.parent === undefined
  return {
    name: isDocument ? document.name : (textAt(body, 'name') ?? ''),
    id,
    etag: subscription.versions.of(keyOf(document.id)),
    type: `${type.namespace}/${type.path}`,
    ...shown(subscription, { element, fields: type.envelope, of: body, place }),
    properties: {
      provisioningState: stateOf(subscription, element),
      ...(isDocument && document.type.hasGuid ? { resourceGuid: document.guid } : {}),
      ...shown(subscription, { element, fields: type.fields, of: properties, place }),
    },
  }
}

interface Part {
  readonly element: Element
  readonly fields: Fields
  readonly of: JsonObject
  readonly place: Place
}

function shown(subscription: Subscription, part: Part): JsonObject {
  const found = Object.entries(part.fields)
    .filter(([, field]) => field.isShown === undefined || field.isShown(part.place))
    .map(([name, field]): readonly [string, Json | undefined] => [name, value(subscription, part, { name, field })])
  return Object.fromEntries(found.filter(([, one]) => one !== undefined))
}

function value(subscription: Subscription, { element, of, place }: Part, { name, field }: { readonly name: string; readonly field: Field }): Json | undefined {
  const kept = of[name]
  switch (field.kind) {
    case 'children':
      return kept === undefined
        ? undefined
        : objectsAt(of, name).map((one) => child(subscription, `${element.id}/${name}/${textAt(one, 'name')}`, { element, place }))
    case 'users':
      return users(subscription, element, field)
    case 'object':
      return isObject(kept) ? shown(subscription, { element, fields: field.fields, of: kept, place }) : undefined
    case 'text':
    case 'number':
    case 'flag':
    case 'texts':
    case 'any':
    case 'items':
    case 'reference':
    case 'references':
      return kept
    default:
      return field satisfies never
  }
}

function child(subscription: Subscription, id: string, { element, place }: Pick<Part, 'element' | 'place'>): JsonObject {
  const found = contentsOf(element.document).elements.get(keyOf(id))
  return found === undefined ? {} : render(subscription, found, place.version)
}

function users({ documents }: Subscription, { id }: Element, { from, isSingle, upperCaseFrom = [] }: Field & { readonly kind: 'users' }): Json | undefined {
  const ids = documents
    .users(id)
    .flatMap(({ by }) => (from.includes(by.type.path) ? [upperCaseFrom.includes(by.type.path) ? upperCaseNames(by.id) : by.id] : []))
  const found = [...new Set(ids)].map((one) => ({ id: one }))
  return found.length === 0 ? undefined : isSingle === true ? found[0] : found
}
