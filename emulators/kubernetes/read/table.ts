/** Objects as rows: what kubectl prints. */
import type { Resource } from '../registry.ts'
import type { ApiObject, Column } from '../resource.ts'

export interface TableOptions {
  readonly form: { readonly version: string; readonly include: 'Object' | 'Metadata' | 'None' }
  readonly now: Date
  readonly withColumns: boolean
  readonly metadata: unknown
}

export function tableOf(resource: Resource, objects: readonly ApiObject[], { form, now, withColumns, metadata }: TableOptions): unknown {
  const columns = resource.columns
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.version}`,
    metadata,
    columnDefinitions: withColumns ? columns.map(describeColumn) : null,
    rows: objects.map((object) => rowOf(columns, object, { form, now })),
  }
}

const describeColumn = ({ name, type, format = '', description = '', priority }: Column): unknown => ({ name, type, format, description, priority })

function rowOf(columns: readonly Column[], object: ApiObject, { form, now }: Pick<TableOptions, 'form' | 'now'>): unknown {
  return { cells: columns.map((column) => column.cell(object, now)), ...included(object, form) }
}

function included(object: ApiObject, { include, version }: TableOptions['form']): { object?: unknown } {
  if (include === 'None') return { object: null }
  return { object: include === 'Object' ? object : { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata } }
}
