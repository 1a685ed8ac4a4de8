/** A listener as ELBv2 shows it, in our words. */
import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Labels } from '../../marks.ts'
import type { ListenerDetails, ListenerPart } from '../../view.ts'
import { given, required } from './require.ts'

export function listenerPart(found: Listener, { mark, tags }: Labels): ListenerPart {
  return {
    mark,
    tags,
    arn: required(found.ListenerArn, 'ListenerArn'),
    loadBalancerArn: required(found.LoadBalancerArn, 'LoadBalancerArn'),
    port: required(found.Port, 'Port'),
    ...given('details', detailsOf(found)),
  }
}

/** From a list that shows tags alone: where it is and for which port is read off its ARN and its mark. Undefined: the mark names no port. */
export function taggedListener(arn: string, { mark, tags }: Labels): ListenerPart | undefined {
  const port = Number(mark.listener?.split('/')[0])
  return Number.isInteger(port) ? { mark, tags, arn, loadBalancerArn: loadBalancerArnOf(arn), port } : undefined
}

/** A listener's ARN is its load balancer's with another word and one more id. */
export function loadBalancerArnOf(listenerArn: string): string {
  return listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]*$/, '')
}

/** Of several protocols we know four; what listens otherwise was not made by us and has no details that we could compare. */
export function detailsOf(found: Listener): ListenerDetails | undefined {
  const action = found.DefaultActions?.[0]
  const targetGroupArn = action?.TargetGroupArn ?? action?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn
  const protocol = (['TCP', 'UDP', 'TCP_UDP', 'TLS'] as const).find((known) => known === found.Protocol)
  if (targetGroupArn === undefined || protocol === undefined) return undefined
  const alpn = found.AlpnPolicy?.[0]
  return {
    protocol,
    targetGroupArn,
    certificates: (found.Certificates ?? []).flatMap(({ CertificateArn: arn }) => (arn === undefined ? [] : [arn])).slice(0, 1),
    ...(protocol === 'TLS' ? { ...given('policy', found.SslPolicy), ...given('alpn', alpn === 'None' ? undefined : alpn) } : {}),
  }
}

/** The default one stays first. */
export function withCertificates(details: ListenerDetails, others: Iterable<string>): ListenerDetails {
  const [own] = details.certificates
  const rest = [...new Set(others)].filter((arn) => arn !== own).toSorted()
  return { ...details, certificates: own === undefined ? rest : [own, ...rest] }
}
