/** What other controllers say of listeners: TLS, the protocol towards the backends, PROXY protocol. */
import { quoted } from '../../src/model/text.ts'
import type { Parsed, Parser, Said, SaidOfPort, ServiceContext, ServicePortKey, Translation } from '../define.ts'
import { anyText, oneOf } from '../parsers.ts'
import { itemsOf, listOf, printing, reading } from '../translated.ts'
import { goBoolean, PREFIX } from './values.ts'

type Words = Readonly<Record<string, string>>

const CERTIFICATES = `${PREFIX}ssl-cert`
const TLS_PORTS = `${PREFIX}ssl-ports`

/** AWS' ALPN policies, by the protocols they offer, the preferred one first. */
const ALPN: Readonly<Record<string, Words>> = {
  None: {},
  HTTP1Only: { alpn: 'http/1.1' },
  HTTP2Only: { alpn: 'h2' },
  HTTP2Optional: { alpn: 'http/1.1,h2' },
  HTTP2Preferred: { alpn: 'h2,http/1.1' },
}

const alpnPolicy = oneOf('None', 'HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred')

const certificates = listOf(/^arn:[a-z-]+:(acm|iam):/, 'ARNs of certificates in ACM or IAM')

/** The listeners that end TLS; `all`: no port is named, or `*`. */
function tlsPorts({ annotations, ports }: ServiceContext): Parsed<readonly ServicePortKey[] | 'all'> {
  const items = itemsOf(annotations[TLS_PORTS] ?? '')
  if (items.length === 0 || items.includes('*')) return { ok: true, value: 'all' }
  const isMeant = (item: string) => (each: ServicePortKey) => each.protocol === 'TCP' && (String(each.port) === item || each.name === item)
  const bad = items.find((item) => !ports.some(isMeant(item)))
  if (bad !== undefined) return { ok: false, wrong: `holds ${quoted(bad)}, which names no TCP port of the Service` }
  return { ok: true, value: ports.filter((port) => items.some((item) => isMeant(item)(port))) }
}

function isSaid(key: string, { annotations }: ServiceContext): boolean {
  return (annotations[key] ?? '').trim() !== ''
}

/** For all ports, or for each that is named. A wrong list of ports is reported under its own key. */
function forTlsPorts(word: string, text: string, context: ServiceContext): Words {
  const ports = tlsPorts(context)
  if (!ports.ok) return {}
  if (ports.value === 'all') return { [word]: text }
  return Object.fromEntries(ports.value.map(({ port }) => [`${word}.${port}-tcp`, text]))
}

const HAS_NO_CERTIFICATE: Parsed<never> = { ok: false, wrong: `has no meaning without ${CERTIFICATES}` }

const portNumbers: Parser<readonly string[]> = listOf(/^[1-9]\d{0,4}$/, 'numbers of ports of the Service')

function proxyPorts(text: string, { ports }: ServiceContext): Parsed<Words> {
  const parsed = portNumbers.parse(text)
  if (!parsed.ok) return parsed
  const unknown = parsed.value.find((number) => !ports.some(({ port }) => String(port) === number))
  if (unknown !== undefined) return { ok: false, wrong: `holds ${quoted(unknown)}, which is not a port of the Service` }
  return { ok: true, value: { 'proxy-protocol': 'off', ...Object.fromEntries(parsed.value.map((number) => [`proxy-protocol.${number}`, 'v2'])) } }
}

const everyPort = oneOf('*')

/** `*` names each port: it holds also where a list of attributes says another thing of one port. What is said in our own words holds in any case. */
function forEachPort(word: string, text: string, { annotations, ports }: ServiceContext): Words {
  if (Object.hasOwn(annotations, `fairlead.dev/${word}`)) return {}
  return Object.fromEntries(ports.flatMap(({ port, protocol }) => [`${word}.${port}`, `${word}.${port}-${protocol.toLowerCase()}`].map((name) => [name, text])))
}

/** The TCP ports that have a text, where it is the same one for all of them. */
function alikePorts({ ports }: Said): { readonly text: string; readonly ports: readonly SaidOfPort[] } | undefined {
  const saying = ports.filter(({ protocol, text }) => protocol === 'TCP' && text !== undefined)
  const [text, ...others] = new Set(saying.map((port) => port.text))
  return text === undefined || others.length > 0 ? undefined : { text, ports: saying }
}

/** The same ALPN policy however the list is written. */
function alpnPolicyOf(protocols: string): string | undefined {
  return Object.entries(ALPN).find(([, words]) => words['alpn'] === itemsOf(protocols).join(','))?.[0]
}

/** The numbers that get version 2, where the others get none. */
function proxyPortsOf({ everywhere, ports }: Said): string | undefined {
  const sending = ports.filter(({ text }) => text === 'v2')
  return everywhere !== undefined || sending.length === 0 ? undefined : [...new Set(sending.map(({ port }) => port))].join(',')
}

