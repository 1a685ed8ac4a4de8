/**
 * What the operator of a cluster allows its tenants, as data. Every rule that selects the namespace of a Service holds for it; of several defaults for one
 * annotation the first in the file counts.
 */
import type { LabelSelector } from '../../annotations/label-selector.ts'

export interface Policy {
  /** Whom to ask, as a phrase for messages: "the platform team". */
  readonly contact?: string
  readonly rules: readonly PolicyRule[]
}

export interface PolicyRule {
  /** In messages, and unique. */
  readonly name: string
  /** Absent: all namespaces. */
  readonly namespaces?: NamespaceSelection
  /** No other annotation that Fairlead reads may be on a Service. */
  readonly allowedAnnotations?: AnnotationList
  readonly forbiddenAnnotations?: AnnotationList
  /** By annotation: a Service may say only these. Of a list, each item has to be one of them. */
  readonly allowedValues?: Readonly<Record<string, readonly string[]>>
  /** IP ranges, canonical: a Service has to name source ranges for all its ports, each within one of these. */
  readonly allowedSourceRanges?: readonly string[]
  /** How many Services of type LoadBalancer a namespace may have. */
  readonly maxServices?: number
  /** By annotation: what holds for a new Service that says nothing. */
  readonly defaults?: Readonly<Record<string, string>>
}

/** All parts that are given have to hold. A text that ends in `*` stands for all that begin so. */
export interface NamespaceSelection {
  readonly names?: readonly string[]
  readonly except?: readonly string[]
  readonly labels?: LabelSelector
}

export interface AnnotationList {
  /** As in the file. */
  readonly patterns: readonly string[]
  /** The annotations that are meant, without other spellings of the same thing. */
  readonly keys: ReadonlySet<string>
}

/** Whether namespaces have to be read to know which rules hold. */
export function usesLabels({ rules }: Policy): boolean {
  return rules.some(({ namespaces }) => namespaces?.labels !== undefined)
}

/** What a refusal advises a tenant to do. */
export function whomToAsk({ contact }: Policy): string {
  return `Ask ${contact ?? 'the operators of the cluster'}.`
}
