/** Creates, lists, changes and deletes listeners. */
import type { Listener, LoadBalancer, Protocol, TargetGroup, WeightedGroup } from '../cloud/objects.ts'
import { type Region, arnOf, digits, touch } from '../cloud/region.ts'
import { defaultRuleArn, noteTags } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal, invalidValue } from '../wire/refusal.ts'
import { showAction, readForward } from './actions.ts'
import { bounded, readNewTags } from './checks.ts'
import { checkPairing, checkQuic } from './compatibility.ts'
import { balancerAt, balancerNamed, listenerAt, listenerNamed } from './find.ts'
import { pageSize } from './page-size.ts'
import { checkTargetCounts } from './target-counts.ts'
import { type Tls, readTls } from './tls.ts'

const PROTOCOLS: readonly string[] = ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'] satisfies Protocol[]

/** What a request makes of a listener. */
interface ListenerRequest extends Tls {
  readonly port: number
  readonly protocol: Protocol
  readonly groups: readonly WeightedGroup[]
  readonly isSticky: boolean
}

export function createListener(region: Region, input: Input): Members {
  const balancer = balancerNamed(region, input)
  const tags = readNewTags(input)
  input.need('Port')
  input.need('Protocol')
  const request = readRequest(region, input)
  const known = balancer.listeners.values().find(({ port }) => port === request.port)
  if (known !== undefined) {
    if (!isSame(known, request)) throw duplicate(request.port)
    return { Listeners: [show(known)] }
  }
  const most = region.quotas.listenersPerLoadBalancer
  if (balancer.listeners.size >= most) throw new Refusal('TooManyListeners', `The maximum number of listeners has been reached: ${most}`)
  checkRequest(region, { balancer, request })
  const arn = arnOf(region, 'elasticloadbalancing', `listener/net/${balancer.name}/${balancer.suffix}/${digits(region)}`)
  const listener: Listener = {
    ...request,
    arn,
    balancerArn: balancer.arn,
    createdAt: region.clock.now(),
    extraCertificates: new Set(),
    ruleTags: new Map(),
    attributes: new Map(),
    tags,
  }
  region.listeners.set(arn, listener)
  balancer.listeners.add(listener)
  noteTags(region, arn)
  noteUse(region, listener, { before: [], after: request.groups })
  return { Listeners: [show(listener)] }
}

export function modifyListener(region: Region, input: Input): Members {
  const listener = listenerNamed(region, input)
  const balancer = balancerAt(region, listener.balancerArn)
  const request = readRequest(region, input, listener)
  if (balancer.listeners.values().some((one) => one !== listener && one.port === request.port)) throw duplicate(request.port)
  checkRequest(region, { balancer, request, listener })
  const before = listener.groups
  const { certificate, sslPolicy, alpn, ...rest } = request
  Object.assign(listener, rest)
  setOrDelete(listener, { certificate, sslPolicy, alpn })
  if (request.protocol !== 'TLS') listener.extraCertificates.clear()
  if (request.protocol !== 'TCP') listener.attributes.clear()
  noteUse(region, listener, { before, after: request.groups })
  return { Listeners: [show(listener)] }
}

function setOrDelete(listener: Listener, { certificate, sslPolicy, alpn }: { readonly [key in keyof Tls]: Tls[key] | undefined }): void {
  if (certificate === undefined) delete listener.certificate
  else listener.certificate = certificate
  if (sslPolicy === undefined) delete listener.sslPolicy
  else listener.sslPolicy = sslPolicy
  if (alpn === undefined) delete listener.alpn
  else listener.alpn = alpn
}

/** What is not sent stays as it was. */
function readRequest(region: Region, input: Input, before?: Listener): ListenerRequest {
  const port = bounded(input, 'Port', { from: 1, to: 65_535 }) ?? before?.port ?? 0
  const protocol = input.text('Protocol') ?? before?.protocol ?? ''
  if (!isProtocol(protocol)) throw new Refusal('UnsupportedProtocol', `Protocol '${protocol}' must be one of '${PROTOCOLS.join(', ')}'`)
  const forward = before !== undefined && !input.has('DefaultActions') ? before : readForward(region, input)
  return { port, protocol, groups: forward.groups, isSticky: forward.isSticky, ...readTls(region, input, { protocol, before }) }
}

