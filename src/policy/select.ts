/** Which rules of a policy hold in a namespace. */
import { matches } from '../../annotations/label-selector.ts'
import type { Namespace } from '../model/cluster.ts'
import { matchesAny } from '../model/load-balancer.ts'
import type { NamespaceSelection, Policy, PolicyRule } from './policy.ts'

/** `namespace` undefined: its labels are not known. The answer then has no rules, unless none depends on labels. */
export function rulesFor({ rules }: Policy, name: string, namespace: Namespace | undefined): readonly PolicyRule[] | 'labels unknown' {
  const named = rules.filter(({ namespaces }) => namespaces === undefined || isNamed(namespaces, name))
  if (namespace === undefined) return named.some(({ namespaces }) => namespaces?.labels !== undefined) ? 'labels unknown' : named
  return named.filter(({ namespaces }) => namespaces?.labels === undefined || matches(namespaces.labels, namespace.metadata.labels))
}

function isNamed({ names, except = [] }: NamespaceSelection, name: string): boolean {
  return (names === undefined || matchesAny(names, name)) && !matchesAny(except, name)
}
