/** What an owner who leaves had, in the order in which it can go. Pure. */
import type { Owner } from '../../../../src/model/owner.ts'
import { deleting } from '../../steps.ts'
import { type AnyPart, isLeaving } from '../../view.ts'
import { unusedEndpointSteps } from '../endpoints/endpoints.ts'
import { purposeOf } from '../firewall/compare.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { Parties, PlanInput } from '../plan-context.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import { owners } from '../owners.ts'
import { about } from './about.ts'
import { releasing } from './addresses.ts'
import { firewallsOf, removing } from './firewalls.ts'
import { unusedServiceSteps } from './services.ts'
import { rulesOf } from './context.ts'

const GONE = 'its Service is not served here any more'

/** `parties`: with those whose configuration is not carried out as followers. */
export function leavingSteps(owner: Owner, parties: Parties, input: PlanInput): readonly PhasedStep[] {
  const { view } = input
  const serves = [owner]
  const isMine = ({ mark }: AnyPart): boolean => mark.owner?.uid === owner.uid
  const rules = rulesOf(view, owner.uid).map(({ id }) => inPhase('close', deleting('forwarding rule', about(id, serves, GONE))))
  const hasRules = [...view.rules.values()].some(isMine)
  const firewalls = firewallsOf(owner, input).filter(({ document }) => purposeOf(document) === 'allow' || !hasRules)
  const addresses = [...view.addresses.values()].filter((part) => !isLeaving(part) && isMine(part))
  // The last part of an owner goes after what no owner is named on, so that what is left is found.
  const mayEnd = ![...view.addresses.values()].some((part) => isMine(part) || isNobodys(part, parties, input))
  const services = hasRules || !mayEnd ? [] : unusedServiceSteps(owner, input)
  const hasServices = [...view.services.values()].some(isMine)
  const checks = hasServices ? [] : [...view.checks.values()].filter((part) => isMine(part) && !isLeaving(part))
  return [
    ...rules,
    ...firewalls.map((part) => removing(part, owner)),
    ...addresses.map((part) => releasing(part, serves, 'close')),
    ...services,
    ...(hasServices ? [] : unusedEndpointSteps(owner, input)),
    ...checks.map(({ id }) => inPhase('let go', deleting('health check', about(id, serves, GONE)))),
  ]
}

/** The address of a share that no Service has any more goes once, with the Service that leaves last. */
export function leftAddressSteps(parties: Parties, input: PlanInput): readonly PhasedStep[] {
  const { leaving } = parties
  if (leaving.length === 0) return []
  const left = [...input.view.addresses.values()].filter((part) => !isLeaving(part) && isNobodys(part, parties, input))
  return left.map((part) => releasing(part, leaving, 'close'))
}

function isNobodys({ mark }: AnyPart, parties: Parties, { view }: PlanInput): boolean {
  if (mark.owner !== undefined) return false
  return parties.wants.length === 0 && owners(view).every(({ uid }) => !stays(parties, uid))
}
