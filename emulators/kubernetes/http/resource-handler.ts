/** Answers requests about stored objects: reads what is asked, has it done, and shows the outcome. */
import { badRequest, methodNotAllowed, noSuchResource, notFound, success, unsupportedMediaType } from '../api-error.ts'
import { type Machine, find } from '../machine.ts'
import { readForm, showOne } from '../read/form.ts'
import { type ObjectList, list, readListRequest } from '../read/list.ts'
import { readWatchRequest } from '../read/watch.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'
import { keyOf } from '../store/table.ts'
import { create } from '../write/create.ts'
import { type Deleted, detailsOf, readDeleteOptions, remove } from '../write/delete.ts'
import { PATCH_TYPES, type Patch, patch } from '../write/patch.ts'
import type { WriteRequest } from '../write/request.ts'
import { bind, rescale, scaleOf } from '../write/subresources.ts'
import { replace } from '../write/update.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { mediaType, readObject, readPatch } from './body.ts'
import { ListTexts, showList } from './lists.ts'
import { answerLog } from './log-handler.ts'
import { containerIn, type LogOfPod, podAt, refuseWithoutNode } from './pod-access.ts'
import { type Exchange, sendJson, sendText, setWarnings } from './respond.ts'
import type { Route, Verb } from './route.ts'
import type { Watches } from './watches.ts'

export interface ResourceRequest extends Exchange {
  readonly route: Route
  readonly verb: Verb
  readonly body: Buffer
  /** Reads are answered from this version. */
  readonly stale: number | undefined
}

export interface ResourceHandlerProps {
  readonly machine: Machine
  readonly watches: Watches
  readonly logOf: LogOfPod
}

export class ResourceHandler {
  readonly #machine: Machine
  readonly #watches: Watches
  readonly #logOf: LogOfPod
  readonly #texts = new ListTexts()

  constructor({ machine, watches, logOf }: ResourceHandlerProps) {
    this.#machine = machine
    this.#watches = watches
    this.#logOf = logOf
  }

  handle(request: ResourceRequest): void {
    const { route, verb, response } = request
    const resource = this.#machine.registry.find(route.apiVersion, route.plural)
    if (resource === undefined) throw noSuchResource()
    this.#checkPath(resource, request)
    if (isTunnel(route)) throw refusedTunnel(resource, request)
    if (route.subresource === 'log') return answerLog(resource, { ...request, now: this.#machine.now() }, this.#logOf)
    setWarnings(response, resource.deprecation === undefined ? [] : [resource.deprecation])
    switch (verb) {
      case 'get':
        return this.#get(resource, request)
      case 'list':
        return this.#list(resource, request)
      case 'watch':
        return this.#watch(resource, request)
      case 'create':
        return this.#create(resource, request)
      case 'update':
        return this.#update(resource, request)
      case 'patch':
        return this.#patch(resource, request)
      case 'delete':
        return this.#delete(resource, request)
      case 'deletecollection':
        return this.#deleteCollection(resource, request)
      default:
        return verb satisfies never
    }
  }

  #checkPath(resource: Resource, { route, verb }: ResourceRequest): void {
    const { subresource, name, namespace } = route
    if (subresource !== '' && !resource.subresources.some((each) => each === subresource) && !isEviction(resource, route)) throw noSuchResource()
    if (!resource.namespaced && namespace !== undefined) throw noSuchResource()
    const isAcross = resource.namespaced && namespace === undefined
    if (isAcross && name !== '') throw noSuchResource()
    if (isAcross && !['list', 'watch'].includes(verb)) throw methodNotAllowed()
    const isCollection = name === ''
    if (verb === 'create' ? !isCollection && subresource === '' : isCollection && ['update', 'patch'].includes(verb)) throw methodNotAllowed()
    if (subresource !== '' && ['delete', 'list', 'watch'].includes(verb)) throw methodNotAllowed()
    if (isTunnel(route) && !['get', 'create'].includes(verb)) throw methodNotAllowed()
    if (['binding', 'eviction'].includes(subresource) !== (subresource !== '' && !isTunnel(route) && verb === 'create')) throw methodNotAllowed()
    if (subresource === 'log' && verb !== 'get') throw methodNotAllowed()
    if (subresource === 'finalize' && verb !== 'update') throw methodNotAllowed()
    if (resource.plural === 'namespaces' && verb === 'deletecollection') throw methodNotAllowed()
  }

  #get(resource: Resource, request: ResourceRequest): void {
    const { route, stale } = request
    const stored = stale === undefined ? undefined : resource.table.at(stale).get(keyOf(route.namespace, route.name))
    const object = stale === undefined ? find(resource, route.namespace, route.name) : stored === undefined ? undefined : resource.show(stored)
    if (object === undefined) throw notFound(resource, route.name)
    this.#answer(request, resource, { code: 200, object: route.subresource === 'scale' ? scaleOf(resource, object) : object })
  }

