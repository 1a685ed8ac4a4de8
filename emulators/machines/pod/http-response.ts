/** What a pod's little server answers to an HTTP request. Pure. */

export interface HttpAsked {
  readonly path: string
  /** The Host header. */
  readonly host: string
}

export interface HttpContent {
  /** The only host name that is served; undefined: all are. */
  readonly onlyHost: string | undefined
  readonly files: ReadonlyMap<string, string>
  readonly environment: ReadonlyMap<string, string>
  readonly greeting: string
}

export interface HttpResponse {
  readonly status: 200 | 421
  readonly text: string
}

/** On a Pod: its server answers for this host name alone, as a server with virtual hosts does. */
export const ONLY_HOST = 'playground.fairlead.dev/http-host'

export function responseTo({ path, host }: HttpAsked, { onlyHost, files, environment, greeting }: HttpContent): HttpResponse {
  if (onlyHost !== undefined && nameIn(host) !== nameIn(onlyHost)) {
    return { status: 421, text: `Misdirected Request: the Host header is ${JSON.stringify(host)}, and this server serves ${onlyHost} alone.\n` }
  }
  if (path === '/env') return { status: 200, text: listed(environment) }
  return { status: 200, text: files.get(path) ?? `${greeting}\n` }
}

/** As `env` prints them. */
export function listed(environment: ReadonlyMap<string, string>): string {
  return [...environment].map(([name, value]) => `${name}=${value}\n`).join('')
}

/** Without port, case and the dot of the root. */
function nameIn(host: string): string {
  return host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase()
}
