/** What other controllers read and what cannot be honoured here. */
import type { Refusal } from '../define.ts'
import { PREFIX } from './values.ts'

const CLASSIC = 'it is for Classic Load Balancers, and the balancer here is a Network Load Balancer'
const QUIC = 'QUIC listeners cannot stand on a balancer with security groups, and are not made here'

export const refusals: readonly Refusal[] = [
  {
    key: 'service.beta.kubernetes.io/actions',
    perPort: 'service.beta.kubernetes.io/actions.{protocol}-{port}',
    because: 'a listener sends to one target group here, and weights between several are not possible',
    remedy: 'Split traffic behind the balancer, or with two Services and weighted DNS records.',
  },
  { key: `${PREFIX}quic-enabled-ports`, because: QUIC, remedy: 'Serve the port as UDP.' },
  { key: `${PREFIX}quic-enabled-containers`, because: QUIC },
  {
    key: `${PREFIX}eip-allocations-discovery-tags`,
    because: 'the tag of Elastic IPs stands in another annotation here',
    remedy: 'Name a tag of them in fairlead.dev/address-names, as tag:KEY=VALUE.',
  },
  {
    key: `${PREFIX}extra-security-groups`,
    because: `${CLASSIC}; groups beside ours cannot be added`,
    remedy: 'Name all groups in fairlead.dev/security-groups; ours are not made then.',
  },
  {
    key: `${PREFIX}connection-draining-enabled`,
    because: CLASSIC,
    remedy: 'Targets are always drained; fairlead.dev/drain-timeout sets for how long.',
    isHarmless: true,
  },
  { key: `${PREFIX}connection-draining-timeout`, because: CLASSIC, remedy: 'Use fairlead.dev/drain-timeout.', isHarmless: true },
  { key: `${PREFIX}connection-idle-timeout`, because: CLASSIC, remedy: 'Use fairlead.dev/idle-timeout.', isHarmless: true },
  {
    key: `${PREFIX}access-log-emit-interval`,
    because: CLASSIC,
    remedy: 'A Network Load Balancer writes its logs every five minutes.',
    isHarmless: true,
  },
]
