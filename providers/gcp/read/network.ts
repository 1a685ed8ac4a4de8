/** Where load balancers stand: reserved addresses and subnets of the region, those of users too. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Account } from '../api/account.ts'
import type { Address, Firewall, Subnetwork } from '../api/documents.ts'
import { keyOfId } from '../api/ids.ts'
import type { Network } from '../view.ts'
import { listed, listOf } from './parts.ts'
import type { StackId } from '../../../src/provider/provider.ts'

/** All of the region, which the cluster's own are among. */
export function listAddresses(account: Account, signal: AbortSignal): Promise<readonly Address[]> {
  const { project, region } = account.config
  return listed<Address>(account, { project, kind: 'addresses', scope: { region } }, signal)
}

/** In a shared VPC they may be another team's: what may not be listed is left out. */
export async function listFirewalls(account: Account, signal: AbortSignal, stack?: StackId): Promise<readonly Firewall[] | undefined> {
  return unlessDenied(listed<Firewall>(account, listOf(account, 'firewalls', stack), signal))
}

export async function listSubnetworks(account: Account, signal: AbortSignal): Promise<readonly Subnetwork[] | undefined> {
  const { networkProject: project, region } = account.config
  return unlessDenied(listed<Subnetwork>(account, { project, kind: 'subnetworks', scope: { region } }, signal))
}

async function unlessDenied<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CloudError && error.consequence === 'refused' && error.reason === 'Denied') return undefined
    throw error
  }
}

interface Lists {
  readonly addresses: readonly Address[]
  readonly subnetworks: readonly Subnetwork[] | undefined
  readonly firewalls: readonly Firewall[] | undefined
}

export function networkOf({ addresses, subnetworks, firewalls }: Lists): Network {
  return {
    addresses: new Map(addresses.map((address) => [address.name ?? '', address])),
    ...(subnetworks === undefined ? {} : { subnetworks: new Map(subnetworks.map((subnetwork) => [keyOfId(subnetwork.selfLink ?? ''), subnetwork])) }),
    ...(firewalls === undefined ? { firewallsAreHidden: true } : {}),
  }
}
