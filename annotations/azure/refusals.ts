/** What cloud-provider-azure reads and what cannot be honoured here. */
import type { Refusal } from '../define.ts'
import { PREFIX } from './values.ts'

const PRIVATE_LINK = 'Azure has no Private Link Service for a load balancer whose backends are given by address'

const PRIVATE_LINK_KEYS = [
  'create',
  'resource-group',
  'name',
  'ip-configuration-subnet',
  'ip-configuration-ip-address-count',
  'ip-configuration-ip-address',
  'fqdns',
  'proxy-protocol',
  'visibility',
  'auto-approval',
]

export const refusals: readonly Refusal[] = [
  ...PRIVATE_LINK_KEYS.map((name): Refusal => ({ key: `${PREFIX}pls-${name}`, because: PRIVATE_LINK })),
  {
    key: `${PREFIX}load-balancer-mode`,
    because: 'it chooses among Basic load balancers, and the load balancer here is a Standard one',
    isHarmless: true,
  },
  { key: `${PREFIX}shared-securityrule`, because: 'security rules are shared wherever they can be', isHarmless: true },
]
