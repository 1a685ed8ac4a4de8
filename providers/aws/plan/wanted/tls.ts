/** Listeners that end TLS. */
import type { Listener } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'

export interface Tls {
  readonly certificate: string
  /** Those beside the default one, sorted. */
  readonly others: readonly string[]
  readonly policy: string
  readonly alpn?: string
}

/** TLS 1.2 and 1.3: what AWS recommends. The API's own default lets TLS 1.0 in. */
const POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06'

export function tlsOf({ tls }: Listener): Tls | undefined {
  const [certificate, ...others] = tls?.certificates ?? []
  if (certificate === undefined) return undefined
  const alpn = alpnPolicy(tls?.alpn ?? [])
  return {
    certificate,
    others: [...new Set(others)].filter((one) => one !== certificate).toSorted(),
    policy: tls?.policy ?? POLICY,
    ...(alpn === undefined || alpn === 'None' ? {} : { alpn }),
  }
}

/** By the protocols offered, the preferred one first. */
const POLICIES: Readonly<Record<string, string>> = {
  '': 'None',
  'http/1.1': 'HTTP1Only',
  h2: 'HTTP2Only',
  'http/1.1,h2': 'HTTP2Optional',
  'h2,http/1.1': 'HTTP2Preferred',
}

/** AWS knows five policies, by its own names too; undefined: it is none of them. */
function alpnPolicy(protocols: readonly string[]): string | undefined {
  const text = protocols.join(',')
  return Object.values(POLICIES).includes(text) ? text : Object.hasOwn(POLICIES, text.toLowerCase()) ? POLICIES[text.toLowerCase()] : undefined
}

const MOST_CERTIFICATES = 25

export function tlsProblem(listener: Listener): Problem | undefined {
  const tls = tlsOf(listener)
  const { key } = listener
  if (listener.backendProtocol === 'tls' && tls === undefined)
    return {
      reason: 'Invalid',
      field: FIELDS.backendProtocol,
      listener: key,
      value: 'tls',
      wrong: `needs a certificate for ${key}: an NLB encrypts traffic to backends only on ports where it terminates TLS`,
      remedy: `Name one in ${FIELDS.tlsCertificates}.`,
    }
  const alpn = listener.tls?.alpn ?? []
  if (alpnPolicy(alpn) === undefined)
    return {
      reason: 'Invalid',
      field: FIELDS.alpn,
      listener: key,
      value: alpn.join(','),
      wrong: `is not an ALPN policy that an NLB supports for ${key}`,
      allowed: `${Object.keys(POLICIES)
        .filter((text) => text !== '')
        .map((text) => JSON.stringify(text))
        .join(', ')}, or AWS' names ${Object.values(POLICIES).join(', ')}`,
    }
  if (tls !== undefined && tls.others.length > MOST_CERTIFICATES)
    return {
      reason: 'LimitReached',
      field: FIELDS.tlsCertificates,
      listener: key,
      wrong: `names ${tls.others.length + 1} certificates for ${key}, which is more than an NLB supports`,
      allowed: `${MOST_CERTIFICATES} besides the default one`,
    }
  return undefined
}
