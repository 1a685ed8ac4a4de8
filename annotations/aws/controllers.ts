/** Whose annotations a Service carries: where it says no scheme, it keeps the default that this controller has. */
import type { DefaultScheme } from '../define.ts'
import { PREFIX } from './values.ts'

/**
 * Most keys are read by both; where no type says for whom they were written it is aws-load-balancer-controller: it has been the default one since its
 * webhook stamps classes (v2.5), and its default opens nothing.
 */
export const defaultSchemes: readonly DefaultScheme[] = [
  { controller: 'cloud-provider-aws', scheme: 'internet-facing', signs: [{ key: `${PREFIX}type`, values: ['nlb'] }] },
  { controller: 'aws-load-balancer-controller', scheme: 'internal', signs: [{ key: `${PREFIX}*` }] },
]
