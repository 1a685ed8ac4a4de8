/** Reads from a path what a request is about. It decides nothing. */

export interface Route {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string
  readonly namespace: string | undefined
  readonly plural: string
  /** `` for a collection. */
  readonly name: string
  readonly subresource: string
  /** The old way to ask for a watch: `/api/v1/watch/services`. */
  readonly isWatch: boolean
}

/** undefined: the path is none of a resource. */
export function readRoute(path: string): Route | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const root = parts.shift()
  if (root !== 'api' && root !== 'apis') return undefined
  const size = root === 'api' ? 1 : 2
  if (parts.length <= size) return undefined
  const apiVersion = parts.splice(0, size).join('/')
  const isWatch = parts[0] === 'watch'
  if (isWatch) parts.shift()
  const isInside = parts[0] === 'namespaces' && parts.length > 2 && !['status', 'finalize'].includes(parts[2] ?? '')
  const namespace = isInside ? parts[1] : undefined
  if (isInside) parts.splice(0, 2)
  const [plural, name = '', subresource = '', ...rest] = parts
  if (plural === undefined || rest.length > 0) return undefined
  return { apiVersion, namespace, plural, name, subresource, isWatch }
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** As authorization and audit logs name it. */
export function verbOf(method: string, route: Pick<Route, 'name' | 'isWatch'>, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case 'GET':
      if (route.isWatch || ['true', '1'].includes(query.get('watch') ?? '')) return 'watch'
      return route.name === '' ? 'list' : 'get'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return route.name === '' ? 'deletecollection' : 'delete'
    default:
      return undefined
  }
}
