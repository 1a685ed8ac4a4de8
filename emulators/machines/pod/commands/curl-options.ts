/** The command line of curl, as far as a pod's knows it. Pure. */
import { CommandFailure } from './command.ts'

export interface CurlOptions {
  readonly url: URL
  /** By name, the last of several. */
  readonly headers: Readonly<Record<string, string>>
  readonly showsHead: boolean
  readonly seconds: number
}

const DEFAULT_SECONDS = 30
const MOST_SECONDS = 300
const LONG: Readonly<Record<string, string>> = { silent: 's', 'show-error': 'S', include: 'i', header: 'H', 'max-time': 'm' }
const KNOWN = "-s (--silent), -S (--show-error), -i (--include), -H 'NAME: VALUE' (--header), -m SECONDS (--max-time)"

interface Draft {
  urls: string[]
  headers: Record<string, string>
  showsHead: boolean
  seconds: number
}

/** Throws a CommandFailure with curl's own exit codes. */
export function readCurl(args: readonly string[]): CurlOptions {
  const draft: Draft = { urls: [], headers: {}, showsHead: false, seconds: DEFAULT_SECONDS }
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith('-') || arg === '-') draft.urls.push(arg)
    else if (arg.startsWith('--')) readLong(arg.slice(2), rest, draft)
    else readShort(arg.slice(1), rest, draft)
  }
  const { urls, ...options } = draft
  const [url] = urls
  if (url === undefined || urls.length > 1) throw new CommandFailure(2, `curl: (2) one URL is asked for at a time, and here are ${urls.length}`)
  return { ...options, url: urlOf(url) }
}

function readLong(name: string, rest: string[], draft: Draft): void {
  const letter = Object.hasOwn(LONG, name) ? LONG[name] : undefined
  if (letter === undefined) throw unknown(`--${name}`)
  apply(letter, { draft, valueOf: () => valueFrom(rest, `--${name}`) })
}

/** Several letters may stand together; the value of the last is what follows it. */
function readShort(letters: string, rest: string[], draft: Draft): void {
  for (let i = 0; i < letters.length; i++) {
    const letter = letters.charAt(i)
    const attached = letters.slice(i + 1)
    const takesValue = apply(letter, { draft, valueOf: () => (attached === '' ? valueFrom(rest, `-${letter}`) : attached) })
    if (takesValue) return
  }
}

/** Whether the option has a value. */
function apply(letter: string, { draft, valueOf }: { readonly draft: Draft; readonly valueOf: () => string }): boolean {
  switch (letter) {
    case 's':
    case 'S':
      return false
    case 'i':
      draft.showsHead = true
      return false
    case 'H':
      addHeader(draft.headers, valueOf())
      return true
    case 'm':
      draft.seconds = secondsIn(valueOf())
      return true
    default:
      throw unknown(`-${letter}`)
  }
}

function unknown(option: string): CommandFailure {
  return new CommandFailure(2, `curl: option ${option}: is unknown; allowed are ${KNOWN}`)
}

function valueFrom(rest: string[], option: string): string {
  const value = rest.shift()
  if (value === undefined) throw new CommandFailure(2, `curl: option ${option}: requires parameter`)
  return value
}

function addHeader(headers: Record<string, string>, text: string): void {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new CommandFailure(2, `curl: option -H: ${JSON.stringify(text)} is not a header; allowed: NAME: VALUE`)
  headers[name.toLowerCase()] = value
}

function secondsIn(text: string): number {
  const seconds = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && seconds > 0 && seconds <= MOST_SECONDS) return seconds
  throw new CommandFailure(2, `curl: option -m: ${JSON.stringify(text)} is not a time; allowed: seconds, more than 0 and up to ${MOST_SECONDS}`)
}

function urlOf(text: string): URL {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null) throw new CommandFailure(3, `curl: (3) URL rejected: Malformed input to a URL function: ${JSON.stringify(text)}`)
  if (url.protocol !== 'http:')
    throw new CommandFailure(1, `curl: (1) Protocol ${JSON.stringify(url.protocol.slice(0, -1))} not supported; a pod of the playground speaks http`)
  return url
}
