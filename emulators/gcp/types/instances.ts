/** Instances: they are only read. */
import { COMMON, any, items, link, object, text, texts } from '../schema/field.ts'
import type { ResourceType } from '../store/resource-type.ts'
import { COLLECTIONS } from './common.ts'

export const INSTANCES: ResourceType = {
  collection: COLLECTIONS.instance,
  kind: 'instance',
  service: 'instances',
  scope: 'zone',
  fields: {
    ...COMMON,
    status: text(),
    machineType: link([]),
    tags: object({ items: texts(), fingerprint: text() }),
    networkInterfaces: items({
      name: text(),
      network: link([COLLECTIONS.network]),
      subnetwork: link([COLLECTIONS.subnetwork]),
      networkIP: text(),
      stackType: text(),
      ipv6Address: text(),
      ipv6AccessConfigs: any(),
      accessConfigs: any(),
    }),
    serviceAccounts: items({ email: text(), scopes: texts() }),
  },
  methods: [],
  delay: 'group',
  fingerprint: 'optional',
  hasLabels: true,
  checks: [],
}
