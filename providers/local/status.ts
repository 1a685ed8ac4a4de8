/** What a Service publishes: the addresses it is served on, those that only linger excepted. */
import type { Owner } from '../../src/model/owner.ts'
import type { LoadBalancerStatus } from '../../src/model/status.ts'
import type { LocalView } from './parts.ts'

/** `Proxy`: clients' connections end here, so kube-proxy must not send traffic for the address straight to the pods, past source ranges and affinity. */
export function status(view: LocalView, { uid }: Owner): LoadBalancerStatus {
  const orders = new Map((view.owners.get(uid)?.parts ?? []).flatMap(({ address, lingers, order }) => (lingers ? [] : [[address, order] as const])))
  const addresses = [...orders].toSorted(([a, first], [b, second]) => first - second || (a < b ? -1 : 1))
  return { places: addresses.map(([ip]) => ({ ip, ipMode: 'Proxy' })) }
}
