/** The region and the zones that there are. */
import type { Compute } from '../store/compute.ts'
import { type Ask, scopeIn } from './handler.ts'
import { invalidScope, notFound } from './refusal.ts'

/** The scope of a request. Throws a Refusal where there is no such region or zone. */
export function knownScope({ compute, params }: Pick<Ask, 'compute' | 'params'>): string {
  const scope = scopeIn(params)
  const [kind, name = ''] = scope.split('/')
  if (scope === 'global' || placesOf(compute).includes(scope)) return scope
  throw invalidScope(kind === 'regions' ? 'region' : 'zone', name)
}

/** `regions/R`, `zones/Z` */
export function placesOf({ region, zones }: Compute): readonly string[] {
  return [`regions/${region}`, ...zones.map((zone) => `zones/${zone}`)]
}

/** Throws a Refusal where there is no such project. */
export function checkProject({ project, networkProject }: Compute, asked: string): void {
  if (asked !== project && asked !== networkProject) throw notFound(`projects/${asked}`)
}
