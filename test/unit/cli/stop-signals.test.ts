import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { stopOnSignals } from '../../../src/cli/stop-signals.ts'

/** What becomes of a process that gets these signals, each some milliseconds after the first. */
function outcomeOf(signals: readonly (readonly [ms: number, signal: 'SIGINT' | 'SIGTERM'])[]): { readonly stops: boolean; readonly exits: readonly number[] } {
  let time = 0
  const exits: number[] = []
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) })
  const stop = stopOnSignals(source, () => time)
  for (const [ms, signal] of signals) {
    time = ms
    source.emit(signal)
  }
  return { stops: stop.aborted, exits }
}

test.each<[string, Parameters<typeof outcomeOf>[0], ReturnType<typeof outcomeOf>]>([
  ['no signal', [], { stops: false, exits: [] }],
  ['one signal asks for a clean end', [[0, 'SIGTERM']], { stops: true, exits: [] }],
  [
    'the same signal from the process group and from npm is one',
    [
      [0, 'SIGTERM'],
      [40, 'SIGTERM'],
    ],
    { stops: true, exits: [] },
  ],
  [
    'the same signal again after a second does not wait',
    [
      [0, 'SIGINT'],
      [1000, 'SIGINT'],
    ],
    { stops: true, exits: [130] },
  ],
  [
    'another signal does not wait',
    [
      [0, 'SIGTERM'],
      [10, 'SIGINT'],
    ],
    { stops: true, exits: [130] },
  ],
])('%s', (_, signals, outcome) => {
  expect(outcomeOf(signals)).toEqual(outcome)
})
