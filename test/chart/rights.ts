/** What roles grant, as single rights: one verb on one kind of object each. */
import type { Right } from '../../src/kubernetes/api.ts'
import type { Manifest } from './helm.ts'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

export function rightsOf(roles: readonly Manifest[]): readonly Right[] {
  return roles.flatMap((role) => (role['rules'] as readonly Rule[]).flatMap(rightsOfRule))
}

function rightsOfRule({ apiGroups, resources, resourceNames, verbs }: Rule): readonly Right[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((path) => {
      const [resource = '', subresource] = path.split('/')
      const of = { group, resource, ...(subresource === undefined ? {} : { subresource }) }
      const names = resourceNames === undefined ? [{}] : resourceNames.map((name) => ({ name }))
      return names.flatMap((name) => verbs.map((verb) => ({ ...of, ...name, verb })))
    }),
  )
}

/** Whether a right that was granted is the one that a request took. */
export function isTakenBy(granted: Right, asked: Right): boolean {
  const isSame =
    granted.verb === asked.verb && granted.group === asked.group && granted.resource === asked.resource && granted.subresource === asked.subresource
  return isSame && (granted.name === undefined || granted.name === asked.name)
}
