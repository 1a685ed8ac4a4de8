/** A certificate authority and a certificate for loopback that it signed, made anew at each start: clients of a cloud send tokens over HTTPS alone. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bits, contextual, integer, oid, octets, sequence, set, time, utf8, yes } from './der.ts'

export interface Certificates {
  /** PEM of the authority, for `NODE_EXTRA_CA_CERTS`, `REQUESTS_CA_BUNDLE` or `tlsOptions.ca`. */
  readonly authority: string
  /** PEM of the certificate of `127.0.0.1`, `::1` and `localhost`, and of the authority after it. */
  readonly cert: string
  readonly key: string
}

const DAY_MS = 86_400_000

/** Valid from yesterday on, for two years. */
export function loopbackCertificates(now: number = Date.now()): Certificates {
  const [authority, server] = [keyPair(), keyPair()]
  const valid = { from: now - DAY_MS, to: now + 730 * DAY_MS }
  const ca = certificate({ subject: 'Emulator authority', valid, key: authority, issuer: { name: 'Emulator authority', key: authority }, uses: AUTHORITY })
  const leaf = certificate({ subject: 'localhost', valid, key: server, issuer: { name: 'Emulator authority', key: authority }, uses: SERVER })
  return { authority: ca, cert: `${leaf}${ca}`, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const keyPair = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' })

interface Asked {
  readonly subject: string
  readonly valid: { readonly from: number; readonly to: number }
  readonly key: Keys
  readonly issuer: { readonly name: string; readonly key: Keys }
  readonly uses: readonly Buffer[]
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

/** RFC 5280, version 3. */
function certificate({ subject, valid, key, issuer, uses }: Asked): string {
  const extensions = [
    ...uses,
    extension('2.5.29.14', octets(keyId(key))),
    extension('2.5.29.35', sequence(contextual(0, keyId(issuer.key), { isConstructed: false }))),
  ]
  const body = sequence(
    contextual(0, integer(Buffer.from([2]))),
    // The first bit clear: a positive number.
    integer(Buffer.from([0x01, ...randomBytes(15)])),
    ECDSA_SHA256,
    named(issuer.name),
    sequence(time(valid.from), time(valid.to)),
    named(subject),
    key.publicKey.export({ type: 'spki', format: 'der' }),
    contextual(3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, issuer.key.privateKey)
  return pem(sequence(body, ECDSA_SHA256, bits(signature)))
}

const named = (name: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), utf8(name))))

const keyId = ({ publicKey }: Keys): Buffer =>
  createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [yes] : []), octets(value))
}

/** May sign certificates and nothing else. */
const AUTHORITY = [extension('2.5.29.19', sequence(yes), true), extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true)]

const SERVER = [
  extension('2.5.29.19', sequence(), true),
  extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true),
  extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
  extension(
    '2.5.29.17',
    sequence(
      contextual(2, Buffer.from('localhost'), { isConstructed: false }),
      contextual(7, Buffer.from([127, 0, 0, 1]), { isConstructed: false }),
      contextual(7, Buffer.from([...Array.from({ length: 15 }, () => 0), 1]), { isConstructed: false }),
    ),
  ),
]

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