export const listenerTranslations: readonly Translation[] = [
  {
    key: CERTIFICATES,
    doc: 'TLS ends at the balancer on the TCP ports that `ssl-ports` names, or on all; the first certificate is the default one.',
    example: 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b2c3d',
    words: ['tls-certificates'],
    allowed: certificates.allowed,
    translate: (text, context) => {
      const arns = certificates.parse(text)
      return arns.ok ? { ok: true, value: forTlsPorts('tls-certificates', arns.value.join(','), context) } : arns
    },
    print: (said) => said.everywhere ?? alikePorts(said)?.text,
  },
  {
    key: TLS_PORTS,
    doc: 'Numbers or names of TCP ports. `*` is all ports, as for cloud-provider-aws; for aws-load-balancer-controller it is an error.',
    example: '443,https-admin',
    words: ['tls-certificates'],
    allowed: 'numbers or names of TCP ports of the Service, separated by commas, or `*`',
    translate: (_text, context) => {
      const ports = tlsPorts(context)
      if (!ports.ok) return ports
      return isSaid(CERTIFICATES, context) ? { ok: true, value: {} } : HAS_NO_CERTIFICATE
    },
    print: (said) =>
      said.everywhere === undefined
        ? alikePorts(said)
            ?.ports.map(({ port }) => port)
            .join(',')
        : undefined,
  },
  {
    key: `${PREFIX}ssl-negotiation-policy`,
    doc: 'A security policy of ELB. Where nothing is said it is `ELBSecurityPolicy-TLS13-1-2-2021-06`, TLS 1.2 and 1.3; with the other controllers it is `ELBSecurityPolicy-2016-08`, which lets TLS 1.0 in.',
    example: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    words: ['tls-policy'],
    ...reading(anyText('the name of a security policy'), (policy) => ({ 'tls-policy': policy })),
    print: printing(),
  },
  {
    key: `${PREFIX}alpn-policy`,
    doc: 'The protocols offered inside TLS. It is undone when the annotation goes.',
    example: 'HTTP2Preferred',
    words: ['alpn'],
    ...reading(alpnPolicy, (policy) => ALPN[policy] ?? {}),
    print: printing(alpnPolicyOf),
  },
  {
    key: `${PREFIX}backend-protocol`,
    doc: '`ssl`: TLS to the backends, on the ports where the balancer terminates TLS. `http` is the same as `tcp`. Other controllers treat every other word as TCP; here `https`, which is for Classic Load Balancers, is a problem, because backends that expect TLS would not get it.',
    example: 'ssl',
    words: ['backend-protocol'],
    allowed: '`ssl`, `tcp` or `http`',
    translate: (text, context) => {
      const parsed = oneOf('ssl', 'tcp', 'http').parse(text)
      if (!parsed.ok) return parsed
      if (parsed.value !== 'ssl') return { ok: true, value: { 'backend-protocol': 'tcp' } }
      return isSaid(CERTIFICATES, context) ? { ok: true, value: forTlsPorts('backend-protocol', 'tls', context) } : HAS_NO_CERTIFICATE
    },
    print: (said) => {
      const text = said.everywhere ?? alikePorts(said)?.text
      return text === 'tls' ? 'ssl' : text
    },
  },
  {
    key: `${PREFIX}proxy-protocol`,
    doc: 'Version 2 towards the backends of all ports; takes precedence over `proxy_protocol_v2.enabled` in `target-group-attributes`, of one port too. For cloud-provider-aws it is for Classic Load Balancers alone.',
    example: '*',
    words: ['proxy-protocol'],
    allowed: everyPort.allowed,
    ...(everyPort.values === undefined ? {} : { values: everyPort.values }),
    translate: (text, context) => {
      const parsed = everyPort.parse(text)
      return parsed.ok ? { ok: true, value: { 'proxy-protocol': 'v2', ...forEachPort('proxy-protocol', 'v2', context) } } : parsed
    },
    print: printing((version) => (version === 'v2' ? '*' : undefined)),
  },
  {
    key: `${PREFIX}proxy-protocol-per-target-group`,
    doc: 'Version 2 for the ports that are named, off for the others; `proxy-protocol` takes precedence.',
    example: '80,443',
    words: ['proxy-protocol'],
    allowed: portNumbers.allowed,
    translate: (text, context) => (isSaid(`${PREFIX}proxy-protocol`, context) ? { ok: true, value: {} } : proxyPorts(text, context)),
    print: proxyPortsOf,
  },
  {
    key: `${PREFIX}enable-tcp-udp-listener`,
    doc: 'TCP and UDP on one number always share a listener here, as AWS demands it; no switch is needed, and other ports may stand beside them.',
    example: 'true',
    words: [],
    ...reading(goBoolean, () => ({})),
  },
]
