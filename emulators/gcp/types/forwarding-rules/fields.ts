/** Members of a forwarding rule. */
import { type JsonObject, textAt, textsAt } from '../../../cloud/json.ts'
import { flag, items, link, oneOf, text, texts, type Fields } from '../../schema/field.ts'
import { COLLECTIONS, PROTOCOLS } from '../common.ts'

const FIXED = { isFixed: true } as const

/** Only the tier and global access can be changed in place: the API's comment names the first, the peers change both. */
export const RULE_FIELDS: Fields = {
  description: text({ or: '', ...FIXED }),
  IPAddress: text(FIXED),
  IPProtocol: oneOf(PROTOCOLS, { or: 'TCP', ...FIXED }),
  ports: texts(FIXED),
  portRange: text(FIXED),
  allPorts: flag(FIXED),
  loadBalancingScheme: oneOf(['EXTERNAL', 'INTERNAL', 'EXTERNAL_MANAGED', 'INTERNAL_MANAGED', 'INTERNAL_SELF_MANAGED'], { or: 'EXTERNAL', ...FIXED }),
  networkTier: oneOf(['PREMIUM', 'STANDARD']),
  backendService: link([COLLECTIONS.service], FIXED),
  target: link([], FIXED),
  network: link([COLLECTIONS.network], FIXED),
  subnetwork: link([COLLECTIONS.subnetwork], FIXED),
  allowGlobalAccess: flag(),
  ipVersion: oneOf(['IPV4', 'IPV6'], FIXED),
  ipCollection: link([], FIXED),
  sourceIpRanges: texts(),
  serviceLabel: text(FIXED),
  serviceName: text({ isReadOnly: true }),
  isMirroringCollector: flag(FIXED),
  serviceDirectoryRegistrations: items({ namespace: text(), service: text() }, FIXED),
}

export const isInternalRule = (body: JsonObject): boolean => textAt(body, 'loadBalancingScheme') === 'INTERNAL'

export const isPassthrough = (body: JsonObject): boolean => ['INTERNAL', 'EXTERNAL'].includes(textAt(body, 'loadBalancingScheme') ?? '')

export interface PortRange {
  readonly from: number
  readonly to: number
}

const EVERY: PortRange = { from: 1, to: 65_535 }

/** The ports that a rule carries, in whichever of the three forms. */
export function portsOf(body: JsonObject): readonly PortRange[] {
  const range = textAt(body, 'portRange')
  if (body['allPorts'] === true) return [EVERY]
  return [...textsAt(body, 'ports'), ...(range === undefined ? [] : [range])].map(rangeOf)
}

/** `80` is `80-80`. */
export function rangeOf(written: string): PortRange {
  const [from = NaN, to = from] = written.split('-').map(Number)
  return { from, to }
}
