/** The provider for commands that only plan: it opens nothing, and loads nothing that could. */
import { findLowestPort, type LocalSettings, readLocalConfig } from './config.ts'
import { type LocalProvider, localProvider } from './provider.ts'
import { createPaperPlane } from './recording-data-plane.ts'

/** Over a data plane that records what it is asked for. Throws an Error that names a setting's value and what is allowed. */
export async function connectOnPaper(settings: LocalSettings): Promise<{ readonly provider: LocalProvider; readonly close: () => Promise<void> }> {
  const dataPlane = createPaperPlane()
  // What traffic and health checks found is known to the controller's process alone.
  const { health: _, ...provider } = localProvider({ ...(await readLocalConfig(settings)), dataPlane, reach: { kind: 'direct' }, lowestPort: findLowestPort })
  return { provider, close: () => dataPlane.shutdown() }
}
