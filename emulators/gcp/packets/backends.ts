/** The instances behind a backend service, from groups of both kinds in one form. */
import { textAt } from '../../cloud/json.ts'
import { pathText } from '../schema/paths.ts'
import type { Compute } from '../store/compute.ts'
import type { Resource } from '../store/resource-type.ts'
import { groupsOf } from '../types/backend-services.ts'
import { COLLECTIONS, interfaceOf } from '../types/common.ts'

export interface Backend {
  /** Path of the group. */
  readonly group: string
  readonly instance: Resource
  readonly privateIp: string
}

export function backendsOf(compute: Compute, service: Resource): readonly Backend[] {
  return groupsOf(service).flatMap((path) => backendsIn(compute, path))
}

export function backendsIn({ resources }: Compute, path: string): readonly Backend[] {
  const group = resources.get(path)
  if (group?.isReady !== true) return []
  return group.members.flatMap((member) => {
    const named = textAt(member, 'instance') ?? ''
    const own = named.startsWith('projects/') ? named : pathText({ ...group, collection: COLLECTIONS.instance, name: named })
    const instance = resources.get(own)
    return instance === undefined ? [] : [{ group: path, instance, privateIp: textAt(interfaceOf(instance), 'networkIP') ?? '' }]
  })
}
