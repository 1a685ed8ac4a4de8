/** What only TLS listeners have: certificates, a security policy, an ALPN policy. */
import type { Listener, Protocol } from '../cloud/objects.ts'
import { type Region, isSettled } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal, invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { balancerAt, listenerNamed } from './find.ts'
import { pageSize } from './page-size.ts'

export interface Tls {
  readonly certificate?: string
  readonly sslPolicy?: string
  readonly alpn?: string
}

/** The API's own default, when a TLS listener names none. */
const DEFAULT_POLICY = 'ELBSecurityPolicy-2016-08'

const POLICIES: Readonly<Record<string, readonly string[]>> = {
  'ELBSecurityPolicy-2016-08': ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
  'ELBSecurityPolicy-FS-1-2-Res-2020-10': ['TLSv1.2'],
  'ELBSecurityPolicy-TLS-1-1-2017-01': ['TLSv1.1', 'TLSv1.2'],
  'ELBSecurityPolicy-TLS-1-2-2017-01': ['TLSv1.2'],
  'ELBSecurityPolicy-TLS-1-2-Ext-2018-06': ['TLSv1.2'],
  'ELBSecurityPolicy-TLS13-1-0-2021-06': ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-2-2021-06': ['TLSv1.2', 'TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-2-Res-2021-06': ['TLSv1.2', 'TLSv1.3'],
  'ELBSecurityPolicy-TLS13-1-3-2021-06': ['TLSv1.3'],
}

const ALPN = ['HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred', 'None']

export function readTls(region: Region, input: Input, { protocol, before }: { readonly protocol: Protocol; readonly before: Listener | undefined }): Tls {
  const isKept = before?.protocol === 'TLS' && protocol === 'TLS'
  const certificate = readCertificate(region, input) ?? (isKept ? before.certificate : undefined)
  const sslPolicy = readPolicy(input) ?? (isKept ? before.sslPolicy : undefined)
  const alpn = readAlpn(input) ?? (isKept ? before.alpn : undefined)
  if (protocol === 'TLS') {
    if (certificate === undefined) throw invalidConfiguration('A certificate must be specified for TLS listeners')
    return { certificate, sslPolicy: sslPolicy ?? DEFAULT_POLICY, ...(alpn === undefined ? {} : { alpn }) }
  }
  if (certificate !== undefined) throw invalidConfiguration(`Certificates cannot be specified for ${protocol} listeners`)
  if (sslPolicy !== undefined) throw invalidConfiguration(`An SSL policy cannot be specified for ${protocol} listeners`)
  if (alpn !== undefined) throw invalidConfiguration(`An ALPN policy cannot be specified for ${protocol} listeners`)
  return {}
}

function readCertificate(region: Region, input: Input): string | undefined {
  const sent = input.each('Certificates') ?? []
  if (sent.length > 1) throw invalidConfiguration(`Up to one certificate can be specified, but ${sent.length} were given`)
  const arn = sent[0]?.need('CertificateArn')
  if (arn !== undefined) checkCertificate(region, arn)
  return arn
}

function checkCertificate(region: Region, arn: string): void {
  if (!/^arn:[^:]+:(acm|iam):/.test(arn)) throw invalidValue(`Certificate ARN '${arn}' is not valid`)
  if (!region.certificates.has(arn)) throw new Refusal('CertificateNotFound', `Certificate '${arn}' not found`)
}

function readPolicy(input: Input): string | undefined {
  const policy = input.text('SslPolicy')
  if (policy !== undefined && policy !== '' && !Object.hasOwn(POLICIES, policy)) throw new Refusal('SSLPolicyNotFound', `SSL policy '${policy}' not found`)
  return policy === '' ? undefined : policy
}

function readAlpn(input: Input): string | undefined {
  const sent = input.texts('AlpnPolicy')
  if (sent === undefined) return undefined
  const [policy] = sent
  if (policy === undefined || sent.length > 1) throw invalidConfiguration(`'AlpnPolicy' must name exactly one policy`)
  if (!ALPN.includes(policy)) throw new Refusal('ALPNPolicyNotFound', `ALPN policy '${policy}' must be one of '${ALPN.join(', ')}'`)
  return policy
}

export function describeSslPolicies(_: Region, input: Input): Members {
  const names = input.texts('Names') ?? Object.keys(POLICIES)
  const missing = names.find((name) => !Object.hasOwn(POLICIES, name))
  if (missing !== undefined) throw new Refusal('SSLPolicyNotFound', `SSL policy '${missing}' not found`)
  return {
    SslPolicies: names.map((name) => ({
      Name: name,
      SslProtocols: POLICIES[name],
      Ciphers: [{ Name: 'ECDHE-ECDSA-AES128-GCM-SHA256', Priority: 1 }],
      SupportedLoadBalancerTypes: ['application', 'network'],
    })),
  }
}

/** The default certificate is in the list of all, and adding one that is there already changes nothing. */
export function addListenerCertificates(region: Region, input: Input): Members {
  const listener = listenerNamed(region, input)
  if (!isSettled(region, listener)) throw new Refusal('ListenerNotFound', `One or more listeners not found`)
  if (listener.protocol !== 'TLS') throw invalidConfiguration(`Certificates cannot be specified for ${listener.protocol} listeners`)
  const arns = (input.each('Certificates') ?? []).map((one) => one.need('CertificateArn'))
  if (arns.length === 0) throw invalidValue(`'Certificates' must name at least one certificate`)
  for (const arn of arns) checkCertificate(region, arn)
  const others = [...balancerAt(region, listener.balancerArn).listeners].filter((one) => one !== listener)
  const count = others.reduce((sum, one) => sum + one.extraCertificates.size, new Set([...listener.extraCertificates, ...arns]).size)
  const most = region.quotas.certificatesPerLoadBalancer
  if (count > most) throw new Refusal('TooManyCertificates', `The maximum number of certificates has been reached: ${most}`)
  for (const arn of arns) listener.extraCertificates.add(arn)
  return { Certificates: arns.map((arn) => ({ CertificateArn: arn, IsDefault: false })) }
}

export function removeListenerCertificates(region: Region, input: Input): Members {
  const listener = listenerNamed(region, input)
  const arns = (input.each('Certificates') ?? []).map((one) => one.need('CertificateArn'))
  if (arns.length === 0) throw invalidValue(`'Certificates' must name at least one certificate`)
  const isDefault = listener.certificate !== undefined && arns.includes(listener.certificate) && !listener.extraCertificates.has(listener.certificate)
  if (isDefault) throw new Refusal('OperationNotPermitted', `The default certificate of the listener '${listener.arn}' cannot be removed`)
  for (const arn of arns) listener.extraCertificates.delete(arn)
  return {}
}

export function describeListenerCertificates(region: Region, input: Input): Members {
  const { certificate, extraCertificates } = listenerNamed(region, input)
  const all = [
    ...(certificate === undefined ? [] : [{ CertificateArn: certificate, IsDefault: true }]),
    ...[...extraCertificates].map((arn) => ({ CertificateArn: arn, IsDefault: false })),
  ]
  const keyOf = ({ CertificateArn, IsDefault }: (typeof all)[number]): string => `${IsDefault ? 0 : 1} ${CertificateArn}`
  const page = pageOf(all, { token: input.text('Marker'), size: pageSize(input), keyOf, refuses: 'ValidationError' })
  return { Certificates: page.items, NextMarker: page.next }
}
