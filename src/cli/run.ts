/** `fairlead run`: serves the Services of a cluster until it is told to stop. */
import type { LoadCloud } from './clouds.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import type { CommandBody } from './program.ts'
import { serve } from './serve.ts'

export function runCommand(loadCloud: LoadCloud, surroundings: Surroundings): CommandBody {
  return async (settings, terminal) => {
    const { clock, unique } = surroundings
    const log = logOf(settings, terminal, clock)
    const connection = await connectTo(settings, terminal, surroundings, log)
    try {
      const onReady = (): void => log.info('ready')
      await serve({ connection, settings, loadCloud, clock, log, unique: unique(), signal: terminal.signal, onReady })
      log.info('stopped')
      return 0
    } finally {
      await connection.close()
    }
  }
}
