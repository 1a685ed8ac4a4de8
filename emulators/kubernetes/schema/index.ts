/** The schema of all kinds, and how a kind is found in it. */
import { BASICS } from './basics.ts'
import { CONTAINERS } from './containers.ts'
import { META } from './meta.ts'
import { NODES } from './nodes.ts'
import { type Schema, type Struct, readSchema } from './notation.ts'
import { PODS } from './pods.ts'
import { REVIEWS } from './reviews.ts'
import { SERVICES } from './services.ts'
import { VOLUMES } from './volumes.ts'
import { WORKLOADS } from './workloads.ts'

export const SCHEMA: Schema = readSchema([META, SERVICES, NODES, BASICS, REVIEWS, PODS, CONTAINERS, VOLUMES, WORKLOADS])

/** A kind that the schema does not describe: its metadata is checked, the rest is taken as it comes, every list as one value. */
export const UNDESCRIBED: Struct = {
  name: 'any',
  atomic: false,
  ...openKind(),
}

/** The struct of a kind; `UNDESCRIBED` when the schema has none. */
export function structOf(group: string, kind: string): Struct {
  return SCHEMA.get(`${group === '' ? 'core' : (group.split('.')[0] ?? '')}.${kind}`) ?? UNDESCRIBED
}

/** A struct that must be in the schema. */
export function struct(name: string): Struct {
  const found = SCHEMA.get(name)
  if (found === undefined) throw new Error(`the schema has no ${name}`)
  return found
}

function openKind(): Pick<Struct, 'fields' | 'own'> {
  const described = SCHEMA.get('core.ConfigMap')?.fields.get('metadata')
  return { fields: new Map(described === undefined ? [] : [['metadata', described]]), own: [] }
}
