/** The two forms of time in the API: whole seconds, and microseconds with exactly six digits. */
import { DecodeError } from './decode-error.ts'

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/

/** RFC 3339 to whole seconds in UTC. */
export function time(text: string): string {
  if (!TIME.test(text) || Number.isNaN(Date.parse(text))) throw wrong(text, '2006-01-02T15:04:05Z07:00', 'Z07:00')
  return formatTime(new Date(text))
}

/** RFC 3339 with six digits, in UTC. */
export function microTime(text: string): string {
  if (!MICRO_TIME.test(text) || Number.isNaN(Date.parse(text))) throw wrong(text, '2006-01-02T15:04:05.000000Z07:00', '.000000')
  if (text.endsWith('Z')) return text
  return `${formatTime(new Date(text)).slice(0, -1)}${text.slice(19, 26)}Z`
}

export const formatTime = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

/** In the words of Go's parser. `rest`: what had to follow the seconds. */
function wrong(text: string, layout: string, rest: string): DecodeError {
  const [found, expected] = SECONDS.test(text) ? [text.slice(19), rest] : [text, '2006']
  return new DecodeError(
    `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(found)} as ${JSON.stringify(expected)}`,
  )
}
