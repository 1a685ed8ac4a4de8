/** A set of fields of one object, as `metadata.managedFields[].fieldsV1` writes it: a tree whose nodes may themselves be members. Sets are never changed. */
import { type Fields, isFields } from '../json.ts'

export interface FieldSet {
  /** The field itself is a member. */
  readonly own: boolean
  /** By path element: `f:spec`, `k:{"port":80,"protocol":"TCP"}`, `v:"example.com/x"`. */
  readonly children: ReadonlyMap<string, FieldSet>
}

export const EMPTY: FieldSet = { own: false, children: new Map() }
export const LEAF: FieldSet = { own: true, children: new Map() }

export const isEmpty = (set: FieldSet): boolean => !set.own && set.children.size === 0

/** Keeps out children that hold nothing. */
export function node(own: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { own, children: new Map([...children].filter(([, child]) => !isEmpty(child))) }
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b
  if (isEmpty(b)) return a
  const children = new Map(a.children)
  for (const [element, child] of b.children) children.set(element, union(children.get(element) ?? EMPTY, child))
  return { own: a.own || b.own, children }
}

/** The members of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a
  return node(
    a.own && !b.own,
    [...a.children].map(([element, child]) => [element, difference(child, b.children.get(element) ?? EMPTY)]),
  )
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return node(
    a.own && b.own,
    [...a.children].map(([element, child]) => [element, intersection(child, b.children.get(element) ?? EMPTY)]),
  )
}

/** `a` without the whole branches that are leaves of `b`. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  if (b.own) return EMPTY
  return node(
    a.own,
    [...a.children].map(([element, child]) => [element, without(child, b.children.get(element) ?? EMPTY)]),
  )
}

/** A set of one path. */
export function path(...elements: readonly string[]): FieldSet {
  const [first, ...rest] = elements
  return first === undefined ? LEAF : { own: false, children: new Map([[first, path(...rest)]]) }
}

export function toJson(set: FieldSet): Fields {
  const json: Fields = {}
  if (set.own && set.children.size > 0) json['.'] = {}
  for (const element of [...set.children.keys()].toSorted()) json[element] = toJson(set.children.get(element) ?? EMPTY)
  return json
}

export function fromJson(json: unknown): FieldSet {
  const root = childrenOf(json)
  return { own: false, children: root }
}

function childrenOf(json: unknown): Map<string, FieldSet> {
  const children = new Map<string, FieldSet>()
  if (!isFields(json)) return children
  for (const [element, value] of Object.entries(json)) {
    if (element === '.') continue
    const below = childrenOf(value)
    children.set(element, { own: below.size === 0 || (isFields(value) && '.' in value), children: below })
  }
  return children
}

/** The members as the server writes them in messages: `.spec.ports[port=80,protocol="TCP"].targetPort`. Members of one level come before those below. */
export function paths(set: FieldSet, prefix = ''): string[] {
  const elements = [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const own = elements.filter(([, child]) => child.own).map(([element]) => prefix + written(element))
  return [...own, ...elements.flatMap(([element, child]) => paths(child, prefix + written(element)))]
}

function written(element: string): string {
  const value = element.slice(2)
  if (element.startsWith('f:')) return `.${value}`
  if (element.startsWith('v:')) return `[=${value}]`
  const parsed: unknown = JSON.parse(value)
  const keys = isFields(parsed) ? Object.entries(parsed) : []
  return `[${keys.map(([key, each]) => `${key}=${JSON.stringify(each)}`).join(',')}]`
}
