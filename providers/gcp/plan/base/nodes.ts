/** Nodes as instances of Compute Engine. Pure. */
import type { ClusterNode } from '../../../../src/model/load-balancer.ts'
import { idIn, parseId } from '../../api/ids.ts'

/** The id of a node's instance; undefined: it is none of Google's. Source: kubernetes/cloud-provider-gcp providers/gce, `gce://PROJECT/ZONE/NAME`. */
export function instanceOf({ providerId = '' }: Pick<ClusterNode, 'providerId'>): string | undefined {
  const [, project, zone, name] = /^gce:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(providerId) ?? []
  return project === undefined || zone === undefined || name === undefined ? undefined : idIn(project, { zone }, 'instances', name)
}

/** The zone of an instance or of a group. */
export function zoneOf(id: string): string {
  const scope = parseId(id)?.scope
  return typeof scope === 'object' && 'zone' in scope ? scope.zone : ''
}
