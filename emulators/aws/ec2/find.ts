/** How EC2 lists things: by ids, by filters, in pages. */
import type { Tags } from '../cloud/objects.ts'
import type { Input } from '../wire/input.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal, invalidParameter } from '../wire/refusal.ts'

/** The values of an object under a filter's name. */
export type Values<T> = (object: T) => readonly string[]

export interface Listing<T> {
  /** The request's list of ids (`GroupId`), and the code when one is missing (`InvalidGroup.NotFound`). */
  readonly ids?: { readonly param: string; readonly missing: string }
  readonly idOf: (object: T) => string
  readonly filters: Readonly<Record<string, Values<T>>>
  readonly tagsOf?: (object: T) => Tags
}

export interface Listed<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export function list<T>(input: Input, all: readonly T[], how: Listing<T>): Listed<T> {
  const ids = how.ids === undefined ? undefined : input.texts(how.ids.param)
  const known = new Set(all.map(how.idOf))
  const missing = ids?.filter((id) => !known.has(id)) ?? []
  if (missing.length > 0) throw new Refusal(how.ids?.missing ?? '', `The ID '${missing.join(', ')}' does not exist`)
  const tests = (input.each('Filter') ?? []).map((filter) => testOf(filter, how))
  const found = all.filter((one) => (ids === undefined || ids.includes(how.idOf(one))) && tests.every((test) => test(one)))
  return pageOf(found, { token: input.text('NextToken'), size: pageSize(input), keyOf: how.idOf, refuses: 'InvalidNextToken' })
}

function pageSize(input: Input): number {
  const size = input.number('MaxResults')
  if (size !== undefined && (size < 5 || size > 1000))
    throw invalidParameter(`Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`)
  return size ?? 1000
}

/** One of the filter's values has to match one of the object's; `*` stands for any text, `?` for any character. */
function testOf<T>(filter: Input, { filters, tagsOf }: Listing<T>): (object: T) => boolean {
  const name = filter.text('Name') ?? ''
  const patterns = (filter.texts('Value') ?? []).map(patternOf)
  const values = valuesOf(name, { filters, tagsOf })
  if (values === undefined) throw invalidParameter(`The filter '${name}' is invalid`)
  if (patterns.length === 0) throw invalidParameter(`The filter '${name}' has no values`)
  return (object) => values(object).some((value) => patterns.some((pattern) => pattern.test(value)))
}

function valuesOf<T>(
  name: string,
  { filters, tagsOf }: { readonly filters: Listing<T>['filters']; readonly tagsOf: ((object: T) => Tags) | undefined },
): Values<T> | undefined {
  if (tagsOf !== undefined && name === 'tag-key') return (object) => [...tagsOf(object).keys()]
  if (tagsOf !== undefined && name === 'tag-value') return (object) => [...tagsOf(object).values()]
  if (tagsOf !== undefined && name.startsWith('tag:')) {
    return (object) => {
      const value = tagsOf(object).get(name.slice('tag:'.length))
      return value === undefined ? [] : [value]
    }
  }
  return Object.hasOwn(filters, name) ? filters[name] : undefined
}

function patternOf(value: string): RegExp {
  const text = value.replace(/\\([*?\\])|([*?])|([.+^${}()|[\]\\])/g, (_, escaped?: string, wild?: string, special?: string) => {
    if (wild !== undefined) return wild === '*' ? '.*' : '.'
    return `\\${escaped ?? special}`
  })
  return new RegExp(`^${text}$`, 's')
}
