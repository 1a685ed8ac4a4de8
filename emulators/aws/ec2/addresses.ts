/** Elastic IP addresses. */
import { publicAddress } from '../cloud/addressing.ts'
import { interfacesOf } from '../cloud/interfaces.ts'
import type { ElasticAddress } from '../cloud/objects.ts'
import { newId, type Region } from '../cloud/region.ts'
import { noteTags } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal } from '../wire/refusal.ts'
import { list } from './find.ts'
import { readNewTags, showTags } from './tags.ts'

/** There is no quota: 5 of a region are there from the start, which is AWS' own. */
export function allocateAddress(region: Region, input: Input): Members {
  const allocationId = newId(region, 'eipalloc')
  const address: ElasticAddress = { allocationId, publicIp: publicAddress(region), tags: readNewTags(input, 'elastic-ip') }
  region.addresses.set(allocationId, address)
  noteTags(region, allocationId)
  return { publicIp: address.publicIp, allocationId, publicIpv4Pool: 'amazon', networkBorderGroup: region.name, domain: 'vpc' }
}

/** One that an interface has, stays. */
export function releaseAddress(region: Region, input: Input): Members {
  const id = input.text('AllocationId')
  if (id === undefined) throw new Refusal('MissingParameter', 'The request must contain the parameter AllocationId')
  const address = region.addresses.get(id)
  if (address === undefined) throw new Refusal('InvalidAllocationID.NotFound', `The allocation ID '${id}' does not exist`)
  const isUsed = interfacesOf(region).some(({ allocationId }) => allocationId === id)
  if (isUsed) throw new Refusal('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`)
  region.addresses.delete(id)
  noteTags(region, id)
  return { return: true }
}

export function describeAddresses(region: Region, input: Input): Members {
  const publicIps = input.texts('PublicIp')
  const all = [...region.addresses.values()].filter(({ publicIp }) => publicIps === undefined || publicIps.includes(publicIp))
  const { items } = list(input, all, {
    ids: { param: 'AllocationId', missing: 'InvalidAllocationID.NotFound' },
    idOf: ({ allocationId }) => allocationId,
    tagsOf: ({ tags }) => tags,
    filters: { 'allocation-id': ({ allocationId }) => [allocationId], 'public-ip': ({ publicIp }) => [publicIp], domain: () => ['vpc'] },
  })
  return { addressesSet: items.map((address) => showAddress(region, address)) }
}

function showAddress(region: Region, { allocationId, publicIp, tags }: ElasticAddress): Members {
  const user = interfacesOf(region).find((one) => one.allocationId === allocationId)
  return {
    allocationId,
    publicIp,
    domain: 'vpc',
    networkBorderGroup: region.name,
    ...(user === undefined ? {} : { associationId: `eipassoc-${allocationId.slice(-8)}`, networkInterfaceId: user.id, privateIpAddress: user.privateIp }),
    tagSet: showTags(tags),
  }
}
