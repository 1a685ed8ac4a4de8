/** What is kept of what a container printed. */
import { expect, test } from 'vitest'
import { createLog } from '../../../../emulators/machines/pod/log.ts'

const now = (): Date => new Date(0)

test('the last thousand lines', () => {
  const log = createLog(now)
  for (let i = 0; i < 1_001; i++) log.add(`line ${i}`)
  expect([log.lines.length, log.lines[0]?.text, log.lines.at(-1)?.text]).toEqual([1_000, 'line 1', 'line 1000'])
})

test('the first thousand characters of a line, without what ends it or a terminal obeys', () => {
  const log = createLog(now)
  log.add('a\nb\u001B[2Jc\u0085')
  log.add('x'.repeat(2_000))
  expect(log.lines.map(({ text }) => text)).toEqual(['a?b?[2Jc?', 'x'.repeat(1_024)])
})

test('those that follow get what comes, until they stop or it ends', () => {
  const log = createLog(now)
  const seen: string[] = []
  const listener = (name: string) => ({
    onLine: ({ text }: { readonly text: string }) => void seen.push(`${name} ${text}`),
    onEnd: () => void seen.push(`${name} ended`),
  })
  const stop = log.follow(listener('first'))
  log.follow(listener('second'))
  log.add('a')
  stop()
  log.add('b')
  log.end()
  log.add('c')
  expect(seen).toEqual(['first a', 'second a', 'second b', 'second ended'])
})
