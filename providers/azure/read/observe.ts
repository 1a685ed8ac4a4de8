/** All that Azure holds for the cluster: a security group by name, and the load balancers and addresses of each resource group in one list each. */
import type { Account } from '../api/account.ts'
import { keyOfId, parseId } from '../api/ids.ts'
import { isOurChild } from '../names.ts'
import type { AddressPart, AzureView, BalancerPart } from '../view.ts'
import { listAddresses, listBalancers, readGroup } from './lists.ts'

/** Three reads, and one more for each resource group that addresses of the load balancers are in. Throws a CloudError. */
export async function observe(account: Account, signal: AbortSignal): Promise<AzureView> {
  const own = account.config.resourceGroup.toLowerCase()
  const [balancers, group, addresses] = await Promise.all([listBalancers(account, signal), readGroup(account, signal), listAddresses(account, own, signal)])
  const others = [...new Set(balancers.flatMap(groupsOf))].filter((name) => name !== own)
  const more = await Promise.all(others.map((name) => listAddresses(account, name, signal)))
  return {
    balancers: new Map(balancers.map((part) => [keyOfId(part.id), part])),
    securityGroups: new Map(group === undefined ? [] : [[keyOfId(group.id), group]]),
    addresses: new Map<string, AddressPart>([addresses, ...more].flatMap((each) => [...each])),
    missing: new Set(),
  }
}

/** Resource groups of the public addresses that our frontends have. */
function groupsOf({ document }: BalancerPart): readonly string[] {
  return (document.properties?.frontendIPConfigurations ?? []).flatMap(({ name = '', properties }) => {
    const id = isOurChild(name) ? properties?.publicIPAddress?.id : undefined
    return id === undefined ? [] : [parseId(id)?.group ?? []].flat()
  })
}
