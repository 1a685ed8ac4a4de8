/** The settings of the local provider. */
import { choice, cidrs, CLUSTER, EVERYWHERE, number, publish, routes, type SettingTable, text } from '../../src/model/setting.ts'

export const settings = {
  'address-pool': publish(
    cidrs(
      EVERYWHERE,
      '[NAME=]CIDR[@on-request]',
      'local provider: addresses that may be given to Services, with @on-request only to those that name the pool or the address; repeatable',
      [],
    ),
  ),
  'network-map': publish(
    routes(
      EVERYWHERE,
      'FROM=TO[+N]',
      'local provider: where addresses of the cluster are found from here, like 10.244.0.0/16=127.244.0.0/16; with +N behind it, ports under 1024 are found N higher; repeatable',
    ),
  ),
  'port-offset': publish(
    number(EVERYWHERE, { least: 0, most: 60_000 }, 'local provider: listen on the port plus this number, where this process may not bind ports under 1024', 0),
  ),
  reach: publish(
    choice(CLUSTER, ['direct', 'port-forward'], "local provider: how backends are reached: by their own addresses, or through the API server's port-forward"),
  ),
  'state-file': text(['run'], 'FILE', 'local provider: where what is served is kept for the next process; "off" for nowhere', {
    fallbackText: '$XDG_STATE_HOME/fairlead/local-CLUSTER-ID.json',
  }),
} as const satisfies SettingTable
