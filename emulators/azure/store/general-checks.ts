/** What is checked for every type: names, places and tags. */
import { Refusal } from '../arm/refusal.ts'
import { isObject, objectAt, textAt } from '../schema/json.ts'
import { contentsOf } from './document.ts'
import type { Change } from './resource-type.ts'

const NAME = /^\w([\w.-]{0,78}\w)?$/

/** Throws a Refusal. */
export function checkGeneral(change: Change): void {
  checkLocation(change)
  checkTags(change)
  for (const name of change.focus === undefined ? [change.name, ...namesOf(change)] : namesOf(change)) checkName(name)
  checkDoubles(change)
}

function checkName(name: string): void {
  if (NAME.test(name)) return
  throw new Refusal(
    'InvalidResourceName',
    `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`,
  )
}

function checkLocation({ next, previous, name, group }: Change): void {
  const [asked, before] = [textAt(next, 'location'), textAt(previous?.body ?? {}, 'location')]
  if (asked === undefined) throw new Refusal('LocationRequired', 'The location property is required for this definition.', { isGateway: true })
  if (before === undefined || sameLocation(asked, before)) return
  throw new Refusal(
    'InvalidResourceLocation',
    `The resource '${name}' already exists in location '${before}' in resource group '${group}'. A resource with the same name cannot be created in location '${asked}'. Please select a new resource name.`,
    { status: 409, isGateway: true },
  )
}

/** `West Europe` and `westeurope` are one. */
export function sameLocation(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll(' ', '').toLowerCase()
  return plain(a) === plain(b)
}

const [TAG_NAME, TAG_VALUE] = [512, 256]

function checkTags({ next, subscription }: Change): void {
  const tags = Object.entries(objectAt(next, 'tags'))
  const { tagsPerResource: most } = subscription.quotas
  if (tags.length > most) throw new Refusal('TooManyTags', `The resource has ${tags.length} tags, and may have ${most}.`, { isGateway: true })
  for (const [name, value] of tags) {
    if (name.length > TAG_NAME)
      throw new Refusal('InvalidTagNameLength', `The tag name '${name.slice(0, 40)}...' is longer than ${TAG_NAME} characters.`, { isGateway: true })
    if (typeof value !== 'string') throw new Refusal('InvalidTagValueType', `The value of the tag '${name}' is not a text.`, { isGateway: true })
    if (value.length > TAG_VALUE)
      throw new Refusal('InvalidTagValueLength', `The value of the tag '${name}' is longer than ${TAG_VALUE} characters.`, { isGateway: true })
  }
}

function draftOf({ id, type, name, group, next }: Change): ReturnType<typeof contentsOf> {
  return contentsOf({ id, type, name, group, body: next, guid: '', createdAt: 0 })
}

/** Members of a pool are named as their owner likes. */
function namesOf(change: Change): readonly string[] {
  const parts = [...draftOf(change).elements.values()].filter(({ parent }) => parent !== undefined && parent.parent === undefined)
  return parts.flatMap(({ body }) => textAt(body, 'name') ?? [])
}

/** Two parts of one kind must not have one name. */
function checkDoubles({ next, type, id }: Change): void {
  const properties = objectAt(next, 'properties')
  for (const [member, field] of Object.entries(type.fields)) {
    if (field.kind !== 'children') continue
    const list = properties[member]
    const names = (Array.isArray(list) ? list : []).flatMap((one) => (isObject(one) ? (textAt(one, 'name')?.toLowerCase() ?? []) : []))
    const double = names.find((one, at) => names.indexOf(one) !== at)
    if (double !== undefined)
      throw new Refusal('InvalidRequestFormat', 'Cannot parse the request.', {
        details: [{ code: 'DuplicateResourceName', message: `Resource ${id} has two child resources with the same name (${double}).` }],
      })
  }
}
