/** What Google's passthrough Network Load Balancers can and cannot do. A "no" is reported to a Service that asks for it, and is in the docs. */
import type { Capabilities } from '../../src/provider/capabilities.ts'
import { no, noted, yes } from '../../src/provider/kit/support.ts'

const PASSTHROUGH = 'a passthrough load balancer of Google passes packets on as they came'
const NO_TLS = `${PASSTHROUGH} and speaks no TLS; let the pods end it`
const NO_PROXY = `${PASSTHROUGH}; backends see the client address without it`

export const capabilities: Capabilities = {
  tcp: yes,
  udp: noted('health is asked by TCP or HTTP'),
  sctp: no('a forwarding rule of Google takes TCP or UDP; SCTP passes only where one takes every protocol'),
  'mixed-protocols': noted('one forwarding rule for each protocol, with one address and one backend service'),
  'same-port-two-protocols': yes,
  ipv4: yes,
  ipv6: noted('alone too; the subnet has to have IPv6 addresses: external ones for an internet-facing Service, internal ones for an internal one'),
  'dual-stack': noted('an address of each family; nodes need addresses of both'),
  internal: yes,
  'internet-facing': yes,
  'scheme-change': noted('another address; both are published until traffic to the new one is allowed, then the old one goes'),
  addresses: noted('internet-facing: of an address that is reserved in the region; internal: a free one of the subnet'),
  'address-names': noted('names of addresses that are reserved in the region, one for each family'),
  'address-pool': no("a range of addresses is a public delegated prefix, and is named by its URL, for IPv6 alone (Google's annotation ip-collection-v6)"),
  subnets: noted('one, by its name or id, for an internal address or a public IPv6 one'),
  share: noted('Services of a namespace with one key have one address, each port for one of them'),
  'targets-nodes': noted('in one instance group for each zone; packets keep the published address and port, so that no node port is needed'),
  'targets-pods': no('a passthrough load balancer of Google sends to machines; endpoint groups of pods are for its application and proxy load balancers'),
  'node-selector': no('Google allows a machine in one load-balanced instance group, so that one group in each zone, with all nodes, serves all Services'),
  'source-ranges': noted('firewall rules of the network for the address of the Service; clients that no range has are denied, also those inside the network'),
  'source-ranges-per-port': yes,
  'security-groups': no('Google has no security groups; firewall rules of the network are made from source ranges'),
  'affinity-client-ip': noted('by a hash of the addresses of client and load balancer; where nodes come or go a client may reach another one'),
  'affinity-timeout': noted(
    'internet-facing alone, with networking.gke.io/l4-strong-session-affinity, 60 to 57600 s; without it take the default of 10800 s, which then says nothing',
  ),
  scheduler: no('Google chooses by a hash of the flow'),
  'backend-tls': no(NO_TLS),
  'drain-timeout': noted('whole seconds up to an hour; TCP connections alone'),
  'preserve-client-ip': no('there is no choice: the client address is always kept on the way to the node'),
  'cross-zone': no(
    'there is no choice: nodes of all zones of the region get traffic; an internal load balancer can prefer those of the client (spec.trafficDistribution)',
  ),
  'zonal-affinity': noted(
    'internal load balancers alone, for clients that are machines of the region: a node of their zone as long as one is healthy; others are served by all zones, with a note',
  ),
  'global-access': noted('of an internal load balancer, for clients of other regions; changed in place'),
  'tcp-reset': no(`${PASSTHROUGH} and ends no connection`),
  weighted: noted('with `externalTrafficPolicy: Local`; for an internal load balancer only where Google has allowed it for the project'),
  name: no('names are made from the ids of the cluster and the Service, by which all that is ours is found'),
  'dns-label': no('Google gives addresses no DNS names; external-dns can keep a record'),
  'proxy-protocol-v1': no(NO_PROXY),
  'proxy-protocol-v2': no(NO_PROXY),
  'health-check': noted('one for all ports; intervals up to 300 s, timeouts up to the interval, thresholds up to 10, and 200 is the one good answer'),
  'health-check-per-port': no('a backend service has one health check for all ports'),
  'health-check-none': no('Google makes no load balancer without a health check'),
  'idle-timeout': no(`${PASSTHROUGH} and closes none that is idle; with strong affinity the timeout of the affinity counts`),
  tls: no(NO_TLS),
  tags: no('only forwarding rules and addresses have labels, and only by a second call; which cluster and Service a resource belongs to is in its description'),
  'deletion-protection': noted('kept by Fairlead for as long as it runs; Google has none for load balancers'),
  adopt: no(
    'a load balancer of another controller is not taken over; its address is kept by reserving it and naming it in fairlead.dev/address-names (docs/migrate-from-gke.md)',
  ),
  'zero-backends-refuse': no('without a healthy node Google sends packets to all nodes, or drops them, and connections time out'),
  'local-traffic-policy': noted('health checks show which nodes hold a pod'),
}
