/** What other controllers say of health checks: one set for all ports. Ours exist for each port too. */
import { KEYS } from '../neutral.ts'
import type { Parser, Translation } from '../define.ts'
import { integer, oneOf, portOr } from '../parsers.ts'
import { printing, reading, wholeIn } from '../translated.ts'
import { PREFIX } from './values.ts'

const protocol: Parser<string> = {
  allowed: '`tcp`, `http` or `https`, in any case',
  parse: (text) => oneOf('tcp', 'http', 'https').parse(text.toLowerCase()),
}

const KEY = `${PREFIX}healthcheck-`

/** Ranges: DescribeTargetGroups' fields in the ELBv2 API model, 2015-12-01. */
export const healthTranslations: readonly Translation[] = [
  {
    key: `${KEY}protocol`,
    doc: 'Where nothing is said, node ports are asked for kube-proxy, or for `healthCheckNodePort` with policy Local, and pods by TCP. The other controllers ask node ports by TCP.',
    example: 'http',
    words: ['health-check-protocol'],
    ...reading(protocol, (word) => ({ 'health-check-protocol': word })),
    print: printing(),
  },
  {
    key: `${KEY}port`,
    doc: 'A name is that of a port of the Service, and means where its traffic goes.',
    example: 'traffic-port',
    words: ['health-check-port'],
    ...reading(portOr('traffic-port'), (port) => ({ 'health-check-port': port === 'traffic-port' ? 'traffic' : String(port) })),
    print: printing((port) => (port === 'traffic' ? 'traffic-port' : port)),
  },
  {
    key: `${KEY}path`,
    doc: 'Needs the protocol `http` or `https`. Without it the other controllers ask by TCP and leave the path out.',
    example: '/healthz',
    words: ['health-check-path'],
    ...forHttp('a path that begins with `/`, in ASCII; other characters percent-encoded, such as `/caf%C3%A9`', 'health-check-path'),
  },
  seconds('interval', { min: 5, max: 300 }, 'Where nothing is said it is 10, as with aws-load-balancer-controller; with cloud-provider-aws 30.'),
  seconds(
    'timeout',
    { min: 2, max: 120 },
    'No longer than the interval. Where nothing is said it is 6; with the other controllers 10, and 6 with policy Local.',
  ),
  count(
    'healthy-threshold',
    'Good answers in a row that make a target healthy. Where nothing is said it is 2; with the other controllers 3, and 2 with policy Local.',
  ),
  count(
    'unhealthy-threshold',
    'Bad answers in a row that make a target unhealthy. Where nothing is said it is 2; with the other controllers 3, and 2 with policy Local.',
  ),
  {
    key: `${KEY}success-codes`,
    doc: 'Needs the protocol `http` or `https`. cloud-provider-aws does not read it.',
    example: '200-399',
    words: ['health-check-success-codes'],
    ...forHttp('HTTP status codes such as `200`, `200-399` or `200,204`', 'health-check-success-codes'),
  },
]

/** Said without a protocol it would turn a check by TCP into one that backends may never have answered. */
function forHttp(allowed: string, word: string): Pick<Translation, 'allowed' | 'translate' | 'print'> {
  const isSaid = (key: string) => key.startsWith(`${KEY}protocol`) || key.startsWith(KEYS.healthCheckProtocol)
  return {
    allowed,
    print: printing(),
    translate: (text, { annotations }) =>
      Object.keys(annotations).some(isSaid)
        ? { ok: true, value: { [word]: text } }
        : { ok: false, wrong: `has no meaning without ${KEY}protocol, http or https: targets are then not asked by HTTP` },
  }
}

function seconds(name: string, range: { readonly min: number; readonly max: number }, doc: string): Translation {
  const { allowed, parse } = integer(range)
  return {
    key: `${KEY}${name}`,
    doc: `Seconds. ${doc}`,
    example: '10',
    words: [`health-check-${name}`],
    ...reading({ allowed: `${allowed} (seconds)`, parse }, (number) => ({ [`health-check-${name}`]: `${number}s` })),
    print: printing(wholeIn(1)),
  }
}

function count(name: string, doc: string): Translation {
  return {
    key: `${KEY}${name}`,
    doc,
    example: '3',
    words: [`health-check-${name}`],
    ...reading(integer({ min: 2, max: 10 }), (number) => ({ [`health-check-${name}`]: String(number) })),
    print: printing(),
  }
}
