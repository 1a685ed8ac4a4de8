/** The end of the process, when a command is over. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Exit = Pick<NodeJS.Process, 'exit'>

/**
 * Ends the process with its `exitCode` as soon as what was written to standard output and standard error has left it. Does not return.
 *
 * A command that is over leaves nothing to wait for, and two things may hold up a process that waits for its handles: a connection that the other side keeps
 * open, and Node itself, which waits without end for a request on a socket that was reset (v24.21: an idle loop in `Environment::CleanupHandles`, which
 * `process.exit` does not go through).
 */
export async function endProcess(from: Exit & Pick<NodeJS.Process, 'stdout' | 'stderr'>): Promise<never> {
  await Promise.all([from.stdout, from.stderr].map(written))
  return exitAtOnce(from)
}

/**
 * Ends the process with `code`, or with its `exitCode`, whatever has not been written. Does not return.
 *
 * While it exits, Node waits for the threads on which V8 compiles, and a compilation that finds the heap full waits for the main thread to collect garbage:
 * neither ends (v24.21; https://github.com/nodejs/node/issues/54918). A collection that leaves the heap room to grow frees those that wait, and no other has to.
 */
export function exitAtOnce(from: Exit, ...code: readonly [] | readonly [number]): never {
  setFlagsFromString('--heap-growing-percent=10000')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return from.exit(...code)
}

/** A reader that has gone takes nothing any more, and is not waited for. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
