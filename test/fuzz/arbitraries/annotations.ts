/** Annotations of every key that some provider knows, with values that are right, nearly right, and anything else that a tenant can write. */
import * as fc from 'fast-check'
import { ANNOTATION_SETS } from '../../../providers/index.ts'

const DECLARED = ANNOTATION_SETS.flatMap(({ definitions, translations, refusals }) => [
  ...Object.values(definitions).flatMap(({ key, perPort, example, aliases = [] }) => [
    { key, perPort, example },
    ...aliases.map((alias) => ({ key: alias.key, perPort: alias.perPort, example })),
  ]),
  ...translations.map(({ key, perPort, example }) => ({ key, perPort, example })),
  ...refusals.map(({ key, perPort }) => ({ key, perPort, example: 'true' })),
])

const PORTS = ['80', '443', '53', '53-udp', '8080-tcp', '0', '99999', 'x', '__proto__'] as const
const PROTOTYPE = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'] as const

function keyOf({ key, perPort }: (typeof DECLARED)[number], port: string): string {
  if (perPort === undefined) return key
  return perPort === true ? `${key}.${port}` : perPort.replace('{port}', port).replace('{protocol}', 'TCP')
}

const EXAMPLES = [...new Set(DECLARED.map(({ example }) => example))]
const words = fc.constantFrom(...EXAMPLES, ...PROTOTYPE, 'true', 'false', '0', '-1', '1e9', '0.0.0.0/0', '::/0', '10.0.0.0/8', '2001:db8::/32', 'a=b', '100s')

const values = fc.oneof(
  { weight: 4, arbitrary: words },
  { weight: 3, arbitrary: fc.array(words, { minLength: 1, maxLength: 4 }).map((all) => all.join(',')) },
  // Nearly right: one character more.
  { weight: 2, arbitrary: fc.tuple(words, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.nat()).map(inserted) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...PROTOTYPE, 'proxy_protocol_v2.enabled', 'preserve_client_ip.enabled', 'tcp.idle_timeout.seconds'), words)
      .map((pair) => pair.join('=')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('\u001B[31m', '\u202E', '\n', '\0', '漢', '/漢', '\uD800') },
)

function inserted([word, character, at]: readonly [string, string, number]): string {
  const position = at % (word.length + 1)
  return `${word.slice(0, position)}${character}${word.slice(position)}`
}

/** Values as long as Kubernetes stores them, in the shapes that cost a parser most. Made with few of the inputs: each is a quarter of a megabyte. */
export const hugeValue = fc
  .tuple(fc.constantFrom('a,', 'a=b,', '(,', '\\', ' ', '1', '10.0.0.0/8,', '漢'), fc.integer({ min: 8_193, max: 250_000 }))
  .map(([part, length]) => part.repeat(length / part.length))

const known = fc
  .tuple(fc.constantFrom(...DECLARED), fc.option(fc.constantFrom(...PORTS), { nil: undefined, freq: 3 }))
  .map(([declared, port]) => (port === undefined ? declared.key : keyOf(declared, port)))
const unknown = fc
  .tuple(
    fc.constantFrom('fairlead.dev/', 'local.fairlead.dev/', 'aws.fairlead.dev/', 'service.beta.kubernetes.io/aws-load-balancer-', 'metallb.io/'),
    fc.oneof(fc.constantFrom(...PROTOTYPE), fc.stringMatching(/^[a-z.-]{1,12}$/)),
  )
  .map((parts) => parts.join(''))

/** A key of every set, or one that none knows. */
export const annotationKey = fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: unknown })

/** What a Service is annotated with. */
export const annotations: fc.Arbitrary<Readonly<Record<string, string>>> = fc.dictionary(annotationKey, values, { maxKeys: 4, noNullPrototype: true })
