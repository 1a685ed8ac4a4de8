/** What Google's own controllers read and what cannot be honoured here. */
import type { Refusal } from '../define.ts'
import { CLOUD, GKE, OURS } from './values.ts'

const SHARED = 'Services of one share key have one load balancer here'
const SHARE = 'Name a key in fairlead.dev/share.'

export const refusals: readonly Refusal[] = [
  {
    key: `${GKE}l4lb-config`,
    because: 'objects of the kind L4LBConfig are not read',
    remedy: `Say it in ${OURS}logging, ${OURS}log-sample-rate and ${OURS}log-fields.`,
  },
  {
    key: `${GKE}custom-forwarding-rule`,
    because: 'forwarding rules of your own are not published: every load balancer is made here',
    remedy: 'Name the address of the rule in fairlead.dev/address-names once the rule is deleted; the address has to be a reserved one.',
  },
  {
    key: `${CLOUD}neg`,
    because: 'a passthrough load balancer sends to nodes, and endpoint groups of pods are for application load balancers',
    isHarmless: true,
  },
  { key: `${CLOUD}load-balancer-backend-share`, because: SHARED, remedy: SHARE, isHarmless: true },
  { key: `alpha.${CLOUD}load-balancer-backend-share`, because: SHARED, remedy: SHARE, isHarmless: true },
]
