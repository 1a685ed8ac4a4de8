/** Requests about resources and parts of them. */
import { objectAt, objectsAt, textAt } from '../schema/json.ts'
import { keyOf } from '../schema/ids.ts'
import type { Document, Element } from '../store/document.ts'
import { contentsOf } from '../store/document.ts'
import { render } from '../store/render.ts'
import type { Subscription } from '../store/subscription.ts'
import { type Target, put, remove, setTags } from '../store/write.ts'
import { ACTIONS } from './actions.ts'
import type { Answer, Ask, Handlers } from './handler.ts'
import { type Located, actionOf, locate, serviceOf, unknownType } from './locate.ts'
import { operationHeaders, operationUrl } from './operation-url.ts'
import { pageOf } from './pages.ts'
import { Refusal, notFound, resourceNotFound } from './refusal.ts'
import { resourceType } from '../types/index.ts'

const PATH = '/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{rest...}'

const verb = (name: string) => (params: Ask['params']) => actionOf(name, params)

export const RESOURCE_HANDLERS: Handlers = {
  [`GET ${PATH}`]: { service: serviceOf, action: verb('Get'), run: get },
  [`PUT ${PATH}`]: { service: serviceOf, action: verb('Put'), run: write },
  [`PATCH ${PATH}`]: { service: serviceOf, action: verb('Patch'), run: patch },
  [`DELETE ${PATH}`]: { service: serviceOf, action: verb('Delete'), run: erase },
  [`POST ${PATH}`]: { service: serviceOf, action: verb('Post'), run: post },
  'GET /subscriptions/{subscription}/providers/{namespace}/{rest}': { service: serviceOf, action: (params) => actionOf('List', params), run: listAll },
}

function get(ask: Ask): Answer {
  const { subscription, params, version } = ask
  const located = locate(subscription, params)
  switch (located.kind) {
    case 'group':
      return pageOf(documentsIn(ask, located), ask, pathOf(ask))
    case 'parts':
      return pageOf(partsIn(ask, located), ask, pathOf(ask))
    case 'action':
      return act(ask, located, 'GET')
    case 'element': {
      const body = render(subscription, existing(subscription, located.target), version)
      return { status: 200, body, headers: { etag: textAt(body, 'etag') ?? '' } }
    }
    default:
      return located satisfies never
  }
}

/** Throws a Refusal: of Azure Resource Manager for a resource, of the provider for a part of one. */
function existing(subscription: Subscription, { type, id, name, group, part }: Target): Element {
  const document = subscription.documents.get(id)
  if (document === undefined || !isKnown(subscription, document)) throw resourceNotFound(`${type.namespace}/${type.path}`, name, group)
  const element = subscription.documents.element(part?.id ?? id)
  if (element === undefined) throw notFound(part?.id ?? id)
  return element
}

const isKnown = ({ clock, delays }: Subscription, { createdAt }: Document): boolean => clock.now() >= createdAt + delays.propagation
const isListed = ({ clock, delays }: Subscription, { createdAt }: Document): boolean => clock.now() >= createdAt + delays.listing

const pathOf = ({ params, subscription }: Ask): string =>
  `/subscriptions/${subscription.id}/resourceGroups/${params['group']}/providers/${params['namespace']}/${params['rest']}`

function documentsIn({ subscription, version }: Ask, { type, group }: Located & { readonly kind: 'group' }): ReturnType<typeof render>[] {
  return subscription.documents.all
    .filter((one) => one.type === type && one.group.toLowerCase() === group.toLowerCase() && isListed(subscription, one))
    .toSorted(byName)
    .map((one) => render(subscription, wholeOf(one), version))
}

const byName = (a: Document, b: Document): number => (a.name < b.name ? -1 : 1)

function wholeOf(document: Document): Element {
  return { id: document.id, type: document.type, document, body: document.body }
}

function partsIn({ subscription, version }: Ask, { target, of, member }: Located & { readonly kind: 'parts' }): ReturnType<typeof render>[] {
  const element = existing(subscription, target)
  const { elements } = contentsOf(element.document)
  return objectsAt(objectAt(element.body, 'properties'), member).flatMap((one) => {
    const found = elements.get(keyOf(`${of}/${member}/${textAt(one, 'name')}`))
    return found === undefined ? [] : [render(subscription, found, version)]
  })
}

function listAll(ask: Ask): Answer {
  const { subscription, params, version } = ask
  const { namespace = '', rest = '' } = params
  const type = resourceType(namespace, rest)
  if (type === undefined) throw unknownType(namespace, rest)
  const found = subscription.documents.all
    .filter((one) => one.type === type && isListed(subscription, one))
    .toSorted(byName)
    .map((one) => render(subscription, wholeOf(one), version))
  return pageOf(found, ask, `/subscriptions/${subscription.id}/providers/${namespace}/${rest}`)
}

function writable({ params, subscription }: Ask): Located & { readonly kind: 'element' } {
  const located = locate(subscription, params)
  if (located.kind === 'element' && located.type.isWritable) return located
  throw new Refusal('MethodNotAllowed', `The resource type '${params['rest']}' does not support this operation.`, { status: 405 })
}

const preconditions = ({ header }: Ask) => ({ ifMatch: header('if-match'), ifNoneMatch: header('if-none-match') })

function write(ask: Ask): Answer {
  const { subscription, version } = ask
  const { target } = writable(ask)
  const { status, operation, retryAfter } = put(subscription, target, ask.json(), { ...preconditions(ask), operationsUrl: operationUrl(ask) })
  const body = render(subscription, existingNow(subscription, target), version)
  return { status, body, headers: operationHeaders(ask, operation.id, retryAfter) }
}

/** What was written just now is shown by the answer, though a GET may not know it yet. */
function existingNow({ documents }: Subscription, { id, part }: Target): Element {
  const element = documents.element(part?.id ?? id)
  if (element === undefined) throw notFound(part?.id ?? id)
  return element
}

function patch(ask: Ask): Answer {
  const { subscription, version } = ask
  const { target } = writable(ask)
  const sent = ask.json()
  const tags = typeof sent === 'object' && sent !== null && 'tags' in sent ? sent.tags : undefined
  return { status: 200, body: render(subscription, wholeOf(setTags(subscription, target, tags ?? {}, preconditions(ask))), version) }
}

function erase(ask: Ask): Answer {
  const { subscription } = ask
  const { target } = writable(ask)
  const operation = remove(subscription, target, { ...preconditions(ask), operationsUrl: operationUrl(ask) })
  if (operation === undefined) return { status: 204 }
  const headers = operationHeaders(ask, operation.id, target.type.retryAfter.delete)
  return { status: 202, headers: { ...headers, location: operationUrl(ask, operation.id, 'operationResults') } }
}

function post(ask: Ask): Answer {
  const located = locate(ask.subscription, ask.params)
  if (located.kind === 'action') return act(ask, located, 'POST')
  throw new Refusal('MethodNotAllowed', `POST is not supported for '${ask.params['rest']}'.`, { status: 405 })
}

function act(ask: Ask, { target, type, action }: Located & { readonly kind: 'action' }, method: string): Answer {
  const run = ACTIONS[`${method} ${type.path} ${action.toLowerCase()}`]
  if (run === undefined) throw notFound(`${target.part?.id ?? target.id}/${action}`)
  return run(ask, existing(ask.subscription, target))
}
