/** What `pods/NAME/log` is asked for, read and validated as a real server does, in its words. Pure. */
import { badRequest, invalid } from '../api-error.ts'
import type { FieldError } from '../resource.ts'
import { isTrueIn } from './exec.ts'
import type { LogLine } from './pod-access.ts'

export interface LogOptions {
  readonly isFollowed: boolean
  readonly isPrevious: boolean
  readonly hasTimestamps: boolean
  /** Lines, from the end. */
  readonly tail: number | undefined
  /** In milliseconds since 1970. */
  readonly since: number | undefined
  readonly mostBytes: number | undefined
}

/** Throws an ApiError: 400 for what cannot be read, 422 for values out of range. */
export function readLogOptions(query: URLSearchParams, name: string, now: Date): LogOptions {
  const [tail, sinceSeconds, mostBytes] = [integer(query, 'tailLines'), integer(query, 'sinceSeconds'), integer(query, 'limitBytes')]
  const sinceTime = time(query.get('sinceTime'))
  const errors: readonly FieldError[] = [
    ...atLeast('tailLines', tail, 0),
    ...atLeast('sinceSeconds', sinceSeconds, 1),
    ...atLeast('limitBytes', mostBytes, 1),
    ...(sinceSeconds !== undefined && sinceTime !== undefined ? [TWICE] : []),
  ]
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors)
  return {
    isFollowed: isTrueIn(query, 'follow'),
    isPrevious: isTrueIn(query, 'previous'),
    hasTimestamps: isTrueIn(query, 'timestamps'),
    tail,
    since: sinceSeconds === undefined ? sinceTime : now.getTime() - sinceSeconds * 1000,
    mostBytes,
  }
}

const TWICE: FieldError = {
  reason: 'FieldValueForbidden',
  field: '[]',
  message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
}

function atLeast(field: string, value: number | undefined, least: number): readonly FieldError[] {
  if (value === undefined || value >= least) return []
  const rule = least === 0 ? 'greater than or equal to 0' : `greater than ${least - 1}`
  return [{ reason: 'FieldValueInvalid', field, message: `Invalid value: ${value}: must be ${rule}` }]
}

function integer(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function time(text: string | null): number | undefined {
  if (text === null || text === '') return undefined
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) {
    const [shown, form] = [text, '2006-01-02T15:04:05Z07:00'].map((each) => JSON.stringify(each))
    throw badRequest(`parsing time ${shown} as ${form}: cannot parse ${shown} as "2006"`)
  }
  return at
}

/** The kept lines that are asked for. The tail is taken first, as a kubelet does. */
export function chosenLines(lines: readonly LogLine[], { tail, since }: Pick<LogOptions, 'tail' | 'since'>): readonly LogLine[] {
  const last = tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail))
  return since === undefined ? last : last.filter(({ at }) => at.getTime() >= since)
}

/** With nine digits of a second, as a container runtime writes them. */
export function lineText({ at, text }: LogLine, { hasTimestamps }: Pick<LogOptions, 'hasTimestamps'>): string {
  return hasTimestamps ? `${at.toISOString().replace('Z', '000000Z')} ${text}\n` : `${text}\n`
}
