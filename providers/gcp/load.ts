/** How the program loads the Google Cloud provider. */
import type { ValuesOf } from '../../src/model/setting.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { instrument } from '../../src/provider/kit/instrument.ts'
import { preferSmallProcess } from '../../src/provider/kit/small-process.ts'
import type { LoadContext, LoadedCloud } from '../../src/provider/load.ts'
import type { GcpSettings } from './api/config.ts'
import { ANONYMOUS } from './api/identity.ts'
import { connect } from './index.ts'
import type { settings as rows } from './settings.ts'

/** Rejects with an Error that names a setting and what is allowed. Makes no call to Google Cloud yet. */
export async function load(context: LoadContext<ValuesOf<typeof rows>>): Promise<LoadedCloud> {
  const { settings, clusterId, isEmulated = false, clock, version, log, metrics } = context
  preferSmallProcess()
  const connection = await connect({ settings: settingsOf(clusterId, settings), clock, version, ...(isEmulated ? { identity: ANONYMOUS } : {}) })
  const provider = metrics === undefined ? connection.provider : instrument(connection.provider, clock, metrics.call)
  return { cloud: bind(provider, { log, budget: connection.budget }), budget: connection.budget, isOnPaper: false, close: async () => {} }
}

function settingsOf(clusterId: string, settings: ValuesOf<typeof rows>): GcpSettings {
  return {
    clusterId,
    project: settings['gcp-project'],
    region: settings['gcp-region'],
    network: settings['gcp-network'],
    subnetwork: settings['gcp-subnetwork'],
    nodeTags: settings['gcp-node-tags'],
    nodeServiceAccounts: settings['gcp-node-service-accounts'],
    endpoint: settings['gcp-endpoint'],
  }
}
