/** Parts as Azure shows them. */
import type { Account } from '../api/account.ts'
import type { LoadBalancerDocument, PublicAddressDocument, SecurityGroupDocument } from '../api/documents.ts'
import { keyOfId, parseId } from '../api/ids.ts'
import { isOfCluster } from '../marks.ts'
import { balancerId, balancerKeyOf, configuredBalancers } from '../balancer-keys.ts'
import type { AddressPart, BalancerPart, GroupPart } from '../view.ts'

/** The cluster's load balancers: those that the settings name, and those with its mark that they do not name any more. */
export async function listBalancers({ api, config }: Account, signal: AbortSignal): Promise<readonly BalancerPart[]> {
  const keys = new Map(configuredBalancers(config).map((balancerKey) => [keyOfId(balancerId(config, balancerKey)), balancerKey]))
  const found: BalancerPart[] = []
  for await (const page of api.list<LoadBalancerDocument>(config.resourceGroup, 'loadBalancers', signal)) {
    for (const document of page) {
      const { id = '', name = '', tags } = document
      const balancerKey = keys.get(keyOfId(id)) ?? (isOfCluster(tags, config.clusterId) ? balancerKeyOf(name) : undefined)
      if (balancerKey !== undefined) found.push({ id, ...balancerKey, document })
    }
  }
  return found
}

/** Undefined: it does not exist. */
export async function readGroup({ api, config }: Account, signal: AbortSignal): Promise<GroupPart | undefined> {
  const id = config.securityGroup
  const document = await api.get<SecurityGroupDocument>(id, signal)
  return document === undefined ? undefined : { id, document }
}

/** The public addresses of a resource group, by the keys of their ids. */
export async function listAddresses({ api }: Account, group: string, signal: AbortSignal): Promise<ReadonlyMap<string, AddressPart>> {
  const found = new Map<string, AddressPart>()
  for await (const page of api.list<PublicAddressDocument>(group, 'publicIPAddresses', signal)) {
    for (const document of page) {
      const id = document.id ?? ''
      if (parseId(id) !== undefined) found.set(keyOfId(id), { id, document })
    }
  }
  return found
}
