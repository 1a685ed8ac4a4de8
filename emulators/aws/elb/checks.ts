/** Checks of names, tags and choices that all of ELBv2's actions share. */
import type { Input } from '../wire/input.ts'
import { Refusal, invalidValue } from '../wire/refusal.ts'

const MAX_TAGS = 50

/** `what`: `Load balancer` or `Target group`. A double hyphen is refused too, which no page of AWS says. */
export function checkName(name: string, what: string): void {
  if (name.length > 32) throw invalidValue(`${what} name '${name}' cannot be longer than '32' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw invalidValue(`${what} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`)
  }
  if (name.startsWith('-') || name.endsWith('-')) throw invalidValue(`${what} name '${name}' cannot begin or end with '-'`)
  if (name.includes('--')) throw invalidValue(`${what} name '${name}' cannot contain '--'`)
}

/** The tags of a creation. Undefined: none were sent, which an empty list is not. */
export function readNewTags(input: Input): Map<string, string> {
  return input.has('Tags') ? readTags(input) : new Map()
}

export function readTags(input: Input): Map<string, string> {
  const sent = input.each('Tags') ?? []
  if (sent.length === 0)
    throw invalidValue("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1")
  const tags = new Map<string, string>()
  for (const tag of sent) {
    const [key, value] = [tag.need('Key'), tag.text('Value') ?? '']
    if (tags.has(key)) throw new Refusal('DuplicateTagKeys', `The tag key '${key}' has been specified more than once`)
    if (key.length > 128) throw invalidValue(`The tag key '${key}' is longer than 128 characters`)
    if (value.length > 256) throw invalidValue(`The value of the tag '${key}' is longer than 256 characters`)
    if (key.toLowerCase().startsWith('aws:')) throw invalidValue(`'aws:' prefixed tag key names are not allowed for external use: '${key}'`)
    tags.set(key, value)
  }
  checkTagCount(tags)
  return tags
}

export function checkTagCount(tags: ReadonlyMap<string, string>): void {
  const own = [...tags.keys()].filter((key) => !key.startsWith('aws:')).length
  if (own > MAX_TAGS) throw new Refusal('TooManyTags', `The maximum number of tags is ${MAX_TAGS}`)
}

/** One of `allowed`, or `otherwise` when nothing was sent. */
export function choice<T extends string>(input: Input, name: string, { allowed, otherwise }: { readonly allowed: readonly T[]; readonly otherwise: T }): T {
  const value = input.text(name)
  if (value === undefined) return otherwise
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw invalidValue(`'${value}' is not a valid value for '${name}': it must be one of '${allowed.join(', ')}'`)
  return found
}

/** A whole number in a range. */
export function bounded(input: Input, name: string, { from, to }: { readonly from: number; readonly to: number }): number | undefined {
  const value = input.number(name)
  if (value !== undefined && (value < from || value > to)) throw invalidValue(`'${name}' must be between '${from}' and '${to}', and is '${value}'`)
  return value
}
