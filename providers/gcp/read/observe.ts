/** What Compute Engine holds for the cluster, or for one Stack: one filtered list for each kind of object. */
import type { StackId } from '../../../src/provider/provider.ts'
import type { Account } from '../api/account.ts'
import { BASE } from '../names.ts'
import type { GcpView } from '../view.ts'
import { instancesIn } from './members.ts'
import { listAddresses, listFirewalls, listSubnetworks, networkOf } from './network.ts'
import { addAll, listed, listOf, type Views, views } from './parts.ts'

/** Eight lists, and one of the members of each instance group. Throws a CloudError. */
export async function* inventory(account: Account, signal: AbortSignal): AsyncGenerator<readonly [StackId, GcpView]> {
  const { clusterId } = account.config
  const found = views()
  const [network] = await Promise.all([
    addNetwork(found, account, signal),
    ...(['rules', 'services', 'checks', 'endpointGroups', 'groups'] as const).map(async (kind) =>
      addAll(found, kind, await listed(account, listOf(account, kind), signal), clusterId),
    ),
  ])
  const base = await withMembers(found.of(BASE), account, signal)
  yield [BASE, { ...base, network }]
  for (const [stack, view] of found.all()) if (stack !== BASE) yield [stack, view]
}

/** Throws a CloudError. */
export async function observe(account: Account, stack: StackId, signal: AbortSignal): Promise<GcpView> {
  const { clusterId } = account.config
  const found = views()
  const add = async (kind: 'rules' | 'services' | 'checks' | 'endpointGroups' | 'groups'): Promise<void> =>
    addAll(found, kind, await listed(account, listOf(account, kind, stack), signal), clusterId)
  if (stack === BASE) {
    const [network] = await Promise.all([addNetwork(found, account, signal, stack), add('checks'), add('groups')])
    return { ...(await withMembers(found.of(BASE), account, signal)), network }
  }
  const addresses = async (): Promise<void> => {
    const own = await listed(account, { ...listOf(account, 'rules', stack), kind: 'addresses' }, signal)
    addAll(found, 'addresses', own, clusterId)
  }
  const firewalls = async (): Promise<void> => addAll(found, 'firewalls', (await listFirewalls(account, signal, stack)) ?? [], clusterId)
  await Promise.all([add('rules'), add('services'), add('checks'), add('endpointGroups'), addresses(), firewalls()])
  return found.of(stack)
}

/** The network, and what of it is the cluster's. `stack`: with firewall rules of that one alone. */
async function addNetwork(found: Views, account: Account, signal: AbortSignal, stack?: StackId): Promise<NonNullable<GcpView['network']>> {
  const { clusterId } = account.config
  const [addresses, subnetworks, firewalls] = await Promise.all([
    listAddresses(account, signal),
    listSubnetworks(account, signal),
    listFirewalls(account, signal, stack),
  ])
  addAll(found, 'addresses', addresses, clusterId)
  addAll(found, 'firewalls', firewalls ?? [], clusterId)
  return networkOf({ addresses, subnetworks, firewalls })
}

async function withMembers(base: GcpView, account: Account, signal: AbortSignal): Promise<GcpView> {
  const groups = await Promise.all(
    [...base.groups].map(async ([key, group]) => [key, { ...group, members: await instancesIn(group.id, account, signal) }] as const),
  )
  return { ...base, groups: new Map(groups) }
}
