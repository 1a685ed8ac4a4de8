/** How much memory the installed program takes with the Google Cloud provider. */
import type { Benchmark } from './benchmark.ts'
import { startMetadataServer } from './gcp/metadata-server.ts'
import { type Place, PROVIDER } from './gcp/project.ts'
import { startRemoteProject } from './gcp/remote.ts'
import { type Installed, measureInstalled, NODES } from './memory/installed.ts'

export const benchmark: Benchmark = {
  name: 'gcp-memory',
  what: `The bundled program in a process of its own with the Google Cloud provider and the service account of a machine, for ${NODES} nodes; the emulated API server and the emulated Google Cloud are another process.`,
  async run(say) {
    await using metadata = await startMetadataServer()
    return await measureInstalled(installedWith(metadata.variables), say)
  },
}

function installedWith(variables: NodeJS.ProcessEnv): Installed<Place> {
  return {
    provider: PROVIDER,
    startWorld: (size) => startRemoteProject({ machines: size.nodes, account: {}, cluster: size }),
    runAt: ({ url, nodeTag, ...place }) => ({ settings: { endpoint: url, 'node-tags': nodeTag, ...place }, variables }),
    under: 120,
    peers: [],
    notes: ['Tokens are asked for as on a machine of Google Cloud, of an emulated metadata server.'],
  }
}