function isProtocol(text: string): text is Protocol {
  return PROTOCOLS.includes(text)
}

function isSame(listener: Listener, request: ListenerRequest): boolean {
  const essence = ({ protocol, groups, isSticky, certificate, sslPolicy, alpn }: ListenerRequest): string =>
    JSON.stringify([protocol, groups.map(({ arn, weight }) => [arn, weight]), isSticky, certificate, sslPolicy, alpn])
  return essence(listener) === essence(request)
}

const duplicate = (port: number): Refusal => new Refusal('DuplicateListener', `A listener already exists on this port for this load balancer: '${port}'`)

interface Change {
  readonly balancer: LoadBalancer
  readonly request: ListenerRequest
  readonly listener?: Listener
}

function checkRequest(region: Region, { balancer, request, listener }: Change): void {
  const groups = request.groups.flatMap(({ arn }): TargetGroup | [] => region.targetGroups.get(arn) ?? [])
  for (const group of groups) checkPairing({ balancer, protocol: request.protocol, group })
  checkQuic(balancer, { protocol: request.protocol, ...(listener === undefined ? {} : { besides: listener }) })
  checkTargetCounts(region, balancer, groups)
}

interface Use {
  readonly before: readonly WeightedGroup[]
  readonly after: readonly WeightedGroup[]
}

/** Remembers which listeners use a target group, since when it is in use, and since when no longer. */
function noteUse(region: Region, listener: Listener, { before, after }: Use): void {
  const now = region.clock.now()
  const grouped = (list: readonly WeightedGroup[]): readonly TargetGroup[] => list.flatMap(({ arn }): TargetGroup | [] => region.targetGroups.get(arn) ?? [])
  for (const group of grouped(before)) group.users.delete(listener)
  for (const group of grouped(after)) {
    group.users.add(listener)
    group.usedSince ??= now
    delete group.unusedSince
  }
  for (const group of grouped(before)) {
    if (group.users.size > 0) continue
    delete group.usedSince
    group.unusedSince = now
    for (const target of group.targets.values()) delete target.verdict
  }
  touch(region)
}

export function describeListeners(region: Region, input: Input): Members {
  const [balancer, arns] = [input.text('LoadBalancerArn'), input.texts('ListenerArns')]
  if ((balancer === undefined) === (arns === undefined)) throw invalidValue(`Specify either 'LoadBalancerArn' or 'ListenerArns'`)
  const found = balancer === undefined ? (arns ?? []).map((arn) => listenerAt(region, arn)) : [...balancerAt(region, balancer).listeners]
  const page = pageOf(found, { token: input.text('Marker'), size: pageSize(input), keyOf: ({ arn }) => arn, refuses: 'ValidationError' })
  return { Listeners: page.items.map(show), NextMarker: page.next }
}

function show(listener: Listener): Members {
  const { certificate, alpn } = listener
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.balancerArn,
    Port: listener.port,
    Protocol: listener.protocol,
    Certificates: certificate === undefined ? undefined : [{ CertificateArn: certificate }],
    SslPolicy: listener.sslPolicy,
    DefaultActions: [showAction(listener)],
    AlpnPolicy: alpn === undefined ? undefined : [alpn],
  }
}

export function deleteListener(region: Region, input: Input): Members {
  removeListener(region, listenerNamed(region, input))
  return {}
}

export function removeListener(region: Region, listener: Listener): void {
  region.listeners.delete(listener.arn)
  region.balancers.get(listener.balancerArn)?.listeners.delete(listener)
  noteTags(region, listener.arn)
  noteTags(region, defaultRuleArn(listener))
  noteUse(region, listener, { before: listener.groups, after: [] })
}
