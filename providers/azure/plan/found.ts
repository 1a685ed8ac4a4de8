/** What the load balancers have of each Service: read from the names of their rules. Pure. */
import { parseAddress } from '../../../src/model/address.ts'
import { compareText } from '../../../src/model/order.ts'
import type { Owner } from '../../../src/model/owner.ts'
import type { Child, Frontend, LoadBalancer, LoadBalancerDocument, Rule } from '../api/documents.ts'
import { keyOfId, parseId } from '../api/ids.ts'
import { alsoIn, isOfCluster, ownerIn } from '../marks.ts'
import { isOurChild, parseRuleName, type RuleKey } from '../names.ts'
import type { AzureView, BalancerPart } from '../view.ts'

export interface FoundFrontend {
  readonly name: string
  readonly balancer: BalancerPart
  readonly child: Child<Frontend>
  /** Canonical; absent: it is not known yet. */
  readonly ip?: string
  /** Of a public one: the key of its address' id. */
  readonly addressKey?: string
}

export interface FoundRule extends RuleKey {
  readonly name: string
  readonly balancer: BalancerPart
  readonly child: Child<Rule>
  /** Absent: the frontend that it refers to is not ours, or not there. */
  readonly frontend?: FoundFrontend
}

export interface Found {
  readonly frontends: readonly FoundFrontend[]
  readonly rules: readonly FoundRule[]
  /** By uid. */
  readonly rulesOf: ReadonlyMap<string, readonly FoundRule[]>
}

const known = new WeakMap<AzureView, Found>()

/** Read once for each view: it is asked for each owner after every turn. */
export function foundIn(view: AzureView): Found {
  const before = known.get(view)
  if (before !== undefined) return before
  const parts = [...view.balancers.values()].map((balancer) => foundInDocument(balancer, balancer.document, view))
  const rules = parts.flatMap(({ rules: of }) => of)
  const found = { frontends: parts.flatMap(({ frontends }) => frontends), rules, rulesOf: Map.groupBy(rules, ({ uid }) => uid) }
  known.set(view, found)
  return found
}

type FoundInDocument = Pick<Found, 'frontends' | 'rules' | 'rulesOf'>

const knownDocuments = new WeakMap<AzureView, Map<LoadBalancerDocument, FoundInDocument>>()

/** The same of one document of a load balancer: the one that is in force while another is being made so. */
export function foundInDocument(balancer: BalancerPart, document: LoadBalancerDocument, view: AzureView): FoundInDocument {
  const documents = knownDocuments.get(view) ?? new Map<LoadBalancerDocument, FoundInDocument>()
  knownDocuments.set(view, documents)
  const before = documents.get(document)
  if (before !== undefined) return before
  const { frontendIPConfigurations = [], loadBalancingRules = [] } = document.properties ?? {}
  const frontends = frontendIPConfigurations.flatMap((child) => (isOurChild(child.name ?? '') ? [frontendOf(balancer, child, view)] : []))
  const byName = new Map(frontends.map((frontend) => [frontend.name.toLowerCase(), frontend]))
  const rules = loadBalancingRules.flatMap((child): FoundRule[] => {
    const key = parseRuleName(child.name ?? '')
    if (key === undefined) return []
    const frontend = byName.get(childName(child.properties?.frontendIPConfiguration?.id))
    return [{ ...key, name: child.name ?? '', balancer, child, ...(frontend === undefined ? {} : { frontend }) }]
  })
  const found = { frontends, rules, rulesOf: Map.groupBy(rules, ({ uid }) => uid) }
  documents.set(document, found)
  return found
}

function frontendOf(balancer: BalancerPart, child: Child<Frontend>, view: AzureView): FoundFrontend {
  const { publicIPAddress, privateIPAddress } = child.properties ?? {}
  const addressKey = publicIPAddress === undefined ? undefined : keyOfId(publicIPAddress.id)
  const text = addressKey === undefined ? privateIPAddress : view.addresses.get(addressKey)?.document.properties?.ipAddress
  const ip = text === undefined ? undefined : parseAddress(text)
  return { name: child.name ?? '', balancer, child, ...(ip === undefined ? {} : { ip }), ...(addressKey === undefined ? {} : { addressKey }) }
}

/** The name of the child that an id names, in lower case; empty: it names none. */
export function childName(id: string | undefined): string {
  return id === undefined ? '' : (parseId(id)?.name.toLowerCase() ?? '')
}

/** Keys of the ids of the public addresses that a load balancer has, those of others' frontends too. */
export function addressKeysIn(document: LoadBalancerDocument | undefined): ReadonlySet<string> {
  const frontends = document?.properties?.frontendIPConfigurations ?? []
  return new Set(frontends.flatMap(({ properties }) => properties?.publicIPAddress?.id ?? []).map(keyOfId))
}

/** Sorted by uid: those who have rules, those who have addresses, and those whose further addresses are published. */
export function owners(view: AzureView, clusterId: string): readonly Owner[] {
  const uids = new Set(foundIn(view).rulesOf.keys())
  for (const { document } of view.addresses.values()) {
    const uid = isOfCluster(document.tags, clusterId) ? ownerIn(document.tags) : undefined
    if (uid !== undefined) uids.add(uid)
  }
  for (const { document } of view.balancers.values()) for (const uid of alsoIn(document.tags).keys()) uids.add(uid)
  return [...uids].toSorted(compareText).map((uid) => ({ uid }))
}

/** All lists of a load balancer; one that is not in the answer is empty. */
export function listsOf({ properties }: LoadBalancerDocument): Required<LoadBalancer> {
  return {
    frontendIPConfigurations: [],
    backendAddressPools: [],
    loadBalancingRules: [],
    probes: [],
    inboundNatRules: [],
    inboundNatPools: [],
    outboundRules: [],
    ...properties,
  }
}
