/** Who may see the dashboard: everyone where it is on loopback and nothing else is set, otherwise who shows a token, in a header or in the cookie of a session. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Reviews } from '../kubernetes/reviews.ts'
import type { Clock } from '../model/clock.ts'

export interface Gate {
  /** False: everyone may see everything. */
  readonly asksForToken: boolean
  check(headers: AuthHeaders, signal: AbortSignal): Promise<Verdict>
}

export interface AuthHeaders {
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
}

/** `forbidden`: the token is known, and its user may not list Services. `busy`: too many unknown tokens; ask again in a second. */
export type Verdict = { readonly kind: 'allowed'; readonly token?: string } | { readonly kind: 'unauthorized' | 'forbidden' | 'busy' | 'unknown' }

export const openGate: Gate = { asksForToken: false, check: () => Promise.resolve({ kind: 'allowed' }) }

export interface GateOptions {
  /** The token of the operator's file, read when it is asked for; absent: there is no file. Throws when it cannot be read. */
  readonly fileToken?: () => string
  /** Absent: tokens of the cluster are not accepted. */
  readonly reviews?: Reviews
  readonly clock: Pick<Clock, 'now'>
  /** The API server could not be asked. */
  readonly onError: (error: unknown) => void
}

const COOKIE = 'fairlead-dashboard'
const LONGEST_TOKEN = 3_500
/** How long an answer of the API server counts: a user whose rights are taken away sees the dashboard for so long. */
const REMEMBERED_MS = 30_000
const MOST_REMEMBERED = 256
/** Tokens that are not remembered cost two calls each: so many a second are asked about. */
const REVIEWS_A_SECOND = 10

export function tokenGate(options: GateOptions): Gate {
  const reviewed = options.reviews === undefined ? undefined : reviewer(options.reviews, options)
  return {
    asksForToken: true,
    async check(headers, signal) {
      const token = tokenIn(headers)
      if (token === undefined) return { kind: 'unauthorized' }
      if (isFileToken(token, options)) return { kind: 'allowed', token }
      const kind = (await reviewed?.(token, signal)) ?? 'unauthorized'
      return kind === 'allowed' ? { kind, token } : { kind }
    },
  }
}

/** The header takes precedence. */
function tokenIn({ authorization, cookie }: AuthHeaders): string | undefined {
  const token = authorization === undefined ? cookieToken(cookie) : /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  return token === undefined || token === '' || token.length > LONGEST_TOKEN ? undefined : token
}

function cookieToken(cookie = ''): string | undefined {
  const pair = cookie.split(';').find((part) => part.trim().startsWith(`${COOKIE}=`))
  try {
    return pair === undefined ? undefined : decodeURIComponent(pair.slice(pair.indexOf('=') + 1).trim())
  } catch {
    return undefined
  }
}

/** For `Set-Cookie`: scripts cannot read it, other sites do not send it, and it ends with the browser. Undefined: the session ends. */
export function sessionCookie(token: string | undefined): string {
  const attributes = 'Path=/; HttpOnly; SameSite=Strict'
  return token === undefined ? `${COOKIE}=; Max-Age=0; ${attributes}` : `${COOKIE}=${encodeURIComponent(token)}; ${attributes}`
}

function isFileToken(token: string, { fileToken, onError }: GateOptions): boolean {
  if (fileToken === undefined) return false
  try {
    return timingSafeEqual(digest(token), digest(fileToken()))
  } catch (error) {
    onError(error)
    return false
  }
}

/** Of one length for all texts, so that a comparison takes the same time for all. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

type Reviewed = 'allowed' | 'unauthorized' | 'forbidden' | 'busy' | 'unknown'

/** Remembers answers by the digest of the token, so that no token is kept. */
function reviewer(reviews: Reviews, { clock, onError }: GateOptions): (token: string, signal: AbortSignal) => Promise<Reviewed> {
  const remembered = new Map<string, { readonly answer: Promise<Reviewed>; readonly until: number }>()
  let [second, asked] = [0, 0]
  const mayAsk = (): boolean => {
    const now = Math.floor(clock.now() / 1_000)
    if (now !== second) [second, asked] = [now, 0]
    asked += 1
    return asked <= REVIEWS_A_SECOND
  }
  return (token, signal) => {
    const key = digest(token).toString('base64')
    const before = remembered.get(key)
    if (before !== undefined && clock.now() < before.until) return before.answer
    remembered.delete(key)
    if (!mayAsk()) return Promise.resolve('busy')
    const answer = review(reviews, token, signal).catch((error: unknown): Reviewed => {
      remembered.delete(key)
      onError(error)
      return 'unknown'
    })
    remembered.set(key, { answer, until: clock.now() + REMEMBERED_MS })
    const [oldest] = remembered.keys()
    if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    return answer
  }
}

const LIST_SERVICES = { group: '', resource: 'services', verb: 'list' }

async function review(reviews: Reviews, token: string, signal: AbortSignal): Promise<Reviewed> {
  const user = await reviews.userOf(token, signal)
  if (user === undefined) return 'unauthorized'
  return (await reviews.mayUser(user, LIST_SERVICES, signal)) ? 'allowed' : 'forbidden'
}
