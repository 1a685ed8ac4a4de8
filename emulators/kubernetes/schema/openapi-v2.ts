/** The OpenAPI v2 document, in JSON and in protobuf: kubectl up to 1.28 asks for nothing else. It is the v3 documents in their older form. */
import { groupVersions } from '../discovery.ts'
import { type Fields, fieldsAt, isFields, textAt } from '../json.ts'
import type { Registry } from '../registry.ts'
import { openApiDocument } from './openapi.ts'
import { type Entry, bytes, message } from './protobuf-writer.ts'

export const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** As JSON. */
export function openApiV2(registry: Registry): Fields {
  const documents = groupVersions(registry).map((apiVersion) => openApiDocument(registry, apiVersion) as Fields)
  const paths = Object.assign({}, ...documents.map((document) => document['paths'])) as Fields
  const schemas = Object.assign({}, ...documents.map((document) => fieldsAt(document, 'components')['schemas'])) as Fields
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.32' },
    paths: mapValues(paths, (path) => mapValues(path, toOldOperation)),
    definitions: mapValues(schemas, toOldSchema),
  }
}

function mapValues(of: unknown, change: (value: unknown) => unknown): Fields {
  return isFields(of) ? Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)])) : {}
}

function toOldOperation(operation: unknown): unknown {
  if (!isFields(operation)) return operation
  const parameters = listOf(operation['parameters']).map((parameter) => ({
    name: parameter['name'],
    in: parameter['in'],
    ...fieldsAt(parameter, 'schema'),
  }))
  return {
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': operation['x-kubernetes-action'],
    'x-kubernetes-group-version-kind': operation['x-kubernetes-group-version-kind'],
  }
}

const KEPT = ['description', 'type', 'format', 'required'] as const

function toOldSchema(schema: unknown): unknown {
  if (!isFields(schema)) return {}
  const [reference] = listOf(schema['allOf'])
  // A reference says nothing of its own, but for what it describes and how it is patched.
  if (reference !== undefined)
    return { $ref: textAt(reference, '$ref').replace('/components/schemas/', '/definitions/'), ...vocabulary(schema), ...pick(schema, ['description']) }
  return {
    ...pick(schema, KEPT),
    ...(schema['oneOf'] === undefined ? {} : { type: 'string' }),
    ...(schema['items'] === undefined ? {} : { items: toOldSchema(schema['items']) }),
    ...(schema['additionalProperties'] === undefined ? {} : { additionalProperties: toOldSchema(schema['additionalProperties']) }),
    ...(schema['properties'] === undefined ? {} : { properties: mapValues(schema['properties'], toOldSchema) }),
    ...vocabulary(schema),
  }
}

const pick = (of: Fields, keys: readonly string[]): Fields => Object.fromEntries(Object.entries(of).filter(([key]) => keys.includes(key)))
const vocabulary = (schema: Fields): Fields => Object.fromEntries(Object.entries(schema).filter(([key]) => key.startsWith('x-kubernetes-')))
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

/** As protobuf, in the messages of `openapi.v2` (github.com/google/gnostic); the numbers are theirs. */
export function openApiV2Protobuf(registry: Registry): Buffer {
  const { info, paths, definitions, swagger } = openApiV2(registry)
  const about = isFields(info) ? message([1, textAt(info, 'title')], [2, textAt(info, 'version')]) : message()
  return bytes(
    message(
      [1, String(swagger)],
      [2, about],
      [8, message(...named(paths, pathItem).map((each): Entry => [2, each]))],
      [9, message(...named(definitions, schemaMessage).map((each): Entry => [1, each]))],
    ),
  )
}

type Message = ReturnType<typeof message>

const named = (of: unknown, write: (value: Fields) => Message): Message[] =>
  isFields(of) ? Object.entries(of).map(([name, value]) => message([1, name], [2, write(isFields(value) ? value : {})])) : []

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 }

const pathItem = (path: Fields): Message =>
  message(...Object.entries(path).flatMap(([method, operation]): Entry[] => (isFields(operation) ? [[METHODS[method] ?? 2, operationMessage(operation)]] : [])))

function operationMessage(operation: Fields): Message {
  const response = message([1, message([1, '200'], [2, message([1, message([1, 'OK'])])])])
  return message(...listOf(operation['parameters']).map((each): Entry => [8, parameterMessage(each)]), [9, response], ...extensions(operation, 13))
}

/** A parameter of the query, in the three wrappers it has. */
function parameterMessage(parameter: Fields): Message {
  const query = message([2, 'query'], [4, textAt(parameter, 'name')], [6, textAt(parameter, 'type')], [20, true])
  return message([1, message([2, message([3, query])])])
}

function schemaMessage(schema: Fields): Message {
  const { items, additionalProperties, properties, required, type } = schema
  const entries: Entry[] = [
    [1, textAt(schema, '$ref')],
    [2, textAt(schema, 'format')],
    [4, textAt(schema, 'description')],
  ]
  if (Array.isArray(required)) entries.push(...required.map((each): Entry => [19, String(each)]))
  if (isFields(additionalProperties)) entries.push([21, message([1, schemaMessage(additionalProperties)])])
  if (typeof type === 'string') entries.push([22, message([1, type])])
  if (isFields(items)) entries.push([23, message([1, schemaMessage(items)])])
  if (isFields(properties)) entries.push([25, message(...named(properties, schemaMessage).map((each): Entry => [1, each]))])
  return message(...entries, ...extensions(schema, 31))
}

/** JSON is YAML too. */
const extensions = (of: Fields, number: number): Entry[] =>
  Object.entries(vocabulary(of)).map(([name, value]): Entry => [number, message([1, name], [2, message([2, JSON.stringify(value)])])])
