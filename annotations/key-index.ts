/** Finds what an annotation's key stands for: exact names, `NAME.53-udp`, and forms with the port in the middle. It does not read values. */

/**
 * How a key names a port. `true`: `KEY.53`, `KEY.53-udp`. A text: the key's form with `{port}` in it, and perhaps `{protocol}`, as other controllers
 * write it (`example.com/port_{port}_probe`, `example.com/probe.{protocol}-{port}`).
 */
export type PortForm = true | string

/** What in a key names a port. */
export interface PortPart {
  readonly form: PortForm
  /** `53`, `53-udp`; whether the Service has such a port is not asked here. */
  readonly port: string
}

export interface KeyClaim<T> {
  readonly key: string
  readonly perPort: PortForm | undefined
  readonly found: T
}

type Finder<T> = (key: string) => { readonly found: T; readonly port?: PortPart } | undefined

/** Throws when two claims are for one key. */
export function keyIndex<T>(claims: readonly KeyClaim<T>[]): Finder<T> {
  const exact = new Map<string, KeyClaim<T>>()
  for (const claim of claims) {
    if (exact.has(claim.key)) throw new Error(`the annotation ${claim.key} is declared twice`)
    exact.set(claim.key, claim)
  }
  const forms = claims.flatMap(({ perPort, found }) => (typeof perPort === 'string' ? [{ form: perPort, pattern: patternOf(perPort), found }] : []))
  return (key) => {
    const whole = exact.get(key)
    if (whole !== undefined) return { found: whole.found }
    const dot = key.lastIndexOf('.')
    const base = dot < 0 ? undefined : exact.get(key.slice(0, dot))
    if (base?.perPort === true) return { found: base.found, port: { form: true, port: key.slice(dot + 1) } }
    for (const { form, pattern, found } of forms) {
      const groups = pattern.exec(key)?.groups
      if (groups !== undefined) return { found, port: { form, port: portOf(groups) } }
    }
    return undefined
  }
}

/** The key by which one listener is named; the opposite of finding it. */
export function keyForPort(key: string, form: PortForm, { port, protocol }: { readonly port: number; readonly protocol: string }): string {
  return form === true ? `${key}.${port}-${protocol.toLowerCase()}` : form.replace('{port}', String(port)).replace('{protocol}', protocol)
}

function patternOf(form: string): RegExp {
  const parts = form.split(/(\{protocol\}|\{port\})/).map((part) => PLACES[part] ?? part.replaceAll(/[^\w/-]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('')}$`)
}

const PLACES: Readonly<Record<string, string>> = { '{protocol}': '(?<protocol>[A-Za-z_]+)', '{port}': '(?<port>.+)' }

/** What a listener's protocol, in clouds' words, is carried by; TCP_UDP by both. */
const TRANSPORTS: ReadonlyMap<string, string> = new Map([
  ['TLS', '-tcp'],
  ['TCP_UDP', ''],
])

function portOf({ protocol, port = '' }: Readonly<Record<string, string>>): string {
  return protocol === undefined ? port : `${port}${TRANSPORTS.get(protocol) ?? `-${protocol.toLowerCase()}`}`
}
