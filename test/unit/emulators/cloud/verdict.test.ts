import { expect, test } from 'vitest'
import { judge, type Verdict } from '../../../../emulators/cloud/verdict.ts'

const at = (now: number, answers: boolean, touchedAt = 0) => ({ now, answers, touchedAt, confirmationMs: 30 })

/** The verdicts, one after the other. */
function judged(...checks: readonly ReturnType<typeof at>[]): readonly boolean[] {
  let known: Verdict | undefined
  return checks.map((check) => (known = judge(known, check)).isHealthy)
}

test('the first answer is the verdict', () => {
  expect([judged(at(0, true)), judged(at(0, false))]).toEqual([[true], [false]])
})

test('another answer counts when it lasted long enough', () => {
  expect(judged(at(0, true), at(10, false, 10), at(39, false, 10), at(40, false, 10))).toEqual([true, true, true, false])
})

test('a change is dated by what caused it, also when the first question comes later', () => {
  expect(judged(at(0, true), at(100, false, 50))).toEqual([true, false])
})

test('an answer that comes back begins anew', () => {
  expect(judged(at(0, true), at(10, false, 10), at(30, true, 30), at(50, false, 50), at(70, false, 50))).toEqual([true, true, true, true, true])
})
