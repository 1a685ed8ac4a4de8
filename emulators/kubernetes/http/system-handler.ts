/** Answers what is about the server and not about an object: health, discovery, OpenAPI, and who the client is and what it may do. */
import { methodNotAllowed, noSuchResource } from '../api-error.ts'
import { VERSION, aggregated, coreVersions, groupInfo, groupList, resourceList } from '../discovery.ts'
import { fieldsAt, isFields, textAt } from '../json.ts'
import type { Machine } from '../machine.ts'
import type { Registry } from '../registry.ts'
import { PROTOBUF, openApiV2, openApiV2Protobuf } from '../schema/openapi-v2.ts'
import { openApiDocument, openApiIndex } from '../schema/openapi.ts'
import { formatTime } from '../schema/time.ts'
import { mediaType, readObject } from './body.ts'
import { type Exchange, sendJson, sendText } from './respond.ts'
import { bind } from '../write/subresources.ts'

export interface User {
  readonly name: string
  readonly groups: readonly string[]
}

export interface SystemRequest extends Exchange {
  readonly path: string
  readonly user: User
  /** `127.0.0.1:6443` */
  readonly address: string
  readonly body: Buffer
}

/** False: the path is none of the system's. */
export function handleSystem(machine: Machine, request: SystemRequest): boolean {
  const { path, request: message } = request
  const name = path.replace(/\/$/, '')
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) {
    sendText(request.response, 200, { text: 'ok' })
    return true
  }
  if (message.method === 'GET') return handleRead(machine, request, name === '' ? '/' : name)
  return message.method === 'POST' && handleQuestion(machine, request)
}

function handleRead({ registry }: Machine, request: SystemRequest, path: string): boolean {
  const answer = (body: unknown, type?: string): boolean => {
    // No group or version of that name.
    if (body === undefined) return false
    sendJson(request, 200, body, type)
    return true
  }
  if (path === '/version') return answer(VERSION)
  if (path === '/') return answer({ paths: ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'] })
  if (path === '/api' || path === '/apis') {
    const version = aggregatedVersion(request.request.headers.accept)
    request.response.setHeader('Vary', 'Accept')
    if (version !== undefined)
      return answer(aggregated(registry, path === '/api', version), `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
    return answer(path === '/api' ? coreVersions(request.address) : groupList(registry))
  }
  if (path === '/openapi/v2') return answerV2(registry, request)
  if (path === '/openapi/v3') return answer(openApiIndex(registry))
  if (path.startsWith('/openapi/v3/')) return answer(openApiDocument(registry, path.replace(/^\/openapi\/v3\/apis?\//, '')))
  const [, root, group = '', version, ...rest] = path.split('/')
  if (rest.length > 0) return false
  if (root === 'api' && version === undefined) return answer(resourceList(registry, group))
  if (root !== 'apis') return false
  return answer(version === undefined ? groupInfo(registry, group) : resourceList(registry, `${group}/${version}`))
}

function answerV2(registry: Registry, request: SystemRequest): true {
  const accept = request.request.headers.accept ?? ''
  if (!accept.includes('proto-openapi.spec.v2')) sendJson(request, 200, openApiV2(registry))
  else request.response.writeHead(200, { 'Content-Type': PROTOBUF }).end(openApiV2Protobuf(registry))
  return true
}

/** The first aggregated form that the client takes, when it prefers one to the plain form. */
function aggregatedVersion(accept = ''): 'v2' | 'v2beta1' | undefined {
  for (const range of accept.split(',')) {
    if (!range.includes('as=APIGroupDiscoveryList')) return undefined
    if (range.includes('v=v2beta1')) return 'v2beta1'
    if (range.includes('v=v2')) return 'v2'
  }
  return undefined
}

const QUESTION = /^\/apis\/(authorization|authentication)\.k8s\.io\/v1\/(selfsubject(?:access|rules)?reviews)$/
const BINDINGS = /^\/api\/v1\/namespaces\/([^/]+)\/bindings$/

function handleQuestion(machine: Machine, request: SystemRequest): boolean {
  const [, namespace] = BINDINGS.exec(request.path) ?? []
  const body = (): unknown => readObject(request.body, mediaType(request.request.headers['content-type']))
  if (namespace !== undefined) {
    bindByBody(machine, namespace, body())
    sendJson(request, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
    return true
  }
  const [, group, plural] = QUESTION.exec(request.path) ?? []
  if (group === undefined || plural === undefined) return false
  if ((plural === 'selfsubjectreviews') !== (group === 'authentication')) throw noSuchResource()
  const spec = fieldsAt(asFields(body()), 'spec')
  const apiVersion = `${group}.k8s.io/v1`
  sendJson(request, 201, { ...answerOf(plural, request.user, { spec, now: machine.now() }), apiVersion })
  return true
}

const asFields = (value: unknown): Record<string, unknown> => (isFields(value) ? value : {})

/** Every authenticated user may do everything here. */
function answerOf(plural: string, user: User, { spec, now }: { readonly spec: unknown; readonly now: Date }): Record<string, unknown> {
  switch (plural) {
    case 'selfsubjectreviews': {
      const userInfo = { username: user.name, groups: user.groups }
      return { kind: 'SelfSubjectReview', metadata: { creationTimestamp: formatTime(now) }, status: { userInfo } }
    }
    case 'selfsubjectaccessreviews':
      return { kind: 'SelfSubjectAccessReview', metadata: {}, spec, status: { allowed: true } }
    default: {
      const all = { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }
      return { kind: 'SelfSubjectRulesReview', metadata: {}, spec: {}, status: { ...all, incomplete: false } }
    }
  }
}

function bindByBody(machine: Machine, namespace: string, binding: unknown): void {
  const resource = machine.registry.find('v1', 'pods')
  if (resource === undefined) throw methodNotAllowed()
  const name = textAt(fieldsAt(asFields(binding), 'metadata'), 'name')
  bind(machine, { resource, namespace, name, manager: 'scheduler', subresource: 'binding', dryRun: false, fieldValidation: 'Warn', warnings: [] }, binding)
}
