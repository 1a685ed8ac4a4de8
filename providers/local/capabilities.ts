/** What the local balancer can and cannot do. A "no" is reported to a Service that asks for it, and is in the docs. */
import type { Capabilities, Support } from '../../src/provider/capabilities.ts'
import { no, noted, yes } from '../../src/provider/kit/support.ts'

const FORWARDED_STREAMS = "backends are reached through the API server's port-forward, which carries TCP streams to pods only (--reach direct lifts this)"

/** By how backends are reached, and whether ports are moved up. */
// oxlint-disable-next-line max-lines-per-function -- a row for each capability
export function capabilities({ reach, portOffset }: { readonly reach: 'direct' | 'port-forward'; readonly portOffset: number }): Capabilities {
  const direct = (support: Support): Support => (reach === 'direct' ? support : no(FORWARDED_STREAMS))
  const listens = portOffset === 0 ? yes : noted(`published port 80 is found at ${80 + portOffset}: all ports are moved up by ${portOffset}`)
  return {
    tcp: listens,
    udp: direct(listens),
    sctp: no('the local balancer is a program in user space, and Node.js has no SCTP'),
    'mixed-protocols': direct(yes),
    'same-port-two-protocols': direct(yes),
    ipv4: yes,
    ipv6: noted('from pools that hold IPv6 addresses; by default ::1 where the machine has it'),
    'dual-stack': noted('clients of either family reach pods of either family'),
    internal: noted('the scheme changes nothing here: an address is reached from wherever the machine answers for it'),
    'internet-facing': noted('the scheme changes nothing here: an address is reached from wherever the machine answers for it'),
    'scheme-change': yes,
    addresses: noted('addresses of the pools'),
    'address-names': no('addresses of this machine have no names; ask for one by its number (fairlead.dev/addresses)'),
    'address-pool': yes,
    subnets: no('there are no subnets here; choose an address pool (fairlead.dev/address-pool)'),
    share: noted('one address, each port for one Service; 127.0.0.1 and ::1 are shared by all Services without a key'),
    'targets-nodes': direct(yes),
    'targets-pods': yes,
    'node-selector': direct(yes),
    'source-ranges': noted('a TCP client outside is accepted by the kernel and reset before a byte is read; a datagram from outside is dropped'),
    'source-ranges-per-port': yes,
    'security-groups': no('this machine has no security groups; source ranges do the same (spec.loadBalancerSourceRanges)'),
    'affinity-client-ip': noted('kept for each port'),
    'affinity-timeout': yes,
    scheduler: yes,
    'backend-tls': no('the local balancer passes bytes on and speaks no TLS'),
    'drain-timeout': yes,
    'preserve-client-ip': no('connections end here and are made anew; the PROXY protocol names the client to backends (fairlead.dev/proxy-protocol)'),
    'cross-zone': no('one machine has no zones'),
    'zonal-affinity': no('one machine has no zones'),
    'global-access': no('one machine has no regions'),
    'tcp-reset': no('there is no choice: connections that were idle too long are always reset'),
    weighted: no('backends all count the same'),
    name: no('there is no cloud object that could have a name'),
    'dns-label': no('this machine gives no DNS names'),
    'proxy-protocol-v1': noted('TCP only'),
    'proxy-protocol-v2': noted('TCP, and UDP with a header before each datagram'),
    'health-check': direct(noted('pods are asked only when the Service says how: their readiness is known from Kubernetes')),
    'health-check-per-port': direct(yes),
    'health-check-none': yes,
    'idle-timeout': yes,
    tls: no('the local balancer passes bytes on; let the pods end TLS'),
    tags: no('there is no cloud object that could be tagged'),
    'deletion-protection': noted('kept by Fairlead for as long as it runs'),
    adopt: no('sockets cannot be taken over from another program'),
    'zero-backends-refuse': noted('the listening socket is closed'),
    'local-traffic-policy': noted('the client address is not kept; only nodes that hold a pod get traffic'),
  }
}
