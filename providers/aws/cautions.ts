/** What may surprise the author of a Service on AWS. */
import type { LoadBalancer } from '../../src/model/load-balancer.ts'
import type { Cautions } from '../../src/provider/provider.ts'

export const cautions: Cautions = (settings) => (settings.scheme === 'internal' && keepsClientAddress(settings) ? [NO_LOOP] : [])

/**
 * A target that is a client of its own load balancer, and is chosen for that connection, would get a packet from its own address: it times out. Source: AWS'
 * documentation, "Connections time out for requests from a target to its load balancer".
 */
const NO_LOOP =
  'Pods that are clients of this internal load balancer may get time-outs: with the client address kept, AWS cannot send a connection back to the node or pod that it comes from. Where pods use it, set fairlead.dev/preserve-client-ip to "false", or let them use the name of the Service inside the cluster.'

/** Without a setting instances see it, and pods see it of UDP alone, which always keeps it. */
function keepsClientAddress({ preserveClientIp, targets, listeners }: LoadBalancer): boolean {
  return preserveClientIp ?? (targets === 'nodes' || listeners.some(({ protocol }) => protocol === 'UDP'))
}
