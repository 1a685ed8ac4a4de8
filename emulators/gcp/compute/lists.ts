/** Lists of a scope, and of all scopes at once. */
import type { JsonObject } from '../../cloud/json.ts'
import type { Compute } from '../store/compute.ts'
import { render } from '../store/render.ts'
import type { Resource, ResourceType } from '../store/resource-type.ts'
import { filterFrom } from './filter.ts'
import { type Answer, type Ask, type Handlers, ROOT, SCOPES, ok } from './handler.ts'
import { type Page, pageOf } from './pages.ts'
import { knownScope } from './scope.ts'

export function listHandlers(type: ResourceType): Handlers {
  return {
    [`GET ${ROOT}/${SCOPES[type.scope]}/${type.collection}`]: { action: `${type.service}.list`, kind: 'read', run: (ask) => list(ask, type) },
  }
}

function list(ask: Ask, { collection, kind }: ResourceType): Answer {
  const { compute, params, base } = ask
  const [project = '', scope] = [params['project'], knownScope(ask)]
  const page = shown(ask, compute.resources.in(collection, { project, scope }))
  const id = `projects/${project}/${scope}/${collection}`
  return ok({
    kind: `compute#${kind}List`,
    id,
    ...(page.items.length === 0 ? {} : { items: page.items.map(({ body }) => body) }),
    ...next(page),
    selfLink: `${base}${id}`,
  })
}

const next = ({ nextPageToken }: Page<unknown>): JsonObject => (nextPageToken === undefined ? {} : { nextPageToken })

interface Shown {
  readonly resource: Resource
  readonly body: JsonObject
}

function shown({ compute, base, query }: Ask, all: readonly Resource[]): Page<Shown> {
  const passes = filterFrom(query.get('filter'))
  const listed = all.filter((one) => isListed(compute, one)).map((resource) => ({ resource, body: render(compute, resource, base) }))
  return pageOf(
    listed.filter(({ body }) => passes(body)),
    query,
    ({ resource }) => resource.path,
  )
}

/** A new one may be missing for a while. */
function isListed({ clock, delays }: Compute, { createdAt }: Resource): boolean {
  return clock.now() >= createdAt + delays.listing
}

/** Of one collection, with whichever scopes it has: global health checks stand beside those of regions. */
export function aggregatedHandlers(types: readonly ResourceType[]): Handlers {
  const byCollection = Map.groupBy(types, ({ collection }) => collection)
  const withScopes = [...byCollection].filter(([, all]) => all.some(({ scope }) => scope !== 'global'))
  return Object.fromEntries(
    withScopes.map(([collection, all]) => [
      `GET ${ROOT}/aggregated/${collection}`,
      { action: `${collection}.aggregatedList`, kind: 'read', run: (ask) => aggregate(ask, collection, all) },
    ]),
  )
}

/** A scope without any says so, as recorded. */
function aggregate(ask: Ask, collection: string, types: readonly ResourceType[]): Answer {
  const { compute, params, base } = ask
  const project = params['project'] ?? ''
  const page = shown(ask, compute.resources.in(collection, { project }))
  const byScope = Map.groupBy(page.items, ({ resource }) => resource.scope)
  const scopes = types.flatMap(({ scope }) => scopesOf(compute, scope))
  const id = `projects/${project}/aggregated/${collection}`
  return ok({
    kind: `compute#${types[0]?.kind ?? ''}AggregatedList`,
    id,
    items: Object.fromEntries(
      scopes.map((scope) => {
        const own = byScope.get(scope) ?? []
        return [scope, own.length === 0 ? { warning: emptyScope(scope) } : { [collection]: own.map(({ body }) => body) }]
      }),
    ),
    ...next(page),
    selfLink: `${base}${id}`,
  })
}

function scopesOf({ region, zones }: Compute, kind: ResourceType['scope']): readonly string[] {
  return kind === 'global' ? ['global'] : kind === 'region' ? ['global', `regions/${region}`] : zones.map((zone) => `zones/${zone}`)
}

function emptyScope(scope: string): JsonObject {
  return { code: 'NO_RESULTS_ON_PAGE', message: `No results for the scope '${scope}'.`, data: [{ key: 'scope', value: scope }] }
}
