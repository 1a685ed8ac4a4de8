/** What the error of a test that ran out of time also says. */
import { type RunnerTestCase, TestRunner } from 'vitest'

/** Runs `work`. When the test's time runs out before, `describe` is asked for a sentence, which its error then ends with. In a hook it is never asked. */
export async function describedAtTimeOut<T>(describe: () => string, work: (isOver: AbortSignal | undefined) => Promise<T>): Promise<T> {
  const signal = TestRunner.getCurrentTest<RunnerTestCase | undefined>()?.context.signal
  const add = (): void => {
    const [reason, said]: [unknown, string] = [signal?.reason, `\n${describe()}`]
    if (!(reason instanceof Error)) return
    reason.message += said
    // Reports hold the one or the other.
    reason.stack = reason.stack?.replace(/(?=\n +at )/, () => said) ?? said
  }
  signal?.addEventListener('abort', add, { once: true })
  try {
    return await work(signal)
  } finally {
    signal?.removeEventListener('abort', add)
  }
}
