/**
 * Ids of objects in Compute Engine: `projects/P/regions/R/TYPE/NAME`, `projects/P/zones/Z/TYPE/NAME` and `projects/P/global/TYPE/NAME`. Answers have them as
 * URLs of one host or another and of several versions of the API, so that URLs are never compared as they are.
 */

export type Scope = { readonly region: string } | { readonly zone: string } | 'global'

/** The kinds of objects that we deal with, by their names in URLs. */
export type Kind =
  | 'addresses'
  | 'forwardingRules'
  | 'backendServices'
  | 'healthChecks'
  | 'firewalls'
  | 'instanceGroups'
  | 'networkEndpointGroups'
  | 'subnetworks'
  | 'networks'
  | 'instances'
  | 'operations'

/** What an id says. */
export interface ResourceId {
  readonly project: string
  readonly scope: Scope
  readonly kind: Kind
  readonly name: string
}

/** `google.com:shop` is a project too. */
const ID =
  /^(?:https?:\/\/[^/]+\/(?:compute\/)?[a-z]\w*\/|\/\/compute\.googleapis\.com\/|\/)?projects\/([^/]+)\/(?:(regions|zones)\/([^/]+)|global)\/([A-Za-z]+)\/([^/?]+)$/

/** Takes a URL or what follows the version in it. Undefined: it is neither. */
export function parseId(text: string): ResourceId | undefined {
  const [, project, scope, place = '', kind, name] = ID.exec(text) ?? []
  if (project === undefined || kind === undefined || name === undefined) return undefined
  return { project, scope: scope === 'regions' ? { region: place } : scope === 'zones' ? { zone: place } : 'global', kind: kind as Kind, name }
}

export function idIn(project: string, scope: Scope, kind: Kind, name: string): string {
  return `projects/${project}/${pathOf(scope)}/${kind}/${name}`
}

/** What all spellings of one id have in common: for maps. A text that is not an id is its own key. */
export function keyOfId(text: string): string {
  const id = parseId(text)
  return id === undefined ? text : idIn(id.project, id.scope, id.kind, id.name)
}

export function isSameId(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined ? a === b : keyOfId(a) === keyOfId(b)
}

/** The full URL: what refers to a group takes no other form (`Backend.group`). */
export function urlOf(id: string): string {
  return `https://www.googleapis.com/compute/v1/${keyOfId(id)}`
}

export function nameOf(id: string): string {
  return parseId(id)?.name ?? id
}

function pathOf(scope: Scope): string {
  return scope === 'global' ? 'global' : 'region' in scope ? `regions/${scope.region}` : `zones/${scope.zone}`
}

/** Every id in a text, as written, in quotes or without. */
export const IDS_IN_TEXT = /(?:https?:\/\/[^/\s'"]+\/(?:compute\/)?[a-z]\w*\/)?projects\/[^/\s'"]+\/(?:(?:regions|zones)\/[^/\s'"]+|global)\/[A-Za-z]+\/[\w-]+/g