  #list(resource: Resource, request: ResourceRequest): void {
    const { route, query, stale } = request
    const form = readForm(request.request.headers.accept, query)
    const found = list(this.#machine, readListRequest(resource, route.namespace, query), stale)
    this.#answerList(request, resource, { found, form })
  }

  #answerList(request: ResourceRequest, resource: Resource, { found, form }: { readonly found: ObjectList; readonly form: ReturnType<typeof readForm> }): void {
    const isPlain = form.kind === 'object' && !request.query.has('pretty') && !/^(curl|Wget|Mozilla)\//.test(request.request.headers['user-agent'] ?? '')
    if (isPlain && request.request.headers.accept?.startsWith('application/yaml') !== true) {
      sendText(request.response, 200, { text: this.#texts.write(resource, found), contentType: 'application/json' })
    } else sendJson(request, 200, showList(resource, found, { form, now: this.#machine.now() }))
  }

  #watch(resource: Resource, request: ResourceRequest): void {
    const { route, query, response } = request
    const form = readForm(request.request.headers.accept, query)
    const asked = new URLSearchParams(query)
    if (route.name !== '') asked.set('fieldSelector', `metadata.name=${route.name}`)
    this.#watches.open(readWatchRequest(resource, { namespace: route.namespace, form }, asked), response)
  }

  #create(resource: Resource, request: ResourceRequest): void {
    const { route } = request
    const body = readObject(request.body, contentType(request), resource.kind)
    const write = this.#writeRequest(resource, request)
    if (route.subresource === 'binding') {
      bind(this.#machine, write, body)
      sendJson(request, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
      return
    }
    if (route.subresource === 'eviction') {
      this.#remove(resource, request, route.name)
      sendJson(request, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
      return
    }
    const object = create(this.#machine, write, body)
    this.#answer(request, resource, { code: 201, object, warnings: write.warnings })
  }

  #update(resource: Resource, request: ResourceRequest): void {
    const body = readObject(request.body, contentType(request), resource.kind)
    const write = this.#writeRequest(resource, request)
    if (request.route.subresource === 'scale') {
      this.#answer(request, resource, { code: 200, object: rescale(this.#machine, write, body) })
      return
    }
    const { object, created } = replace(this.#machine, write, body)
    this.#answer(request, resource, { code: created ? 201 : 200, object, warnings: write.warnings })
  }

  #patch(resource: Resource, request: ResourceRequest): void {
    const type = contentType(request)
    if (!PATCH_TYPES.includes(type)) throw unsupportedMediaType()
    const { query, route } = request
    const how: Patch = {
      type,
      body: readPatch(request.body, type),
      force: query.get('force') === 'true',
      isManagerNamed: (query.get('fieldManager') ?? '') !== '',
    }
    const write = this.#writeRequest(resource, request)
    if (route.subresource === 'scale') {
      this.#answer(request, resource, { code: 200, object: this.#patchScale(resource, write, how) })
      return
    }
    const { object, created } = patch(this.#machine, write, how)
    this.#answer(request, resource, { code: created ? 201 : 200, object, warnings: write.warnings })
  }

  #patchScale(resource: Resource, write: WriteRequest, { type, body }: Patch): ApiObject {
    const live = find(resource, write.namespace, write.name)
    if (live === undefined) throw notFound(resource, write.name)
    const scale = scaleOf(resource, live)
    return rescale(this.#machine, write, type === 'application/json-patch+json' ? applyJsonPatch(scale, body) : applyMergePatch(scale, body))
  }

  #delete(resource: Resource, request: ResourceRequest): void {
    const { object, gone } = this.#remove(resource, request, request.route.name)
    if (gone && resource.returnsDeleted !== true) sendJson(request, 200, success(detailsOf(resource, object)))
    else this.#answer(request, resource, { code: 200, object })
  }

  #remove(resource: Resource, request: ResourceRequest, name: string): Deleted {
    const { query, route } = request
    const options = readDeleteOptions(readObject(request.body, contentType(request)), query)
    return remove(this.#machine, { resource, namespace: route.namespace, name, options, dryRun: isDry(query, readObject(request.body, contentType(request))) })
  }

  #deleteCollection(resource: Resource, request: ResourceRequest): void {
    const form = readForm(request.request.headers.accept, request.query)
    const found = list(this.#machine, readListRequest(resource, request.route.namespace, request.query))
    for (const item of found.items) this.#remove(resource, request, item.metadata.name)
    this.#answerList(request, resource, { found, form })
  }

  #writeRequest(resource: Resource, { route, query, request }: ResourceRequest): WriteRequest {
    const validation = query.get('fieldValidation') ?? 'Warn'
    if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') throw badRequest(`invalid fieldValidation ${validation}`)
    return {
      resource,
      namespace: route.namespace,
      name: route.name,
      subresource: route.subresource,
      manager: query.get('fieldManager') || (request.headers['user-agent'] ?? 'unknown').split('/')[0] || 'unknown',
      dryRun: isDry(query, undefined),
      fieldValidation: validation,
      warnings: resource.deprecation === undefined ? [] : [resource.deprecation],
    }
  }

  #answer(request: ResourceRequest, resource: Resource, { code, object, warnings = [] }: Outcome): void {
    const form = readForm(request.request.headers.accept, request.query)
    setWarnings(request.response, warnings)
    sendJson(request, code, showOne(resource, object, { form, now: this.#machine.now(), isFirst: true }))
  }
}

interface Outcome {
  readonly code: number
  readonly object: ApiObject
  readonly warnings?: readonly string[]
}

const contentType = ({ request }: Exchange): string => mediaType(request.headers['content-type'])
const isTunnel = ({ subresource }: Route): boolean => subresource === 'portforward' || subresource === 'exec'

/** A request that has to be an upgrade of the connection, and is not. */
function refusedTunnel(resource: Resource, { route, query }: ResourceRequest): Error {
  const pod = podAt(resource, route)
  if (route.subresource === 'exec') containerIn(pod, query.get('container'))
  refuseWithoutNode(pod)
  return badRequest('Upgrade request required')
}

const isEviction = (resource: Resource, route: Route): boolean => resource.plural === 'pods' && route.subresource === 'eviction'

/** Throws 400 for a dry run of another kind than `All`. */
function isDry(query: URLSearchParams, body: unknown): boolean {
  const inBody = typeof body === 'object' && body !== null && 'dryRun' in body && Array.isArray(body.dryRun) ? body.dryRun : []
  const asked: unknown[] = [...query.getAll('dryRun'), ...inBody]
  if (asked.some((each) => each !== 'All')) throw badRequest(`Invalid value: ${JSON.stringify(asked)}: the only dry run is "All"`)
  return asked.length > 0
}
