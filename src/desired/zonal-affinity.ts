/** `spec.trafficDistribution` at the load balancer. kube-proxy follows the field whatever the provider can, so that a note says what is not done, and nothing is refused. */
import type { LoadBalancer } from '../model/load-balancer.ts'
import { quoted } from '../model/text.ts'
import type { RequestInput } from './request-input.ts'

const FIELD = 'spec.trafficDistribution'

/** The API server has checked the value; one that is newer than this code is noted as one that is not about zones. */
export function zonalAffinityOf({ service, context: { provider }, findings }: RequestInput): Pick<LoadBalancer, 'zonalAffinity'> {
  const value = service.spec.trafficDistribution
  if (value === undefined) return {}
  const isZonal = value === 'PreferSameZone' || value === 'PreferClose'
  const support = provider.capabilities['zonal-affinity']
  const because = !isZonal ? "it can prefer a client's zone at most (PreferSameZone)" : support.supported ? undefined : support.because
  if (because !== undefined)
    findings.notes.push(`${FIELD}: ${quoted(value)} is followed by kube-proxy alone, and not by the load balancer of the provider ${provider.name}: ${because}`)
  return isZonal ? { zonalAffinity: true } : {}
}
