/** The forms in which an object can be asked for: as it is, as metadata only, or as rows of a table. */
import { notAcceptable } from '../api-error.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'
import { tableOf } from './table.ts'

export type Form =
  | { readonly kind: 'object' }
  | { readonly kind: 'metadata'; readonly version: string }
  | { readonly kind: 'table'; readonly version: string; readonly include: 'Object' | 'Metadata' | 'None' }

/** The first form of the Accept header that this server has. Throws 406. */
export function readForm(accept: string | undefined, query: URLSearchParams): Form {
  if (accept === undefined || accept.trim() === '') return { kind: 'object' }
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    if (!['application/json', '*/*', 'application/*'].includes(type)) continue
    const parameter = (name: string): string | undefined => parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1)
    const as = parameter('as')
    const version = parameter('v') ?? 'v1'
    if (as === undefined) return { kind: 'object' }
    if (parameter('g') !== 'meta.k8s.io' || !['v1', 'v1beta1'].includes(version)) continue
    if (as === 'Table') return { kind: 'table', version, include: includeOf(query) }
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { kind: 'metadata', version }
  }
  throw notAcceptable()
}

function includeOf(query: URLSearchParams): 'Object' | 'Metadata' | 'None' {
  const include = query.get('includeObject')
  return include === 'Object' || include === 'None' ? include : 'Metadata'
}

/** Objects that are written in the same bytes have the same text here. */
export const nameOf = (form: Form): string => (form.kind === 'object' ? '' : `${form.kind} ${form.version} ${form.kind === 'table' ? form.include : ''}`)

/** One object in a form. `isFirst`: a table says its columns. */
export function showOne(resource: Resource, object: ApiObject, how: { readonly form: Form; readonly now: Date; readonly isFirst: boolean }): unknown {
  const { form, now, isFirst } = how
  switch (form.kind) {
    case 'object':
      return object
    case 'metadata':
      return metadataOf(object, form.version)
    case 'table':
      return tableOf(resource, [object], { form, now, withColumns: isFirst, metadata: { resourceVersion: object.metadata.resourceVersion } })
    default:
      return form satisfies never
  }
}

export const metadataOf = (object: ApiObject, version: string): unknown => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: object.metadata,
})
