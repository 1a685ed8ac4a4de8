/** Whose annotations a Service carries: where it says no scheme, it keeps the default that this controller has. */
import type { Scheme } from '../../src/model/load-balancer.ts'
import { PREFIX } from './values.ts'

export interface OtherController {
  readonly name: string
  /** Of a Service that says none. */
  readonly defaultScheme: Scheme
  /** An annotation that shows that the Service is meant for it: a key with one of these values, or any key that begins so. */
  readonly sign: { readonly key: string; readonly values: readonly string[] } | { readonly prefix: string }
}

/**
 * The first whose sign is there counts. Most keys are read by both; where no type says for whom they were written it is aws-load-balancer-controller:
 * it has been the default one since its webhook stamps classes (v2.5), and its default opens nothing.
 */
export const CONTROLLERS: readonly OtherController[] = [
  { name: 'cloud-provider-aws', defaultScheme: 'internet-facing', sign: { key: `${PREFIX}type`, values: ['nlb'] } },
  { name: 'aws-load-balancer-controller', defaultScheme: 'internal', sign: { prefix: PREFIX } },
]
