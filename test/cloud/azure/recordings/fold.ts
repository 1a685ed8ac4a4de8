/** Keeps answers that differ from an earlier one of the same resource by version and state alone as a reference to that one. */
import type { JsonObject } from '../../../../emulators/azure/index.ts'
import { type Exchange, type Line, isStep } from './lines.ts'

const ETAG = /W\/\\"[0-9a-f-]{36}\\"/g
const STATE = /"(provisioningState|%s)":"(\w+)"/g

/** Versions as `e1`, `e2`: which are equal is all that can be compared. Those that a source had hidden are `e0`. */
export function numbered(exchanges: readonly Exchange[]): readonly Exchange[] {
  const numbers = new Map<string, string>()
  return exchanges.map((one) => {
    const text = JSON.stringify(one).replaceAll(ETAG, (etag) => {
      if (/W\/\\"[0-]+\\"/.test(etag)) return 'e0'
      const known = numbers.get(etag) ?? `e${numbers.size + 1}`
      numbers.set(etag, known)
      return known
    })
    return JSON.parse(text) as Exchange
  })
}

interface Folded {
  /** The `n` of the exchange whose answer it is. */
  readonly same: number
  readonly etag: string
  readonly state: string
}

const plain = (answer: JsonObject): string =>
  JSON.stringify(answer)
    .replaceAll(/"e\d+"/g, '"e"')
    .replaceAll(STATE, '"$1":""')

function onlyOf(answer: JsonObject, pattern: RegExp): string | undefined {
  const found = new Set([...JSON.stringify(answer).matchAll(pattern)].map(([, value = '']) => value))
  return found.size === 1 ? [...found][0] : undefined
}

export function folded(lines: readonly Line[]): readonly Line[] {
  const known = new Map<string, number>()
  return lines.map((line) => {
    const body = isStep(line) ? (line.step === 'given' ? line.body : undefined) : line.answer
    const key = body === undefined ? '' : `${line.scenario} ${plain(body)}`
    const [etag, state] = body === undefined ? [] : [onlyOf(body, /"(e\d+)"/g), onlyOf(body, /"(?:provisioningState|%s)":"(\w+)"/g)]
    const before = etag === undefined || state === undefined ? undefined : known.get(key)
    if (before === undefined && body !== undefined && etag !== undefined && state !== undefined && !isStep(line)) known.set(key, line.n)
    if (before === undefined || isStep(line)) return line
    return { ...line, answer: { same: before, etag: etag ?? '', state: state ?? '' } satisfies Folded }
  })
}

export function unfolded(lines: readonly Line[]): readonly Line[] {
  const answers = new Map<string, JsonObject>()
  return lines.map((line) => {
    if (isStep(line))
      return line.step === 'given' && typeof line.body['same'] === 'number' ? { ...line, body: answerOf(lines, line.scenario, line.body['same']) } : line
    const answer =
      line.answer !== undefined && typeof line.answer['same'] === 'number' ? restored(answers, line.scenario, line.answer as unknown as Folded) : line.answer
    if (answer !== undefined) answers.set(`${line.scenario} ${line.n}`, answer)
    return answer === undefined ? line : { ...line, answer }
  })
}

function restored(answers: ReadonlyMap<string, JsonObject>, scenario: string, { same, etag, state }: Folded): JsonObject {
  const text = JSON.stringify(answers.get(`${scenario} ${same}`))
    .replaceAll(/"e\d+"/g, `"${etag}"`)
    .replaceAll(STATE, `"$1":"${state}"`)
  return JSON.parse(text) as JsonObject
}

/** A given resource is often shown by a later answer. */
function answerOf(lines: readonly Line[], scenario: string, n: number): JsonObject {
  const found = lines.find((one) => !isStep(one) && one.scenario === scenario && one.n === n)
  return found !== undefined && !isStep(found) ? (found.answer ?? {}) : {}
}
