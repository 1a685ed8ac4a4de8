/** How the program loads the AWS provider. */
import type { ValuesOf } from '../../src/model/setting.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { instrument } from '../../src/provider/kit/instrument.ts'
import { preferSmallProcess } from '../../src/provider/kit/small-process.ts'
import type { LoadContext, LoadedCloud } from '../../src/provider/load.ts'
import { connect } from './index.ts'
import type { settings as rows } from './settings.ts'

/** An emulated cloud asks for a name, and takes any. */
const ANY_CREDENTIALS = { accessKeyId: 'playground', secretAccessKey: 'playground' }

/** Rejects with an Error that names a setting and what is allowed. Makes no call to the account yet. */
export async function load(context: LoadContext<ValuesOf<typeof rows>>): Promise<LoadedCloud> {
  const { settings, clusterId, isEmulated = false, purpose, clock, version, log, metrics } = context
  preferSmallProcess()
  const connection = await connect({
    settings: {
      clusterId,
      clusterName: settings['aws-cluster-name'],
      region: settings['aws-region'],
      vpcId: settings['aws-vpc-id'],
      endpoint: settings['aws-endpoint'],
    },
    clock,
    version,
    readsOnce: purpose === 'look',
    ...(isEmulated ? { credentials: ANY_CREDENTIALS } : {}),
  })
  const provider = metrics === undefined ? connection.provider : instrument(connection.provider, clock, metrics.call)
  return { cloud: bind(provider, { log, budget: connection.budget }), budget: connection.budget, isOnPaper: false, close: async () => connection.close() }
}
