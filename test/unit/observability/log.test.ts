import { expect, test } from 'vitest'
import { createLog, type LogOptions } from '../../../src/observability/log.ts'

function logTo(options: Partial<LogOptions> = {}): { readonly log: ReturnType<typeof createLog>; readonly lines: string[] } {
  const lines: string[] = []
  const log = createLog({ format: 'text', level: 'info', write: (line) => lines.push(line), now: () => new Date('2026-01-02T03:04:05.678Z'), ...options })
  return { log, lines }
}

/** As clients of clouds throw them: the whole request hangs on it. */
const leaky = (): Error =>
  Object.assign(new Error('not allowed', { cause: Object.assign(new TypeError('closed'), { password: 'hunter2' }) }), {
    config: { headers: { authorization: 'Bearer of-a-test' } },
  })

test('for machines: one object a line, with time and level', () => {
  const { log, lines } = logTo({ format: 'json' })
  log.info('ready', { cluster: 'c1', servers: 2, nothing: undefined })
  expect(lines).toEqual(['{"level":"info","time":"2026-01-02T03:04:05.678Z","cluster":"c1","servers":2,"message":"ready"}\n'])
})

test('for people: a line with the time, and a mark for what is not just information', () => {
  const { log, lines } = logTo()
  log.info('ready', { cluster: 'c1', ports: [80, 443], nothing: undefined })
  log.warn('slow')
  log.error('broken', { error: new Error('no route') })
  expect(lines).toEqual(['03:04:05 ready  cluster=c1  ports=[80,443]\n', '03:04:05 WARN slow\n', '03:04:05 ERROR broken  error=Error: no route\n'])
})

test.each(['text', 'json'] as const)('as %s, what is under the level is not reported', (format) => {
  const { log, lines } = logTo({ format, level: 'warn' })
  log.debug('a')
  log.info('b')
  log.warn('c')
  log.error('d')
  expect(lines).toHaveLength(2)
})

test.each(['text', 'json'] as const)('as %s, an error is reported with its causes, and nothing of what hangs on it, wherever it stands', (format) => {
  const { log, lines } = logTo({ format })
  log.warn('failed', { error: leaky() })
  log.warn('failed', { reason: leaky() })
  log.warn('failed', { all: [leaky(), { inner: leaky() }] })
  for (const line of lines) {
    expect(line).toContain('Error: not allowed (TypeError: closed)')
    expect(line).not.toMatch(/of-a-test|hunter2|authorization/)
  }
  expect(lines).toHaveLength(3)
})

test('for people: what would act on a terminal, or begin another line, is shown instead', () => {
  const { log, lines } = logTo()
  log.warn('refused', { value: '\u001B[2Jx\nERROR forged', error: new Error('a\u202Eb') })
  expect(lines).toEqual([String.raw`03:04:05 WARN refused  value=\u001b[2Jx\nERROR forged  error=Error: a\u202eb` + '\n'])
})
