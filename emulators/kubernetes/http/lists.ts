/** Writes lists. The text of each item is kept as long as the object is, because large lists are asked for again and again. */
import { omit } from '../json.ts'
import { type Form, metadataOf } from '../read/form.ts'
import type { ObjectList } from '../read/list.ts'
import { tableOf } from '../read/table.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'

export class ListTexts {
  readonly #items = new WeakMap<ApiObject, string>()

  /** The whole list in the plain form, as JSON. */
  write(resource: Resource, { items, metadata }: ObjectList): string {
    const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion: resource.apiVersion, metadata })
    return `${head.slice(0, -1)},"items":[${items.map((item) => this.#item(item)).join(',')}]}\n`
  }

  #item(item: ApiObject): string {
    const known = this.#items.get(item)
    if (known !== undefined) return known
    const text = JSON.stringify(bare(item))
    this.#items.set(item, text)
    return text
  }
}

/** Items of a list do not say their kind. */
const bare = (item: ApiObject): object => omit(item, 'kind', 'apiVersion')

/** A list in any form, as data. */
export function showList(resource: Resource, list: ObjectList, { form, now }: { readonly form: Form; readonly now: Date }): unknown {
  const { items, metadata } = list
  switch (form.kind) {
    case 'object':
      return { kind: `${resource.kind}List`, apiVersion: resource.apiVersion, metadata, items: items.map(bare) }
    case 'metadata':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${form.version}`,
        metadata,
        items: items.map((item) => metadataOf(item, form.version)),
      }
    case 'table':
      return tableOf(resource, items, { form, now, withColumns: true, metadata })
    default:
      return form satisfies never
  }
}
