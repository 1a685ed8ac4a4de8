/** What cloud-provider-azure's annotations say of health probes, for the Service and for single ports. */
import type { Parsed, Parser, ServicePortKey, Translation } from '../define.ts'
import { printing, reading, wholeIn } from '../translated.ts'
import { azureBoolean, PREFIX, UPSTREAM, whole } from './values.ts'

const PROTOCOLS = new Set(['tcp', 'http', 'https'])

const protocol: Parser<string> = {
  allowed: '`tcp`, `http` or `https`, in any case',
  parse: (text) => {
    const word = text.trim().toLowerCase()
    return PROTOCOLS.has(word) ? { ok: true, value: word } : { ok: false, wrong: 'is not an allowed value' }
  },
}

/** Each exists for the Service, and for one port in another form. */
function health(name: string, portName: string, rest: Omit<Translation, 'key' | 'perPort'>): Translation {
  return { key: `${PREFIX}load-balancer-health-probe-${name}`, perPort: `${UPSTREAM}port_{port}_health-probe_${portName}`, ...rest }
}

export const healthTranslations: readonly Translation[] = [
  health('protocol', 'protocol', {
    doc: 'How nodes are asked. `appProtocol` of a port says nothing about it here: `GET /` of an application that answers with a redirect would end all traffic.',
    example: 'http',
    words: ['health-check-protocol'],
    ...reading(protocol, (word) => ({ 'health-check-protocol': word })),
    print: printing((word) => (word === 'none' ? undefined : word)),
  }),
  health('request-path', 'request-path', {
    doc: 'The path of an HTTP or HTTPS probe.',
    example: '/healthz',
    words: ['health-check-path'],
    allowed: 'a path that begins with `/`',
    translate: (text) => ({ ok: true, value: { 'health-check-path': text } }),
    print: printing(),
  }),
  health('interval', 'interval', {
    doc: 'Seconds between two probes.',
    example: '10',
    words: ['health-check-interval'],
    ...reading(whole({ min: 5, max: 3600, of: 'seconds' }), (seconds) => ({ 'health-check-interval': `${seconds}s` })),
    print: printing(wholeIn(1)),
  }),
  health('num-of-probe', 'num-of-probe', {
    doc: 'Answers in a row that change what is thought of a node, in both directions. Interval times number is below 120 seconds.',
    example: '3',
    words: ['health-check-unhealthy-threshold'],
    ...reading(whole({ min: 2, max: 100, of: 'probes' }), (number) => ({ 'health-check-unhealthy-threshold': String(number) })),
    print: printing(),
  }),
  {
    key: `${UPSTREAM}port_{port}_health-probe_port`,
    perPort: `${UPSTREAM}port_{port}_health-probe_port`,
    doc: 'The port that is asked on the nodes: a name or number of a port of the Service stands for its node port, any other number for itself.',
    example: '10256',
    words: ['health-check-port'],
    allowed: 'a port number, or the name or number of a port of the Service',
    translate: (text, { ports }) => probePort(text.trim(), ports),
    print: ({ everywhere, ports: [port] }) => (everywhere === 'traffic' ? String(port?.port) : everywhere),
  },
  {
    key: `${UPSTREAM}port_{port}_no_probe_rule`,
    perPort: `${UPSTREAM}port_{port}_no_probe_rule`,
    doc: 'The port has no probe: every node counts as well.',
    example: 'true',
    words: ['health-check-protocol'],
    ...reading(azureBoolean, (isOff): Readonly<Record<string, string>> => (isOff ? { 'health-check-protocol': 'none' } : {})),
    print: printing((word) => (word === 'none' ? 'true' : undefined)),
  },
]

function probePort(text: string, ports: readonly ServicePortKey[]): Parsed<Readonly<Record<string, string>>> {
  const named = ports.find(({ name }) => name === text)
  const numbered = ports.find(({ port, protocol: of }) => String(port) === text && of === 'TCP')
  // A Service with one port may leave its name out; then it is the port that traffic goes to.
  if (numbered !== undefined && numbered.name === undefined) return { ok: true, value: { 'health-check-port': 'traffic' } }
  const port = named?.name ?? numbered?.name ?? (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? text : undefined)
  return port === undefined ? { ok: false, wrong: 'is neither a port of the Service nor a port number' } : { ok: true, value: { 'health-check-port': port } }
}
