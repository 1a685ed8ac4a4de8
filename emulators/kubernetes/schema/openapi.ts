/** The OpenAPI v3 documents, made from the schema: what kubectl needs to apply, to explain and to know that the server validates fields. */
import { createHash } from 'node:crypto'
import { groupVersions } from '../discovery.ts'
import type { Registry, Resource } from '../registry.ts'
import { DESCRIPTIONS } from './descriptions.ts'
import { UNDESCRIBED } from './index.ts'
import type { Field, Scalar, Struct, Type } from './notation.ts'

/** `/openapi/v3`: where each document is. The hash changes with the document, for clients that keep them. */
export function openApiIndex(registry: Registry): unknown {
  const paths: Record<string, unknown> = {}
  for (const apiVersion of groupVersions(registry)) {
    const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`
    const hash = createHash('sha256')
      .update(JSON.stringify(openApiDocument(registry, apiVersion)))
      .digest('hex')
      .toUpperCase()
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }
  }
  return { paths }
}

/** One document; undefined when there is no such version. */
export function openApiDocument(registry: Registry, apiVersion: string): unknown {
  if (!groupVersions(registry).includes(apiVersion)) return undefined
  const resources = registry.resources.filter((each) => each.apiVersion === apiVersion)
  const schemas = new Map<string, unknown>()
  for (const resource of resources) addKind(resource, schemas)
  const paths = Object.assign({}, ...resources.map(pathsOf)) as Record<string, unknown>
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.32' }, paths, components: { schemas: Object.fromEntries(schemas) } }
}

const GROUPS: Readonly<Record<string, string>> = { meta: 'io.k8s.apimachinery.pkg.apis.meta.v1', core: 'io.k8s.api.core.v1' }

function nameOf(struct: Struct): string {
  const [group = '', name = ''] = struct.name.split('.')
  return `${GROUPS[group] ?? `io.k8s.api.${group}.v1`}.${name}`
}

const schemaName = (resource: Resource): string => (resource.struct === UNDESCRIBED ? `any.${resource.kind}` : nameOf(resource.struct))
const refTo = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` })

function addKind(resource: Resource, schemas: Map<string, unknown>): void {
  const { group, version, kind, struct } = resource
  const fields = propertiesOf(struct, schemas)
  const required = [...struct.fields.values()].filter((field) => field.required).map((field) => field.name)
  schemas.set(schemaName(resource), {
    description: DESCRIPTIONS[struct.name] ?? `A ${kind}.`,
    type: 'object',
    properties: { apiVersion: { ...STRING, description: DESCRIPTIONS['apiVersion'] }, kind: { ...STRING, description: DESCRIPTIONS['kind'] }, ...fields },
    ...(required.length === 0 ? {} : { required }),
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
  })
}

function addStruct(struct: Struct, schemas: Map<string, unknown>): string {
  const name = nameOf(struct)
  if (schemas.has(name)) return name
  // Before its fields are, for structs that hold themselves.
  schemas.set(name, {})
  const required = [...struct.fields.values()].filter((field) => field.required).map((field) => field.name)
  schemas.set(name, {
    description: DESCRIPTIONS[struct.name] ?? '',
    type: 'object',
    properties: propertiesOf(struct, schemas),
    ...(required.length === 0 ? {} : { required }),
    ...(struct.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  })
  return name
}

function propertiesOf(struct: Struct, schemas: Map<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...struct.fields.values()].map((field) => [field.name, propertyOf(struct, field, schemas)]))
}

function propertyOf(struct: Struct, field: Field, schemas: Map<string, unknown>): unknown {
  const description = DESCRIPTIONS[`${struct.name}.${field.name}`] ?? ''
  const { type } = field
  if (type.kind === 'struct') {
    const strategy = field.retainKeys ? { 'x-kubernetes-patch-strategy': 'retainKeys' } : {}
    return { description, ...(field.always ? { default: {} } : {}), allOf: [refTo(addStruct(type.struct, schemas))], ...strategy }
  }
  return {
    description,
    ...typeOf(type, schemas),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(type.kind === 'list' ? listKeywords(field) : {}),
    ...(field.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  }
}

function listKeywords(field: Field): Record<string, unknown> {
  const strategy = [...(field.merge ? ['merge'] : []), ...(field.retainKeys ? ['retainKeys'] : [])].join(',')
  return {
    'x-kubernetes-list-type': field.keys.length > 0 ? 'map' : field.set ? 'set' : 'atomic',
    ...(field.keys.length > 0 ? { 'x-kubernetes-list-map-keys': field.keys } : {}),
    ...(strategy === '' ? {} : { 'x-kubernetes-patch-strategy': strategy }),
    ...(field.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.mergeKey }),
  }
}

function typeOf(type: Type, schemas: Map<string, unknown>): Record<string, unknown> {
  switch (type.kind) {
    case 'struct':
      return { default: {}, allOf: [refTo(addStruct(type.struct, schemas))] }
    case 'list':
      return { type: 'array', items: typeOf(type.of, schemas) }
    case 'map':
      return { type: 'object', additionalProperties: typeOf(type.of, schemas) }
    case 'scalar':
      return scalarType(type.scalar, schemas)
    default:
      return type satisfies never
  }
}

/** The two scalars that kubectl shows by their name. */
const NAMED: Partial<Record<Scalar, string>> = {
  IntOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  Quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
}

function scalarType(scalar: Scalar, schemas: Map<string, unknown>): Record<string, unknown> {
  const name = NAMED[scalar]
  if (name === undefined) return SCALAR_TYPES[scalar]
  schemas.set(name, SCALAR_TYPES[scalar])
  return { allOf: [refTo(name)] }
}

const STRING = { type: 'string' } as const
const SCALAR_TYPES: Readonly<Record<Scalar, Record<string, unknown>>> = {
  string: STRING,
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'date-time' },
  IntOrString: { description: 'A number, or a name that stands for one.', format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  Quantity: { description: 'An amount, as 500m, 2 or 1Gi.', oneOf: [{ type: 'string' }, { type: 'number' }] },
  FieldsV1: { type: 'object' },
  any: { type: 'object' },
}

const QUERY = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } }))
const FORCE = { name: 'force', in: 'query', schema: { type: 'boolean', uniqueItems: true } }

/** The operations on one object: kubectl looks there for the parameters of a patch. */
function pathsOf(resource: Resource): Record<string, unknown> {
  const { group, version, kind, plural, namespaced } = resource
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const collection = `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`
  const content = { 'application/json': { schema: refTo(schemaName(resource)) } }
  const operation = (action: string, parameters: readonly unknown[]): unknown => ({
    parameters,
    responses: { 200: { description: 'OK', content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  })
  const body = { requestBody: { content, required: true } }
  const write = (action: string, parameters: readonly unknown[] = QUERY): unknown => ({ ...(operation(action, parameters) as object), ...body })
  return {
    [collection]: { get: operation('list', []), post: write('post'), delete: operation('deletecollection', []) },
    [`${collection}/{name}`]: {
      get: operation('get', []),
      put: write('put'),
      patch: write('patch', [...QUERY, FORCE]),
      delete: operation('delete', []),
    },
  }
}
