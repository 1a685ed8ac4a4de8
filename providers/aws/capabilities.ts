/** What a Network Load Balancer can and cannot do. A "no" is told to whoever asks, and stands in the docs. */
import type { Capabilities, Support } from '../../src/provider/capabilities.ts'

const yes: Support = { supported: true }

function noted(note: string): Support {
  return { supported: true, note }
}

function no(because: string): Support {
  return { supported: false, because }
}

export const capabilities: Capabilities = {
  tcp: yes,
  udp: noted('health is asked by TCP or HTTP; on a dual-stack load balancer the targets have to be pods with IPv6 addresses'),
  sctp: no('an NLB knows TCP, UDP and TLS'),
  'mixed-protocols': yes,
  'same-port-two-protocols': noted('where both lead to one port of the backends (one node port, or one port of the pods), and the TCP port does not end TLS'),
  ipv4: yes,
  ipv6: noted('through a dual-stack load balancer, with pods as targets'),
  'dual-stack': noted('targets are of one family; in subnets that all have IPv6 ranges'),
  internal: yes,
  'internet-facing': yes,
  'scheme-change': noted('another load balancer is made beside the old one, which serves on until its name is forgotten'),
  addresses: no(
    "an NLB has an address in each zone: reserve Elastic IP addresses (fairlead.dev/address-names), or name one private address for each subnet (AWS' annotation private-ipv4-addresses)",
  ),
  'address-names': noted('allocation ids of Elastic IP addresses, one for each subnet, in their order; internet-facing load balancers only'),
  'address-pool': no('AWS gives addresses from its own pool'),
  subnets: noted('ids, or values of the tag Name; one in each zone'),
  share: noted('one load balancer, each port number for one Service, 50 in all'),
  'targets-nodes': noted('EC2 instances by their node port; other nodes, such as Fargate, are left out'),
  'targets-pods': noted('pods whose addresses the VPC routes; addresses outside it are registered for all zones'),
  'node-selector': yes,
  'source-ranges': noted("rules of the load balancer's security group"),
  'source-ranges-per-port': yes,
  'security-groups': noted('ids of up to five groups; whoever names some says by them who may come in'),
  'affinity-client-ip': noted('stickiness by source address, not for ports that end TLS'),
  'affinity-timeout': no('stickiness of an NLB has no timeout; take the default of 10800 s'),
  scheduler: no('an NLB chooses by a hash of the flow'),
  'backend-tls': noted('for ports that end TLS; certificates of the backends are not verified'),
  'drain-timeout': noted('up to one hour'),
  'preserve-client-ip': noted('UDP always keeps it'),
  'cross-zone': yes,
  'global-access': no('a load balancer belongs to one region, and is reached from others by the routes that lead there'),
  'tcp-reset': no('an NLB always resets TCP connections that were idle too long'),
  weighted: no('an NLB does not weigh the targets of a group'),
  name: noted('up to 32 letters, digits and hyphens; another name makes another load balancer'),
  'dns-label': no('AWS makes the DNS name from the name of the load balancer (fairlead.dev/name)'),
  'proxy-protocol-v1': no('an NLB speaks version 2'),
  'proxy-protocol-v2': yes,
  'health-check': noted('intervals of 5 s to 300 s, timeouts of 2 s to 120 s, thresholds of 2 to 10'),
  'health-check-per-port': yes,
  'health-check-none': no('AWS checks instances and addresses always'),
  'idle-timeout': noted('60 s to 6000 s, TCP only'),
  tls: noted('certificates of ACM or IAM by their ARNs; one ALPN policy; ELBSecurityPolicy-TLS13-1-2-2021-06 unless another one is named'),
  tags: yes,
  'deletion-protection': noted("AWS' own protection is switched on too"),
  adopt: noted(
    'a Network Load Balancer by its ARN, in the account, region and VPC of the cluster, and of one Service alone; listeners and target groups come with it',
  ),
  'zero-backends-refuse': no('an NLB without targets lets connections time out'),
  'local-traffic-policy': noted('health checks tell which nodes hold a pod'),
}
