/** Whose annotations a Service carries: where it says no scheme, it keeps the default that this controller has. */
import type { DefaultScheme, Origin } from '../define.ts'
import { PREFIX } from './values.ts'

/**
 * Most keys are read by both; where no type says for whom they were written it is aws-load-balancer-controller: it has been the default one since its
 * webhook stamps classes (v2.5), and its default opens nothing.
 */
export const defaultSchemes: readonly DefaultScheme[] = [
  { controller: 'cloud-provider-aws', scheme: 'internet-facing', signs: [{ key: `${PREFIX}type`, values: ['nlb'] }] },
  { controller: 'aws-load-balancer-controller', scheme: 'internal', signs: [{ key: `${PREFIX}*` }] },
]

/** Classes: kubernetes-sigs/aws-load-balancer-controller, flag `--load-balancer-class`. Neither sets a scheme by the class. */
export const origins: readonly Origin[] = [
  { name: 'aws-load-balancer-controller', scheme: 'internal', classes: { 'service.k8s.aws/nlb': undefined } },
  { name: 'cloud-provider-aws', scheme: 'internet-facing', classes: {} },
]
