/** What a forwarding rule must be; from the API's own field comments. */
import { textAt, textsAt } from '../../../cloud/json.ts'
import { Refusal, invalid, required } from '../../compute/refusal.ts'
import type { Change } from '../../store/resource-type.ts'
import { isInternalRule, isPassthrough, rangeOf } from './fields.ts'

const MOST_PORTS = 5
const MOST_SOURCES = 64

export const RULE_CHECKS = [checkTarget, checkPorts, checkProtocol, checkService, checkScheme, checkFamily, checkSources]

function checkTarget({ next }: Change): void {
  const isOne = (next['backendService'] === undefined) !== (next['target'] === undefined)
  if (!isOne) throw new Refusal('invalid', "Exactly one of 'backendService' and 'target' must be specified.")
}

function checkPorts({ next }: Change): void {
  const forms = ['ports', 'portRange', 'allPorts'].filter((name) => (name === 'ports' ? textsAt(next, name).length > 0 : (next[name] ?? false) !== false))
  if (forms.length > 1) throw new Refusal('invalid', `Only one of 'ports', 'portRange' and 'allPorts' can be specified; ${forms.join(', ')} are.`)
  if (forms.length === 0 && isPassthrough(next)) throw required('ports')
  if (textsAt(next, 'ports').length > MOST_PORTS) throw invalid('ports', textsAt(next, 'ports'), `At most ${MOST_PORTS} ports can be specified.`)
  if (next['portRange'] !== undefined && isInternalRule(next)) throw invalid('portRange', next['portRange'], 'It cannot be specified for INTERNAL.')
  for (const port of textsAt(next, 'ports')) if (!/^\d+$/.test(port)) throw invalid('ports', port, 'Must be a port.')
  for (const port of [...textsAt(next, 'ports'), textAt(next, 'portRange') ?? '1']) {
    const { from, to } = rangeOf(port)
    if (!/^\d+(-\d+)?$/.test(port) || from < 1 || from > to || to > 65_535) throw invalid('portRange', port, 'Must be a port or a range of ports.')
  }
}

function checkProtocol({ next }: Change): void {
  const protocol = textAt(next, 'IPProtocol') ?? ''
  if (protocol === 'L3_DEFAULT' && next['allPorts'] !== true) throw invalid('IPProtocol', protocol, 'L3_DEFAULT requires allPorts.')
  if (next['allPorts'] === true && !['TCP', 'UDP', 'SCTP', 'L3_DEFAULT'].includes(protocol)) {
    throw invalid('allPorts', true, `It cannot be specified for ${protocol}.`)
  }
}

/** The backend service has to be of the same scheme and protocol. */
function checkService({ compute, next, project, scope }: Change): void {
  const service = compute.resources.get(textAt(next, 'backendService') ?? '')
  if (service === undefined) return
  if (service.project !== project || service.scope !== scope) throw invalid('backendService', service.path, 'It must be in the region of the forwarding rule.')
  const scheme = textAt(service.body, 'loadBalancingScheme')
  if (scheme !== textAt(next, 'loadBalancingScheme')) {
    throw invalid('loadBalancingScheme', next['loadBalancingScheme'], `The load balancing scheme of the backend service is ${scheme}.`)
  }
  const [own, of] = [textAt(next, 'IPProtocol'), textAt(service.body, 'protocol')]
  const fits = of === 'UNSPECIFIED' || own === of || !isPassthrough(next)
  if (!fits) throw invalid('IPProtocol', own, `The protocol of the backend service is ${of}.`)
}

function checkScheme({ next, compute }: Change): void {
  if (isInternalRule(next)) {
    if (next['subnetwork'] === undefined && next['network'] === undefined) throw required('subnetwork')
    if (textAt(next, 'networkTier') === 'STANDARD') throw invalid('networkTier', 'STANDARD', 'It must be PREMIUM for INTERNAL.')
  } else if (next['allowGlobalAccess'] === true && isPassthrough(next)) {
    throw invalid('allowGlobalAccess', true, 'It can be specified for INTERNAL only.')
  }
  const subnetwork = compute.resources.get(textAt(next, 'subnetwork') ?? '')
  const network = textAt(next, 'network')
  if (subnetwork !== undefined && network !== undefined && textAt(subnetwork.body, 'network') !== network) {
    throw invalid('subnetwork', subnetwork.path, 'It does not belong to the network.')
  }
}

function checkFamily({ compute, next }: Change): void {
  if (textAt(next, 'ipVersion') !== 'IPV6') return
  const subnetwork = compute.resources.get(textAt(next, 'subnetwork') ?? '')
  if (subnetwork === undefined) throw required('subnetwork')
  if (textAt(next, 'networkTier') === 'STANDARD') throw invalid('networkTier', 'STANDARD', 'IPv6 is of the premium tier.')
  const access = isInternalRule(next) ? 'INTERNAL' : 'EXTERNAL'
  const isDual = ['IPV4_IPV6', 'IPV6_ONLY'].includes(textAt(subnetwork.body, 'stackType') ?? '')
  if (!isDual || textAt(subnetwork.body, 'ipv6AccessType') !== access) {
    throw invalid('subnetwork', subnetwork.path, `It must have IPv6 addresses with the access type ${access}.`)
  }
}

function checkSources({ next }: Change): void {
  const sources = textsAt(next, 'sourceIpRanges')
  if (sources.length > 0 && textAt(next, 'loadBalancingScheme') !== 'EXTERNAL')
    throw invalid('sourceIpRanges', sources, 'They can be specified for EXTERNAL only.')
  if (sources.length > MOST_SOURCES) throw invalid('sourceIpRanges', sources, `At most ${MOST_SOURCES} are allowed.`)
}
