/** The end of the process, when a command is over. */

/**
 * Ends the process with its `exitCode` as soon as what was written to standard output and standard error has left it. Does not return.
 *
 * A command that is over leaves nothing to wait for, and two things may hold up a process that waits for its handles: a connection that the other side keeps
 * open, and Node itself, which waits without end for a request on a socket that was reset (v24.21: an idle loop in `Environment::CleanupHandles`, which
 * `process.exit` does not go through).
 */
export async function endProcess(from: Pick<NodeJS.Process, 'exit' | 'stdout' | 'stderr'>): Promise<never> {
  await Promise.all([from.stdout, from.stderr].map(written))
  return from.exit()
}

/** A reader that has gone takes nothing any more, and is not waited for. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
