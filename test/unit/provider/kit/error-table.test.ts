import { describe, expect, test } from 'vitest'
import { type ErrorAnswer, errorsBy, type Meaning } from '../../../../src/provider/kit/error-table.ts'

type Call = { readonly name: string }

const asSaid: Meaning<Call>['describe'] = (said) => said
const exists: Meaning<Call> = { consequence: 'refused', reason: 'Conflict', describe: asSaid }
const inUse: Meaning<Call> = { consequence: 'later', reason: 'Waiting', afterMs: 5_000, describe: (_, { name }) => `${name} has to wait` }
const throttled: Meaning<Call> = { consequence: 'later', reason: 'Throttled', blames: [], afterMs: 2_000, describe: () => 'too many calls' }
const old: Meaning<Call> = { consequence: 'stale', reason: 'CloudUnavailable', describe: () => 'it was changed by others' }

const errorOf = errorsBy<Call>({
  cloud: 'the cloud',
  byCode: [
    [exists, 'AlreadyExists Duplicate InUse'],
    [throttled, 'TooManyRequests'],
  ],
  byCall: { 'Delete InUse': inUse },
  byStatus: { 412: old, 429: throttled },
})

const cause = new Error('as it was thrown')
const read = (answer: Partial<ErrorAnswer>, name = 'Put') => errorOf({ code: 'Unknown', status: 400, said: 'no', cause, ...answer }, { name })

describe('what an error means', () => {
  test.each([
    ['the row of the call', { code: 'InUse' }, 'Delete', 'later', 'Waiting'],
    ['the row of the code, where the call has none', { code: 'InUse' }, 'Put', 'refused', 'Conflict'],
    ['the code before the status', { code: 'TooManyRequests', status: 503 }, 'Put', 'later', 'Throttled'],
    ['the status, where the code has no row', { status: 412 }, 'Put', 'stale', 'CloudUnavailable'],
    ['a status 4xx alone', { status: 404 }, 'Put', 'refused', 'Refused'],
    ['a status 5xx alone', { status: 500 }, 'Put', 'unclear', 'CloudUnavailable'],
    ['an operation that failed', { status: 0, mayHaveEffect: true }, 'Put', 'refused', 'Refused'],
  ] as const)('%s decides', (_, answer, name, consequence, reason) => {
    expect(read(answer, name)).toMatchObject({ consequence, reason, cause })
  })

  test('an operation that failed may have changed something, whatever its code', () => {
    expect(read({ code: 'Duplicate', mayHaveEffect: true }).mayHaveEffect).toBe(true)
    expect(read({ code: 'Duplicate' }).mayHaveEffect).toBe(false)
  })

  test('the wait that the cloud asks for takes precedence over that of the table', () => {
    expect(read({ status: 429 }).afterMs).toBe(2_000)
    expect(read({ status: 429, afterMs: 17_000 }).afterMs).toBe(17_000)
  })

  test('an unclear answer is not the fault of any Service', () => {
    expect(read({ status: 502 }).blames).toEqual([])
  })

  test.each([
    ['by the row, of the call', { code: 'InUse' }, 'Delete', 'Delete has to wait'],
    ["in the cloud's words, with the code that has no row", {}, 'Put', 'no (Unknown)'],
    ['by the code alone, where the cloud says nothing', { said: '' }, 'Put', 'Unknown'],
    ['with code and status, where that is all that is known', { status: 500 }, 'Put', 'Put failed at the cloud (Unknown, HTTP 500)'],
  ] as const)('is described %s', (_, answer, name, text) => {
    expect(read(answer, name).publicMessage).toBe(text)
  })
})
