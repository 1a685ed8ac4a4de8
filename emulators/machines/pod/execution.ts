/** A command while it runs: what it may write, for how long it runs, and what ends it. */
import { PassThrough } from 'node:stream'
import type { Execution } from '../../kubernetes/index.ts'
import { CommandFailure, type Inside } from './commands/command.ts'
import { runCommand } from './commands/run.ts'

export interface ExecutionOptions {
  /** What the command has of its pod. */
  readonly pod: Omit<Inside, 'input' | 'out' | 'err' | 'signal'>
  /** Aborted when the pod ends. */
  readonly ended: AbortSignal
}

const MOST_OUTPUT = 1024 * 1024
const MOST_MS = 3_600_000

/** As a shell shows a process that a signal ended: 128 and its number. */
const [INTERRUPTED, KILLED] = [130, 137]
const [TIMED_OUT, CUT] = [124, 1]

/** Answers the exit code. */
export async function execute({ command, input, isTerminal, write, signal }: Execution, { pod, ended }: ExecutionOptions): Promise<number> {
  const [interrupt, over] = [new AbortController(), new AbortController()]
  const timer = setTimeout(() => over.abort(), MOST_MS)
  timer.unref()
  let room = MOST_OUTPUT
  const print = async (stream: 'stdout' | 'stderr', text: string | Buffer): Promise<void> => {
    const bytes = isTerminal ? withReturns(text) : Buffer.from(text)
    const fits = bytes.subarray(0, Math.max(0, room))
    room -= bytes.length
    if (fits.length > 0) await write(isTerminal ? 'stdout' : stream, fits)
    if (room < 0) throw new CommandFailure(CUT, `the output ends here: a command may print ${MOST_OUTPUT} bytes`)
  }
  const all = AbortSignal.any([signal, ended, interrupt.signal, over.signal])
  const out: Inside['out'] = (text) => print('stdout', text)
  // What explains the end is printed after output that was cut.
  const err: Inside['err'] = async (text) => write(isTerminal ? 'stdout' : 'stderr', isTerminal ? withReturns(text) : Buffer.from(text))
  const inside: Inside = { ...pod, out, err, signal: all, input: isTerminal ? typed(input, interrupt) : input }
  try {
    return await Promise.race([runCommand(command, inside), rejectedAt(all)])
  } catch (error) {
    if (!all.aborted) throw error
    return over.signal.aborted ? TIMED_OUT : interrupt.signal.aborted ? INTERRUPTED : KILLED
  } finally {
    clearTimeout(timer)
  }
}

async function rejectedAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(new Error('ended'))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

/** A terminal in raw mode goes to the first column only when asked to. */
function withReturns(text: string | Buffer): Buffer {
  return Buffer.from(Buffer.from(text).toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1')
}

const [CTRL_C, CTRL_D] = [3, 4]

/** What is typed at a terminal: Ctrl-C ends the command, also one that reads nothing, and Ctrl-D the input. */
function typed(input: AsyncIterable<Buffer>, interrupt: AbortController): AsyncIterable<Buffer> {
  const read = new PassThrough()
  const pump = async (): Promise<void> => {
    for await (const chunk of input) {
      if (chunk.includes(CTRL_C)) interrupt.abort()
      const end = chunk.indexOf(CTRL_D)
      const text = (end === -1 ? chunk : chunk.subarray(0, end)).toString('latin1').replaceAll('\r', '\n')
      // What is typed ahead of a command that does not read is dropped at some point, as by a terminal.
      if (!read.writableNeedDrain && !read.writableEnded) read.write(Buffer.from(text, 'latin1'))
      if (end !== -1) read.end()
    }
    read.end()
  }
  pump().catch(() => read.end())
  return read
}
