/**
 * What says whose an object is: its description, as JSON. It is written by the call that makes the object and never again, so none of these names may change.
 * Labels would take a second call, and only addresses and forwarding rules have them.
 */
import type { NamedOwner } from '../../src/model/owner.ts'
import type { StackId } from '../../src/provider/provider.ts'

export interface Mark {
  readonly stack: StackId
  /** Absent on what no single Service has: a shared address, the instance groups. */
  readonly owner?: NamedOwner
  /** Of a forwarding rule: the reserved address that its Service names. */
  readonly address?: string
}

const CLUSTER = 'fairlead.dev/cluster'
const STACK = 'fairlead.dev/stack'
const OWNER = 'fairlead.dev/owner'
const ADDRESS = 'fairlead.dev/address'

/** The description of an object that is made. */
export function describe(clusterId: string, { stack, owner, address }: Mark): string {
  return JSON.stringify({
    [CLUSTER]: clusterId,
    [STACK]: stack,
    ...(owner === undefined ? {} : { [OWNER]: `${owner.namespace}/${owner.name}/${owner.uid}` }),
    ...(address === undefined ? {} : { [ADDRESS]: address }),
  })
}

/** Undefined: the object is not of this cluster. */
export function readMark(clusterId: string, description: string | undefined): Mark | undefined {
  const { [CLUSTER]: cluster, [STACK]: stack, [OWNER]: owner, [ADDRESS]: address } = textsIn(description)
  if (cluster !== clusterId || stack === undefined) return undefined
  const named = ownerIn(owner)
  return { stack, ...(named === undefined ? {} : { owner: named }), ...(address === undefined ? {} : { address }) }
}

/** The members of a JSON object that are texts; none, where it is no such object. */
function textsIn(description = ''): Readonly<Record<string, string | undefined>> {
  if (!description.startsWith('{')) return {}
  try {
    const found: unknown = JSON.parse(description)
    return Object.fromEntries(Object.entries(found as object).filter(([, value]) => typeof value === 'string'))
  } catch {
    return {}
  }
}

function ownerIn(text = ''): NamedOwner | undefined {
  const [namespace, name, uid] = text.split('/')
  return namespace === undefined || name === undefined || uid === undefined ? undefined : { namespace, name, uid }
}

/** The marks of Google's own controllers on an object: it is theirs, and may be deleted by them. Source: kubernetes/ingress-gce pkg/utils. */
export function otherController(description = ''): string | undefined {
  const texts = textsIn(description)
  const service = texts['networking.gke.io/service-name'] ?? texts['kubernetes.io/service-name']
  return service === undefined || service === '' ? undefined : `GKE's controller, for ${service}`
}
