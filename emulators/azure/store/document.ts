/** A resource as it is kept: a body that is replaced as a whole, and the parts and references that stand in it. */
import type { ElementType, Field, Fields, Reference } from '../schema/field.ts'
import { keyOf } from '../schema/ids.ts'
import { type JsonObject, objectAt, objectsAt, textAt } from '../schema/json.ts'
import type { ResourceType } from './resource-type.ts'

export interface Document {
  /** In the case in which it was first written. */
  readonly id: string
  readonly type: ResourceType
  readonly name: string
  /** As it was first written. */
  readonly group: string
  readonly body: JsonObject
  readonly guid: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** The document itself, or a part of it that has an id. */
export interface Element {
  readonly id: string
  readonly type: ElementType
  readonly document: Document
  readonly body: JsonObject
  /** Undefined: it is the document. */
  readonly parent?: Element
}

/** One element refers to another. */
export interface Use {
  readonly by: Element
  /** The member that refers. */
  readonly member: string
  readonly reference: Reference
  /** What is referred to. */
  readonly id: string
}

export interface Contents {
  /** By key. */
  readonly elements: ReadonlyMap<string, Element>
  readonly uses: readonly Use[]
}

const known = new WeakMap<Document, Contents>()

export function contentsOf(document: Document): Contents {
  const before = known.get(document)
  if (before !== undefined) return before
  const [elements, uses] = [new Map<string, Element>(), [] as Use[]]
  collect({ id: document.id, type: document.type, document, body: document.body }, { elements, uses })
  const contents = { elements, uses }
  known.set(document, contents)
  return contents
}

interface Collected {
  readonly elements: Map<string, Element>
  readonly uses: Use[]
}

function collect(element: Element, into: Collected): void {
  into.elements.set(keyOf(element.id), element)
  const properties = objectAt(element.body, 'properties')
  collectFrom(element, element.type.fields, properties, into)
  collectFrom(element, element.type.envelope, element.body, into)
}

function collectFrom(element: Element, fields: Fields, of: JsonObject, into: Collected): void {
  for (const [member, field] of Object.entries(fields)) if (of[member] !== undefined) collectField(element, { member, field, of }, into)
}

function collectField(
  element: Element,
  { member, field, of }: { readonly member: string; readonly field: Field; readonly of: JsonObject },
  into: Collected,
): void {
  switch (field.kind) {
    case 'children':
      for (const body of objectsAt(of, member)) {
        collect({ id: `${element.id}/${member}/${textAt(body, 'name')}`, type: field.type, document: element.document, body, parent: element }, into)
      }
      break
    case 'reference':
    case 'references':
      for (const one of field.kind === 'reference' ? [objectAt(of, member)] : objectsAt(of, member)) {
        const id = textAt(one, 'id')
        if (id !== undefined) into.uses.push({ by: element, member, reference: field, id })
      }
      break
    case 'object':
      collectFrom(element, field.fields, objectAt(of, member), into)
      break
    case 'items':
      for (const one of objectsAt(of, member)) collectFrom(element, field.fields, one, into)
      break
    case 'text':
    case 'number':
    case 'flag':
    case 'texts':
    case 'any':
    case 'users':
      break
    default:
      field satisfies never
  }
}

/** The properties of an element. */
export const propertiesOf = ({ body }: Pick<Element, 'body'>): JsonObject => objectAt(body, 'properties')
