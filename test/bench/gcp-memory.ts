/** How much memory the installed program takes with the Google Cloud provider. */
import type { Benchmark } from './benchmark.ts'
import { type Place, PROVIDER } from './gcp/project.ts'
import { startRemoteProject } from './gcp/remote.ts'
import { type Installed, measureInstalled, NODES } from './memory/installed.ts'

export const benchmark: Benchmark = {
  name: 'gcp-memory',
  what: `The bundled program in a process of its own with the Google Cloud provider, for ${NODES} nodes; the emulated API server and the emulated Google Cloud are another process.`,
  run: (say) => measureInstalled(INSTALLED, say),
}

const INSTALLED: Installed<Place> = {
  provider: PROVIDER,
  startWorld: (size) => startRemoteProject({ machines: size.nodes, account: {}, cluster: size }),
  runAt: ({ url, nodeTag, ...place }) => ({ settings: { endpoint: url, 'node-tags': nodeTag, ...place }, variables: {} }),
  under: 100,
  peers: [],
  notes: ['An emulated cloud is asked without credentials: what signs calls is not loaded, which takes about 10 MiB.'],
}
