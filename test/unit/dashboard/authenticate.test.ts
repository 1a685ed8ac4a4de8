import { describe, expect, test } from 'vitest'
import { type AuthHeaders, type Gate, openGate, sessionCookie, tokenGate } from '../../../src/dashboard/authenticate.ts'
import type { ReviewedUser } from '../../../src/kubernetes/reviews.ts'
import { ManualClock } from '../../clock.ts'

const TOKEN = 'a-token-of-the-operator'
const { signal } = new AbortController()

const bearer = (token: string): AuthHeaders => ({ authorization: `Bearer ${token}` })
const verdict = async (asked: Gate, headers: AuthHeaders): Promise<string> => (await asked.check(headers, signal)).kind

/** An API server that knows tokens by their users, and which users may list Services. */
function server(tokens: Readonly<Record<string, string>>, mayList: ReadonlySet<string> = new Set()) {
  const asked: string[] = []
  let isDown = false
  return {
    asked,
    setDown: (down: boolean) => void (isDown = down),
    mayList,
    reviews: {
      async userOf(token: string): Promise<ReviewedUser | undefined> {
        asked.push(token)
        if (isDown) throw new Error('no answer')
        const username = tokens[token]
        return username === undefined ? undefined : { username, groups: ['all'] }
      },
      mayUser: async ({ username = '' }: ReviewedUser, right: object): Promise<boolean> => {
        expect(right).toEqual({ group: '', resource: 'services', verb: 'list' })
        return mayList.has(username)
      },
    },
  }
}

function gate(options: Partial<Parameters<typeof tokenGate>[0]>): Gate & { readonly clock: ManualClock; readonly errors: unknown[] } {
  const [clock, errors]: [ManualClock, unknown[]] = [new ManualClock(), []]
  return { ...tokenGate({ clock, onError: (error) => errors.push(error), ...options }), clock, errors }
}

describe('without a gate', () => {
  test('everyone is shown everything', async () => {
    expect(await openGate.check({}, signal)).toEqual({ kind: 'allowed' })
  })
})

describe('with a token in a file', () => {
  const withFile = (): Gate => gate({ fileToken: () => TOKEN })

  test.each<[string, AuthHeaders, string]>([
    ['no header', {}, 'unauthorized'],
    ['the token', bearer(TOKEN), 'allowed'],
    ['the scheme in other letters', { authorization: `bearer ${TOKEN}` }, 'allowed'],
    ['another token', bearer('another'), 'unauthorized'],
    ['its beginning', bearer(TOKEN.slice(0, -1)), 'unauthorized'],
    ['nothing after the scheme', { authorization: 'Bearer ' }, 'unauthorized'],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, 'unauthorized'],
    ['the cookie of a session', { cookie: `a=b; ${sessionCookie(TOKEN)}` }, 'allowed'],
    ['a header beside the cookie', { authorization: 'Bearer another', cookie: sessionCookie(TOKEN) }, 'unauthorized'],
    ['a cookie that is malformed', { cookie: 'fairlead-dashboard=%zz' }, 'unauthorized'],
    ['a token that is too long', bearer('x'.repeat(4_000)), 'unauthorized'],
  ])('%s', async (_, headers, expected) => {
    expect(await verdict(withFile(), headers)).toBe(expected)
  })

  test('a new content of the file counts at once', async () => {
    let token = TOKEN
    const changing = gate({ fileToken: () => token })
    token = 'another-token-of-the-operator'
    expect([await verdict(changing, bearer(TOKEN)), await verdict(changing, bearer(token))]).toEqual(['unauthorized', 'allowed'])
  })

  test('a file that cannot be read lets no one in, and is reported', async () => {
    const broken = gate({
      fileToken() {
        throw new Error('no such file')
      },
    })
    expect(await verdict(broken, bearer(TOKEN))).toBe('unauthorized')
    expect(broken.errors).toHaveLength(1)
  })
})

describe('with the tokens of the cluster', () => {
  const KNOWN = { 'of-ann': 'ann', 'of-ben': 'ben' }

  test('a user who may list Services is let in, another is not, and an unknown token is not', async () => {
    const { reviews } = server(KNOWN, new Set(['ann']))
    const asking = gate({ reviews })
    expect(await Promise.all(['of-ann', 'of-ben', 'of-none'].map((token) => verdict(asking, bearer(token))))).toEqual(['allowed', 'forbidden', 'unauthorized'])
  })

  test('an answer counts for half a minute, and is asked for again then', async () => {
    const mayList = new Set(['ann'])
    const { reviews, asked } = server(KNOWN, mayList)
    const asking = gate({ reviews })
    for (let i = 0; i < 50; i += 1) expect(await verdict(asking, bearer('of-ann'))).toBe('allowed')
    expect(asked).toHaveLength(1)
    mayList.clear()
    await asking.clock.advance(30_000)
    expect(await verdict(asking, bearer('of-ann'))).toBe('forbidden')
  })

  test('an API server that does not answer is asked again with the next request', async () => {
    const { reviews, setDown } = server(KNOWN, new Set(['ann']))
    const asking = gate({ reviews })
    setDown(true)
    expect(await verdict(asking, bearer('of-ann'))).toBe('unknown')
    setDown(false)
    expect(await verdict(asking, bearer('of-ann'))).toBe('allowed')
    expect(asking.errors).toHaveLength(1)
  })

  test('guessed tokens cost the API server ten questions a second at the most, and those that are remembered go on', async () => {
    const { reviews, asked } = server(KNOWN, new Set(['ann']))
    const asking = gate({ reviews })
    expect(await verdict(asking, bearer('of-ann'))).toBe('allowed')
    const verdicts = []
    for (let i = 0; i < 500; i += 1) verdicts.push(await verdict(asking, bearer(`guess-${i}`)))
    expect(asked).toHaveLength(10)
    expect(new Set(verdicts.slice(9))).toEqual(new Set(['busy']))
    expect(await verdict(asking, bearer('of-ann'))).toBe('allowed')
    await asking.clock.advance(1_000)
    expect(await verdict(asking, bearer('guess-499'))).toBe('unauthorized')
  })
})

test('the cookie of a session is out of reach of scripts and of other sites, and ends on request', () => {
  expect(sessionCookie('a;b')).toBe('fairlead-dashboard=a%3Bb; Path=/; HttpOnly; SameSite=Strict')
  expect(sessionCookie(undefined)).toBe('fairlead-dashboard=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict')
})
