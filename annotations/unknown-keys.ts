/** Annotations that look as if this provider should read them, and that it does not read. */
import { ANNOTATIONS_PAGE } from '../src/model/names.ts'
import type { Problem } from '../src/model/problem.ts'
import { excerpt } from '../src/model/text.ts'
import type { AnnotationSet } from './define.ts'
import { nearest } from './nearest.ts'
import { MOST_FINDINGS, withRest } from './rest.ts'

/** What the controller itself writes on a Service. */
const OURS = /^fairlead\.dev\/((stack|defaults)-[a-z0-9-]+|upstream-finalizer)$/

/** Load-balancer annotations of other controllers, by how they begin, and of other providers of ours. */
const FOREIGN = [
  /^service\.beta\.kubernetes\.io\/.*load-balancer/,
  /^service\.beta\.kubernetes\.io\/(aws|azure|port_)/,
  /^service\.kubernetes\.io\/.*load-?balancer/,
  /^service\.kubernetes\.io\/qcloud-/,
  /^(networking\.gke\.io|cloud\.google\.com)\//,
  /^(metallb\.io|metallb\.universe\.tf|io\.cilium|lbipam\.cilium\.io|kube-vip\.io|load-balancer\.hetzner\.cloud)\//,
  /^[a-z0-9-]+\.fairlead\.dev\//,
]

/** What Google's own controllers and MetalLB write on a Service automatically: it is not a request. */
const WRITTEN_BY_CONTROLLERS =
  /^cloud\.google\.com\/(neg-status|backend-config)$|^networking\.gke\.io\/(.*-status|backend-service|target-pool)$|^metallb\.(io|universe\.tf)\/ip-allocated-from-pool$/

/** Whether an annotation is about load balancers in another controller's words, or under the prefix of one of our providers. */
export function isOfOthers(key: string): boolean {
  return FOREIGN.some((pattern) => pattern.test(key))
}

/** Unknown keys under our prefixes are problems; keys of others that `sets` do not understand are worth a note, one for all of them. */
export function unknownKeys(
  annotations: Readonly<Record<string, string>>,
  sets: readonly AnnotationSet<unknown>[],
): { readonly problems: readonly Problem[]; readonly notes: readonly string[] } {
  const unread = Object.keys(annotations)
    .filter((key) => !OURS.test(key) && sets.every((set) => set.find(key) === undefined))
    .toSorted()
  const isOurs = (key: string) => sets.some(({ prefixes }) => prefixes.some((prefix) => key.startsWith(prefix)))
  const unknown = unread.filter(isOurs)
  const foreign = unread.filter((key) => !isOurs(key) && !WRITTEN_BY_CONTROLLERS.test(key) && isOfOthers(key))
  return {
    problems: withRest(
      unknown.slice(0, MOST_FINDINGS).map((key) => unknownKey(key, sets)),
      unknown.length,
    ),
    notes: foreignNote(foreign),
  }
}

const MOST_NAMED = 5

function foreignNote(keys: readonly string[]): readonly string[] {
  if (keys.length === 0) return []
  const named = keys.slice(0, MOST_NAMED).map((key) => excerpt(key))
  const more = keys.length - named.length
  return [`This provider does not read ${[...named, ...(more > 0 ? [`${more} more annotations`] : [])].join(', ')}`]
}

function unknownKey(key: string, sets: readonly AnnotationSet<unknown>[]): Problem {
  const known = sets.flatMap(keysOf)
  const dot = key.indexOf('.', key.indexOf('/'))
  const plain = dot < 0 ? key : key.slice(0, dot)
  if (plain !== key && known.includes(plain))
    return { reason: 'Invalid', field: key, wrong: `is not a key: ${plain} holds for the whole Service, not for one port`, allowed: plain }
  // The prefix that all keys of a controller have in common says nothing about which of them is meant.
  const prefix = sets.flatMap(({ prefixes }) => prefixes).find((each) => key.startsWith(each)) ?? ''
  const meant = nearest(
    plain.slice(prefix.length),
    known.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length)),
  )
  return {
    reason: 'Invalid',
    field: key,
    wrong: 'is not an annotation that this provider knows',
    remedy: `${meant === undefined ? '' : `Did you mean ${prefix}${meant}? `}All annotations: ${ANNOTATIONS_PAGE} in Fairlead's documentation.`,
  }
}

function keysOf({ definitions, translations }: AnnotationSet<unknown>): readonly string[] {
  return [...Object.values(definitions), ...translations].map(({ key }) => key)
}
