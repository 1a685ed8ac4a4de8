/** What Azure's Standard load balancer can and cannot do. A "no" is reported to a Service that asks for it, and is in the docs. */
import type { Capabilities } from '../../src/provider/capabilities.ts'
import { no, noted, yes } from '../../src/provider/kit/support.ts'

const NO_TLS = 'Azure Load Balancer passes packets on and speaks no TLS; let the pods end it'

export const capabilities: Capabilities = {
  tcp: yes,
  udp: noted('health is asked by TCP or HTTP'),
  sctp: no('Azure Load Balancer knows TCP and UDP'),
  'mixed-protocols': yes,
  'same-port-two-protocols': yes,
  ipv4: yes,
  ipv6: noted('with IPv4 beside it alone: a load balancer has to keep an IPv4 frontend, so a Service with IPv6 and no IPv4 is refused'),
  'dual-stack': noted('an address of each family; nodes need addresses of both'),
  internal: yes,
  'internet-facing': yes,
  'scheme-change': noted('another address; both are published until traffic to the new one is allowed, then the old one goes'),
  addresses: noted('internet-facing: of a public address that exists; internal: a free one of the subnet'),
  'address-names': noted(
    'names or ids of public addresses, one for each family; several Services of a namespace may name the same one, each port for one of them',
  ),
  'address-pool': no("a range of addresses is a public IP prefix, and is named by its id (Azure's annotation azure-pip-prefix-id)"),
  subnets: noted('one, by its name or id, for an internal address'),
  share: no(
    'all Services of the cluster share its load balancers without a key; to share an address too, name the same one on each Service of a namespace (fairlead.dev/address-names)',
  ),
  'targets-nodes': noted('by their addresses in the virtual network; packets keep the published address, so that no node port is needed'),
  'targets-pods': no('members of a backend pool are machines of the virtual network; addresses of pods are not taken'),
  'node-selector': no('one backend pool serves all Services of a load balancer; which nodes are in it is a setting (--azure-more-load-balancers)'),
  'source-ranges': noted(
    'rules of the network security group of the nodes; an internal Service with ranges is closed to the rest of the virtual network as well',
  ),
  'source-ranges-per-port': yes,
  'security-groups': no('a load balancer has no security group; rules stand in that of the nodes, from source ranges and service tags'),
  'affinity-client-ip': noted('by a hash of client and address; where nodes come or go a client may reach another one'),
  'affinity-timeout': no('affinity of a load-balancing rule has no timeout; take the default of 10800 s'),
  scheduler: no('Azure Load Balancer chooses by a hash of the flow'),
  'backend-tls': no(NO_TLS),
  'drain-timeout': no('connections to a node that is removed from the pool go on for as long as the node answers'),
  'preserve-client-ip': no('there is no choice: the client address is always kept on the way to the node'),
  'cross-zone': no('there is no choice for one Service: backends are of all zones, and addresses of those of the settings (--azure-zones)'),
  'zonal-affinity': no('Azure Load Balancer chooses by a hash of the flow among the nodes of all zones'),
  'global-access': no('an internal address is reached from every region by the networks that are peered'),
  'tcp-reset': noted('on unless it is set to `false`'),
  weighted: no('Azure Load Balancer does not weigh the nodes of a pool'),
  name: no('a load balancer serves all Services of the cluster, and has its name from the settings (--azure-load-balancer-name)'),
  'dns-label': noted('of a public address that is made for the Service'),
  'proxy-protocol-v1': no('Azure Load Balancer passes packets on unchanged; backends see the client address without it'),
  'proxy-protocol-v2': no('Azure has it for Private Link Service alone; backends see the client address without it'),
  'health-check': noted(
    'intervals from 5 s, one threshold of 2 or more for both directions, less than 120 s in all; no timeouts, and 200 is the one good answer',
  ),
  'health-check-per-port': yes,
  'health-check-none': noted('every node gets traffic, whether it answers or not'),
  'idle-timeout': noted('whole minutes, 4 to 100'),
  tls: no(NO_TLS),
  tags: noted('of the public addresses that are made for the Service'),
  'deletion-protection': noted("kept by Fairlead for as long as it runs; Azure's own locks are not set"),
  adopt: noted('a public address by its id: it gets our mark, and goes with the Service'),
  'zero-backends-refuse': no('a load balancer without a healthy node drops packets, and connections time out'),
  'local-traffic-policy': noted('health checks show which nodes hold a pod'),
}
