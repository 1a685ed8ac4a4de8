/**
 * Ids of Azure's objects: `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/TYPE/NAME[/CHILDREN/NAME]`. They are compared without case: Azure
 * answers groups and names in any case (recorded: upper case in messages for names sent in lower case).
 */

/** What an id says; the group in lower case. */
export interface ResourceId {
  readonly subscription: string
  readonly group: string
  /** Without the namespace: `loadBalancers`, or `loadBalancers/frontendIPConfigurations` of a child. */
  readonly type: string
  /** The last name. */
  readonly name: string
}

const ID = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/([^/]+)\/([^/]+)(?:\/([^/]+)\/([^/]+))?$/i

/** Undefined: it is not the id of an object of Microsoft.Network. */
export function parseId(text: string): ResourceId | undefined {
  const [, subscription, group, type, name, childType, childName] = ID.exec(text) ?? []
  if (subscription === undefined || group === undefined || type === undefined || name === undefined) return undefined
  const isChild = childType !== undefined && childName !== undefined
  return { subscription, group: group.toLowerCase(), type: isChild ? `${type}/${childType}` : type, name: isChild ? childName : name }
}

/** What two spellings of one id have in common: for maps. */
export function keyOfId(id: string): string {
  return id.toLowerCase()
}

/** `GROUP/NAME`, in lower case: enough among objects of one kind. */
export function shortName(id: string): string {
  const { group = '', name = id } = parseId(id) ?? {}
  return `${group}/${name}`.toLowerCase()
}

export function isSameId(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined ? a === b : keyOfId(a) === keyOfId(b)
}

/** The id of the object that a child belongs to; an id without a child is its own. */
export function parentOf(id: string): string {
  return id.split('/').slice(0, 9).join('/')
}

/** Every id in a text, as written. */
export function idsIn(text: string): readonly string[] {
  return (
    text.match(/\/subscriptions\/[^/\s]+\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.Network(?:\/[\w.-]+)+/gi)?.map((id) => id.replace(/\.$/, '')) ?? []
  )
}

/** How ids in one subscription are made. */
export function idIn(subscription: string, group: string, type: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/${type}/${name}`
}
