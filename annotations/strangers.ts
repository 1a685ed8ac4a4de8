/** Annotations that look as if somebody here should read them, and nobody does. */
import type { Problem } from '../src/model/problem.ts'
import type { AnnotationSet } from './define.ts'
import { nearest } from './nearest.ts'

/** What the controller itself writes on a Service. */
const OURS = /^fairlead\.dev\/stack-[a-z0-9-]+$/

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

/** What Google's own controllers write on a Service by themselves: nobody asked for anything with it. */
const WRITTEN_BY_CONTROLLERS = /^cloud\.google\.com\/(neg-status|backend-config)$|^networking\.gke\.io\/.*-status$/

/** Unknown keys under our prefixes are problems; keys of others that `sets` do not understand are worth a note. */
export function strangers(
  annotations: Readonly<Record<string, string>>,
  sets: readonly AnnotationSet<unknown>[],
): { readonly problems: readonly Problem[]; readonly notes: readonly string[] } {
  const unread = Object.keys(annotations)
    .filter((key) => !OURS.test(key) && sets.every((set) => set.find(key) === undefined))
    .toSorted()
  const isOurs = (key: string) => sets.some(({ prefixes }) => prefixes.some((prefix) => key.startsWith(prefix)))
  return {
    problems: unread.filter(isOurs).map((key) => unknown(key, sets)),
    notes: unread
      .filter((key) => !isOurs(key) && !WRITTEN_BY_CONTROLLERS.test(key) && FOREIGN.some((pattern) => pattern.test(key)))
      .map((key) => `${key} is not read by this provider`),
  }
}

function unknown(key: string, sets: readonly AnnotationSet<unknown>[]): Problem {
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
    wrong: 'is not a key we know',
    ...(meant === undefined ? {} : { allowed: `perhaps ${prefix}${meant}` }),
    remedy: 'annotations/README.md lists all keys.',
  }
}

function keysOf({ definitions, translations }: AnnotationSet<unknown>): readonly string[] {
  return [...Object.values(definitions), ...translations].map(({ key }) => key)
}
