/** `fairlead run`: serves the Services of a cluster until it is asked to stop. */
import { createMetrics } from '../observability/metrics.ts'
import type { LoadCloud } from './clouds.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import type { CommandBody } from './program.ts'
import { serve } from './serve.ts'

export function runCommand(loadCloud: LoadCloud, surroundings: Surroundings): CommandBody {
  return async (settings, terminal) => {
    const { clock, unique, version, annotations, allProviders, providerMetrics } = surroundings
    const log = logOf(settings, terminal, clock)
    const connection = await connectTo(settings, terminal, surroundings, log)
    try {
      const onReady = (): void => log.info('ready')
      const metrics = createMetrics(providerMetrics)
      await serve({
        connection,
        settings,
        annotations,
        allProviders,
        metrics,
        loadCloud,
        version,
        clock,
        log,
        unique: unique(),
        signal: terminal.signal,
        onReady,
      })
      log.info('stopped')
      return 0
    } finally {
      // Nothing is sent any more; a connection that does not close must not hold up the end of the process.
      void connection.close()
    }
  }
}
