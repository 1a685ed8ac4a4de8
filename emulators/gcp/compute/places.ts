/** The project, its region and its zones, with what is used of their quotas. */
import type { JsonObject } from '../../cloud/json.ts'
import { type Compute, idFrom } from '../store/compute.ts'
import { COLLECTIONS } from '../types/common.ts'
import { isInternal } from '../types/addresses.ts'
import { isInternalRule } from '../types/forwarding-rules/fields.ts'
import { filterFrom } from './filter.ts'
import { type Ask, type Handlers, ROOT, ok } from './handler.ts'
import { notFound } from './refusal.ts'

export const PLACE_HANDLERS: Handlers = {
  [`GET ${ROOT}`]: { action: 'projects.get', kind: 'read', run: (ask) => ok(projectOf(ask)) },
  [`GET ${ROOT}/regions`]: { action: 'regions.list', kind: 'read', run: (ask) => listOf(ask, 'region', [ask.compute.region], regionOf) },
  [`GET ${ROOT}/regions/{place}`]: { action: 'regions.get', kind: 'read', run: (ask) => one(ask, 'regions', [ask.compute.region], regionOf) },
  [`GET ${ROOT}/zones`]: { action: 'zones.list', kind: 'read', run: (ask) => listOf(ask, 'zone', ask.compute.zones, zoneOf) },
  [`GET ${ROOT}/zones/{place}`]: { action: 'zones.get', kind: 'read', run: (ask) => one(ask, 'zones', ask.compute.zones, zoneOf) },
}

type Shape = (ask: Ask, name: string) => JsonObject

function listOf(ask: Ask, kind: string, names: readonly string[], shape: Shape): ReturnType<typeof ok> {
  const passes = filterFrom(ask.query.get('filter'))
  const id = `projects/${ask.params['project'] ?? ''}/${kind}s`
  const items = names.map((name) => shape(ask, name)).filter(passes)
  return ok({ kind: `compute#${kind}List`, id, items, selfLink: `${ask.base}${id}` })
}

function one(ask: Ask, collection: string, names: readonly string[], shape: Shape): ReturnType<typeof ok> {
  const [project = '', name = ''] = [ask.params['project'], ask.params['place']]
  if (!names.includes(name)) throw notFound(`projects/${project}/${collection}/${name}`)
  return ok(shape(ask, name))
}

function regionOf({ compute, params, base }: Ask, name: string): JsonObject {
  const project = params['project'] ?? ''
  return {
    kind: 'compute#region',
    id: idFrom(`region ${name}`),
    name,
    status: 'UP',
    description: name,
    zones: compute.zones.map((zone) => `${base}projects/${project}/zones/${zone}`),
    quotas: quotasOf(compute, project).region,
    selfLink: `${base}projects/${project}/regions/${name}`,
  }
}

function zoneOf({ compute, params, base }: Ask, name: string): JsonObject {
  const project = params['project'] ?? ''
  return {
    kind: 'compute#zone',
    id: idFrom(`zone ${name}`),
    name,
    status: 'UP',
    description: name,
    region: `${base}projects/${project}/regions/${compute.region}`,
    selfLink: `${base}projects/${project}/zones/${name}`,
  }
}

function projectOf({ compute, params, base }: Ask): JsonObject {
  const project = params['project'] ?? ''
  return {
    kind: 'compute#project',
    id: idFrom(`project ${project}`),
    name: project,
    defaultNetworkTier: 'PREMIUM',
    xpnProjectStatus: project === compute.networkProject && project !== compute.project ? 'HOST' : 'UNSPECIFIED_XPN_PROJECT_STATUS',
    quotas: quotasOf(compute, project).project,
    selfLink: `${base}projects/${project}`,
  }
}

/** In Google's own names. */
function quotasOf({ resources, quotas }: Compute, project: string): { readonly region: readonly JsonObject[]; readonly project: readonly JsonObject[] } {
  const count = (collection: string): number => resources.in(collection, { project }).length
  const row = (metric: string, limit: number, usage: number): JsonObject => ({ metric, limit, usage })
  const rules = resources.in(COLLECTIONS.rule, { project }).filter(({ body }) => !isInternalRule(body))
  const inside = resources.in(COLLECTIONS.address, { project }).filter(({ body }) => isInternal(body))
  return {
    region: [
      row('FORWARDING_RULES', quotas.forwardingRules, rules.length),
      row('STATIC_ADDRESSES', quotas.addresses, count(COLLECTIONS.address) - inside.length),
      row('INTERNAL_ADDRESSES', quotas.internalAddresses, inside.length),
      row('INSTANCE_GROUPS', quotas.instanceGroups, count(COLLECTIONS.group)),
      row('NETWORK_ENDPOINT_GROUPS', quotas.endpointGroups, count(COLLECTIONS.endpointGroup)),
    ],
    project: [
      row('FIREWALLS', quotas.firewalls, count(COLLECTIONS.firewall)),
      row('BACKEND_SERVICES', quotas.backendServices, count(COLLECTIONS.service)),
      row('HEALTH_CHECKS', quotas.healthChecks, count(COLLECTIONS.check)),
    ],
  }
}
