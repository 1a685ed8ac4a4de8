/** What several annotation sets read together. */
import type { AnnotationSet } from './define.ts'
import { neutral } from './neutral.ts'
import { isOfOthers } from './unknown-keys.ts'

/** The sets of providers, with the neutral vocabulary before them. */
export function allSets(own: readonly AnnotationSet<unknown>[]): readonly AnnotationSet<unknown>[] {
  return [neutral, ...own]
}

/** Whether one of the sets reads the annotation, or says something of it: all others need not be kept. */
export function isReadBy(sets: readonly AnnotationSet<unknown>[]): (key: string) => boolean {
  return (key) => isOfOthers(key) || sets.some(({ prefixes, find }) => prefixes.some((prefix) => key.startsWith(prefix)) || find(key) !== undefined)
}
