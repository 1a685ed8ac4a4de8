/** Parts as Azure shows them. */
import type { Scheme } from '../../../src/model/load-balancer.ts'
import type { Account } from '../api/account.ts'
import type { LoadBalancerDocument, PublicAddressDocument, SecurityGroupDocument } from '../api/documents.ts'
import { keyOfId, parseId } from '../api/ids.ts'
import { balancerId } from '../names.ts'
import type { AddressPart, BalancerPart, GroupPart } from '../view.ts'

/** Undefined: it does not exist. */
export async function readBalancer({ api, config }: Account, scheme: Scheme, signal: AbortSignal): Promise<BalancerPart | undefined> {
  const id = balancerId(config, scheme)
  const document = await api.get<LoadBalancerDocument>(id, signal)
  return document === undefined ? undefined : { id, scheme, document }
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
