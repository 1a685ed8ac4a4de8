/** ConfigMaps, Secrets and ServiceAccounts: data that others read. */
import type { ApiObject, FieldError, ResourceDefinition } from '../resource.ts'
import { ageColumn, nameColumn, textColumn } from './rules/columns.ts'
import { fieldsAt } from './rules/draft.ts'
import { eachInvalid, forbidden, immutable, invalid, required, sameJson, tooLong } from './rules/field-errors.ts'
import { wrongConfigKey } from './rules/names.ts'
import { validateMeta, validateMetaUpdate } from './rules/object-meta.ts'

const LIMIT = 1024 * 1024
const count = (...of: readonly Record<string, unknown>[]): number => of.reduce((sum, data) => sum + Object.keys(data).length, 0)
const core = { group: '', version: 'v1', namespaced: true, subresources: [] } as const
const subdomain = { name: 'subdomain', namespaced: true } as const

export const configMaps: ResourceDefinition = {
  ...core,
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  columns: [nameColumn, textColumn('Data', 0, (map) => count(fieldsAt(map, 'data'), fieldsAt(map, 'binaryData'))), ageColumn],
  strategy: {
    validateCreate: (draft) => [...validateMeta(draft, subdomain), ...validateConfigMap(draft)],
    validateUpdate: (draft, old) => [...validateMetaUpdate(draft, old), ...validateImmutable(draft, old, ['data', 'binaryData']), ...validateConfigMap(draft)],
  },
}

export const secrets: ResourceDefinition = {
  ...core,
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  columns: [
    nameColumn,
    textColumn('Type', 0, (secret) => String(secret['type'])),
    textColumn('Data', 0, (secret) => count(fieldsAt(secret, 'data'))),
    ageColumn,
  ],
  selectable: { type: (secret) => String(secret['type']) },
  strategy: {
    default: defaultSecret,
    validateCreate: (draft) => [...validateMeta(draft, subdomain), ...validateSecret(draft)],
    validateUpdate: (draft, old) => [
      ...validateMetaUpdate(draft, old),
      ...immutable('type', draft['type'], old['type']),
      ...validateImmutable(draft, old, ['data']),
      ...validateSecret(draft),
    ],
  },
}

export const serviceAccounts: ResourceDefinition = {
  ...core,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  columns: [nameColumn, ageColumn],
  returnsDeleted: true,
  strategy: {
    validateCreate: (draft) => validateMeta(draft, subdomain),
    validateUpdate: (draft, old) => validateMetaUpdate(draft, old),
  },
}

/** `stringData` is only a way to write: it ends in `data`. */
function defaultSecret(draft: ApiObject): void {
  if (draft['type'] === undefined || draft['type'] === '') draft['type'] = 'Opaque'
  const texts = Object.entries(fieldsAt(draft, 'stringData')).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')])
  delete draft['stringData']
  if (texts.length > 0) draft['data'] = { ...fieldsAt(draft, 'data'), ...Object.fromEntries(texts) }
}

function validateConfigMap(map: ApiObject): FieldError[] {
  const [data, binary] = [fieldsAt(map, 'data'), fieldsAt(map, 'binaryData')]
  const errors = Object.keys(data).flatMap((key) => [
    ...eachInvalid(`data[${key}]`, key, wrongConfigKey(key)),
    ...(key in binary ? [invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')] : []),
  ])
  errors.push(...Object.keys(binary).flatMap((key) => eachInvalid(`binaryData[${key}]`, key, wrongConfigKey(key))))
  const size = Object.values(data).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0)
  return size > LIMIT ? [...errors, tooLong('[]', LIMIT)] : errors
}

function validateSecret(secret: ApiObject): FieldError[] {
  const data = fieldsAt(secret, 'data')
  const errors = Object.keys(data).flatMap((key) => eachInvalid(`data[${key}]`, key, wrongConfigKey(key)))
  const needed = secret['type'] === 'kubernetes.io/tls' ? ['tls.crt', 'tls.key'] : []
  return [...errors, ...needed.flatMap((key) => (key in data ? [] : [required(`data[${key}]`)]))]
}

function validateImmutable(draft: ApiObject, old: ApiObject, fields: readonly string[]): FieldError[] {
  if (old['immutable'] !== true) return []
  const why = 'field is immutable when `immutable` is set'
  const errors = draft['immutable'] === true ? [] : [forbidden('immutable', why)]
  return [...errors, ...fields.flatMap((field) => (sameJson(draft[field], old[field]) ? [] : [forbidden(field, why)]))]
}
