/** Resources as the Compute API shows them. */
import type { JsonObject } from '../../cloud/json.ts'
import { withUrls } from '../schema/links.ts'
import type { Compute } from './compute.ts'
import type { Resource } from './resource-type.ts'
import { timeText } from './time.ts'

/** `base`: `http://127.0.0.1:PORT/compute/v1/` */
export function render(compute: Compute, resource: Resource, base: string): JsonObject {
  const { type, path, project, scope, name, id, labels, createdAt } = resource
  const [scopeType = '', scopeName] = scope.split('/')
  const more = type.show?.(compute, resource) ?? {}
  return {
    kind: `compute#${type.kind}`,
    id,
    creationTimestamp: timeText(createdAt),
    name,
    selfLink: `${base}${path}`,
    ...(type.hasLinkWithId === true ? { selfLinkWithId: `${base}${path.slice(0, -name.length)}${id}` } : {}),
    ...(scopeName === undefined ? {} : { [scopeType.slice(0, -1)]: `${base}projects/${project}/${scope}` }),
    ...(type.fingerprint === undefined ? {} : { fingerprint: compute.versions.of(path) }),
    ...(type.hasLabels === true ? { labelFingerprint: compute.versions.of(labelsKey(path)) } : {}),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...withUrls(type.fields, { ...resource.body, ...more }, base),
  }
}

/** Under which the version of the labels of a resource is kept. */
export const labelsKey = (path: string): string => `${path} labels`
