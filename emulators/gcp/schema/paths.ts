/** Where resources are: `projects/P/regions/R/addresses/A`. Kept without host and version, shown with those of the request. */

export type ScopeKind = 'global' | 'region' | 'zone'

export interface Place {
  readonly project: string
  /** `global`, `regions/R`, `zones/Z` */
  readonly scope: string
  readonly collection: string
  readonly name: string
}

const PATH = /^projects\/([^/]+)\/(global|regions\/[^/]+|zones\/[^/]+)\/([^/]+)\/([^/]+)$/

/** Undefined: it is not the path of a resource in a scope. */
export function placeOf(path: string): Place | undefined {
  const [, project, scope, collection, name] = PATH.exec(path) ?? []
  return project === undefined || scope === undefined || collection === undefined || name === undefined ? undefined : { project, scope, collection, name }
}

export function pathText({ project, scope, collection, name }: Place): string {
  return `projects/${project}/${scope}/${collection}/${name}`
}

export function scopeKind(scope: string): ScopeKind {
  return scope === 'global' ? 'global' : scope.startsWith('regions/') ? 'region' : 'zone'
}

/** The path in a URL of any host and version, or in a part of one as clients may write it. Undefined: it is none of these. */
export function pathIn(sent: string, project: string): string | undefined {
  const path = sent.replace(/^https?:\/\/[^/]+\/(?:compute\/[^/]+\/)?/, '')
  if (/^projects\/[^/]+\/./.test(path)) return path
  return /^(global|regions|zones)\/./.test(path) ? `projects/${project}/${path}` : undefined
}

/** The last part of a path. */
export const nameIn = (path: string): string => path.split('/').at(-1) ?? ''
