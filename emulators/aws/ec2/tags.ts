/** Tags of EC2's objects. */
import type { Tags } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { type TaggedObject, ec2Object, ec2Objects, noteTags } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members, Output } from '../wire/output.ts'
import { Refusal, invalidParameter } from '../wire/refusal.ts'
import { list } from './find.ts'

const MAX_TAGS = 50

export const showTags = (tags: Tags): Output => [...tags].map(([key, value]) => ({ key, value }))

export function readTags(input: Input): Map<string, string> {
  const tags = new Map<string, string>()
  for (const tag of input.each('Tag') ?? []) {
    const [key, value] = [tag.text('Key') ?? '', tag.text('Value') ?? '']
    if (key === '') throw new Refusal('MissingParameter', 'Tag keys cannot be empty')
    if (key.length > 128) throw invalidParameter(`Tag key exceeds the maximum length of 128 characters: '${key}'`)
    if (value.length > 256) throw invalidParameter(`Tag value exceeds the maximum length of 256 characters: '${key}'`)
    if (key.toLowerCase().startsWith('aws:')) throw invalidParameter(`Tag keys starting with 'aws:' are reserved for internal use`)
    if (tags.has(key)) throw invalidParameter(`Duplicate tag key '${key}' specified.`)
    tags.set(key, value)
  }
  checkCount(tags)
  return tags
}

function checkCount(tags: Tags): void {
  if (tags.size > MAX_TAGS) throw new Refusal('TagLimitExceeded', `The maximum number of tags is ${MAX_TAGS}`)
}

/** The tags of a creation, of `TagSpecification`s for this type. */
export function readNewTags(input: Input, type: string): Map<string, string> {
  const specifications = input.each('TagSpecification') ?? []
  const other = specifications.find((one) => one.text('ResourceType') !== type)
  if (other !== undefined) throw invalidParameter(`'${other.text('ResourceType')}' is not a valid taggable resource type for this operation.`)
  const [first, second] = specifications
  if (second !== undefined) throw invalidParameter(`The same resource type may not be specified more than once in tag specifications`)
  return first === undefined ? new Map() : readTags(first)
}

function named(region: Region, input: Input): readonly TaggedObject[] {
  const ids = input.texts('ResourceId') ?? []
  if (ids.length === 0) throw new Refusal('MissingParameter', 'The request must contain the parameter resourceIdSet')
  return ids.map((id) => {
    const object = ec2Object(region, id)
    if (object === undefined) throw new Refusal(id.startsWith('sg-') ? 'InvalidGroup.NotFound' : 'InvalidID', `The ID '${id}' is not valid`)
    return object
  })
}

export function createTags(region: Region, input: Input): Members {
  const [objects, added] = [named(region, input), readTags(input)]
  if (added.size === 0) throw new Refusal('MissingParameter', 'The request must contain the parameter tagSet')
  for (const { tags } of objects) checkCount(new Map([...tags, ...added]))
  for (const { id, tags } of objects) {
    for (const [key, value] of added) tags.set(key, value)
    noteTags(region, id)
  }
  return { return: true }
}

/** A tag with a value goes only where it has that value; without tags, all go. */
export function deleteTags(region: Region, input: Input): Members {
  const objects = named(region, input)
  const asked = input.each('Tag')?.map((tag) => ({ key: tag.text('Key') ?? '', value: tag.text('Value') }))
  for (const { id, tags } of objects) {
    const doomed = asked ?? [...tags.keys()].filter((key) => !key.startsWith('aws:')).map((key) => ({ key, value: undefined }))
    for (const { key, value } of doomed) if (value === undefined || tags.get(key) === value) tags.delete(key)
    noteTags(region, id)
  }
  return { return: true }
}

interface OneTag {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly value: string
}

export function describeTags(region: Region, input: Input): Members {
  const all = ec2Objects(region).flatMap(({ id, type, tags }): OneTag[] => [...tags].map(([key, value]) => ({ id, type, key, value })))
  const { items, next } = list(input, all, {
    idOf: ({ id, key }) => `${id} ${key}`,
    filters: { 'resource-id': ({ id }) => [id], 'resource-type': ({ type }) => [type], key: ({ key }) => [key], value: ({ value }) => [value] },
  })
  return { tagSet: items.map(({ id, type, key, value }) => ({ resourceId: id, resourceType: type, key, value })), nextToken: next }
}
