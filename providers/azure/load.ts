/** How the program loads the Azure provider. */
import { present } from '../../src/model/present.ts'
import type { ValuesOf } from '../../src/model/setting.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { instrument } from '../../src/provider/kit/instrument.ts'
import { preferSmallProcess } from '../../src/provider/kit/small-process.ts'
import type { LoadContext, LoadedCloud } from '../../src/provider/load.ts'
import type { AzureSettings } from './api/config.ts'
import { connect } from './index.ts'
import type { settings as rows } from './settings.ts'

/** An emulated cloud asks for a token, and takes any. */
const ANY_CREDENTIAL = { getToken: async () => ({ token: 'playground', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) }

/** Rejects with an Error that names a setting and what is allowed. Makes no call to Azure yet. */
export async function load(context: LoadContext<ValuesOf<typeof rows>>): Promise<LoadedCloud> {
  const { settings, clusterId, isEmulated = false, clock, version, environment, log, metrics } = context
  preferSmallProcess()
  const connection = await connect({
    settings: settingsOf(clusterId, settings),
    clock,
    version,
    environment,
    ...present({ authority: settings['azure-endpoint-ca'] }),
    ...(isEmulated ? { credential: ANY_CREDENTIAL } : {}),
  })
  const provider = metrics === undefined ? connection.provider : instrument(connection.provider, clock, metrics.call)
  return { cloud: bind(provider, { log, budget: connection.budget }), budget: connection.budget, isOnPaper: false, close: async () => {} }
}

function settingsOf(clusterId: string, settings: ValuesOf<typeof rows>): AzureSettings {
  return {
    clusterId,
    cloud: settings['azure-cloud'],
    subscription: settings['azure-subscription'],
    resourceGroup: settings['azure-resource-group'],
    location: settings['azure-location'],
    virtualNetwork: settings['azure-virtual-network'],
    subnet: settings['azure-subnet'],
    securityGroup: settings['azure-security-group'],
    balancerName: settings['azure-load-balancer-name'],
    moreBalancers: settings['azure-more-load-balancers'],
    zones: settings['azure-zones'],
    ruleLimit: settings['azure-rule-limit'],
    disableOutboundSnat: settings['azure-disable-outbound-snat'],
    endpoint: settings['azure-endpoint'],
  }
}
