/**
 * What says whose an object is: tags, whose names may not hold a slash. Source: learn.microsoft.com, "Use tags to organize your Azure resources", limitations.
 */
import { parseAddress } from '../../src/model/address.ts'

type Tags = Readonly<Record<string, string>>

/** Of the load balancers and of the addresses that are made or taken over. */
const CLUSTER = 'fairlead.dev-cluster'
/** Of an address: the uid of the Service that it goes with. */
const OWNER = 'fairlead.dev-owner'
/** Of an address: the names of the tags that its Service set, so that one that it takes back is removed, and no other. */
const SET = 'fairlead.dev-tags'
/** Of a load balancer: addresses that are published for a Service beside those of its frontends. */
const ALSO = 'fairlead.dev-also-'

/** Azure's limit for the value of a tag, in characters. */
const LONGEST_VALUE = 256

/** Whether an object belongs to this cluster. */
export function isOfCluster(tags: Tags | undefined, clusterId: string): boolean {
  return tags?.[CLUSTER] === clusterId
}

/** The cluster whose mark an object carries; undefined: none. */
export function clusterIn(tags: Tags | undefined): string | undefined {
  return tags?.[CLUSTER]
}

/** The uid of the Service that an address goes with. */
export function ownerIn(tags: Tags | undefined): string | undefined {
  return tags?.[OWNER]
}

export function clusterTags(clusterId: string): Tags {
  return { [CLUSTER]: clusterId }
}

/** The tags of an address: all that others set, and those of its Service as they are wanted now. */
export function addressTags(
  found: Tags | undefined,
  { clusterId, uid, tags }: { readonly clusterId: string; readonly uid: string; readonly tags: Tags },
): Tags {
  const before = new Set((found?.[SET] ?? '').split(','))
  const kept = Object.entries(found ?? {}).filter(([key]) => !before.has(key) && key !== SET)
  const names = namesOf(tags)
  return { ...Object.fromEntries(kept), ...tags, [CLUSTER]: clusterId, [OWNER]: uid, ...(names === '' ? {} : { [SET]: names }) }
}

/** Names that find no room are not removed later. */
function namesOf(tags: Tags): string {
  let text = ''
  for (const key of Object.keys(tags).toSorted()) if (text.length + key.length + 1 <= LONGEST_VALUE) text = text === '' ? key : `${text},${key}`
  return text
}

/** The marks of other controllers on an address: it is theirs, and may be deleted by them. */
export function otherController(tags: Tags | undefined): string | undefined {
  const service = tags?.['k8s-azure-service'] ?? tags?.['service']
  return service === undefined || service === '' ? undefined : `cloud-provider-azure for ${service}`
}

/** By uid, the further addresses that a load balancer's tags name. */
export function alsoIn(tags: Tags | undefined): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(tags ?? {}).flatMap(([key, value]) =>
      key.startsWith(ALSO) ? [[key.slice(ALSO.length), value.split(' ').flatMap((text) => parseAddress(text) ?? [])] as const] : [],
    ),
  )
}

/** The tags of a load balancer: all that others set, and ours. `also`: by uid. */
export function balancerTags(found: Tags | undefined, clusterId: string, also: ReadonlyMap<string, readonly string[]>): Tags {
  const kept = Object.entries(found ?? {}).filter(([key]) => !key.startsWith(ALSO))
  const ours = [...also].filter(([, addresses]) => addresses.length > 0).map(([uid, addresses]) => [`${ALSO}${uid}`, addresses.join(' ')])
  return { ...Object.fromEntries([...kept, ...ours]), [CLUSTER]: clusterId }
}

/** How many addresses the tag of one Service has room for. */
export function hasRoomForAlso(addresses: readonly string[]): boolean {
  return addresses.join(' ').length <= LONGEST_VALUE
}
