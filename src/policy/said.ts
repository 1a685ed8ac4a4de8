/** What a Service says, annotation by annotation, whatever spelling it uses. */
import { candidatesOf } from '../../annotations/candidates.ts'
import type { AnnotationSet } from '../../annotations/define.ts'
import { KEYS, neutral } from '../../annotations/neutral.ts'
import { requestedPorts } from '../desired/request-input.ts'
import type { Service } from '../model/cluster.ts'

export interface Said {
  /** The annotation that is meant, in our spelling: `fairlead.dev/subnets`. */
  readonly means: string
  /** As it stands on the Service: another controller's annotation, one for a single port, or a field of the spec. */
  readonly key: string
  /** In the words of `means`. */
  readonly text: string
}

/** Fields of the spec that say what an annotation says too. */
export const FIELDS = {
  'spec.loadBalancerIP': KEYS.addresses,
  'spec.loadBalancerSourceRanges': KEYS.sourceRanges,
} as const

/** Sorted by key. `annotations`: those of the Service, with the policy's defaults. */
export function saidBy(service: Service, annotations: Readonly<Record<string, string>>, own: AnnotationSet<unknown>): readonly Said[] {
  const { candidates } = candidatesOf(annotations, requestedPorts(service), { neutral, own })
  const { loadBalancerIP = '', loadBalancerSourceRanges = [] } = service.spec
  const fields: Readonly<Record<keyof typeof FIELDS, string>> = {
    'spec.loadBalancerIP': loadBalancerIP.trim(),
    'spec.loadBalancerSourceRanges': loadBalancerSourceRanges.join(','),
  }
  const inSpec = (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).flatMap((key) => (fields[key] === '' ? [] : [{ means: FIELDS[key], key, text: fields[key] }]))
  return [...candidates.map(({ definition, key, text }) => ({ means: definition.key, key, text })), ...inSpec].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

/** The items of a value, as far as a policy looks: at commas, without blanks. */
export function itemsIn(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim())
}
