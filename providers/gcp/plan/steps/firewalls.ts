/** The firewall rules of one owner. Pure. */
import { familyOf } from '../../../../src/model/address.ts'
import { isNamed, type Owner } from '../../../../src/model/owner.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import type { Firewall } from '../../api/documents.ts'
import { memberNaming, stackOf } from '../../names.ts'
import { firewallCommand } from '../../firewall-command.ts'
import { describe, type Mark } from '../../marks.ts'
import { deleting, type GcpStep, making, patching } from '../../steps.ts'
import { type FirewallPart, type GcpView, isLeaving, isSettled } from '../../view.ts'
import { firewallChange, portKeys, purposeOf } from '../firewall/compare.ts'
import { narrowed } from '../firewall/narrowed.ts'
import { type WantedFirewall, wantedFirewalls } from '../firewall/wanted.ts'
import { ipOf, servingRules } from '../owners.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'
import { only } from '../wanted/firewall.ts'
import { about } from './about.ts'

export interface FirewallRequest {
  readonly owner: Owner
  readonly mark: Mark
  readonly wanted: readonly WantedFirewall[]
  /** Probes still come by rules that are not wanted. */
  readonly keepsProbes: boolean
  /** What is not wanted any more is taken away: not while the addresses that it is about are to be known. */
  readonly mayRemove: boolean
}

export interface FirewallSteps {
  readonly steps: readonly PhasedStep[]
  /** What an administrator of the network has to do, as commands. */
  readonly commands: readonly string[]
}

export function firewallSteps({ owner, mark, wanted, keepsProbes, mayRemove }: FirewallRequest, input: PlanInput): FirewallSteps {
  const found = firewallsOf(owner, input)
  const ids = new Set(wanted.map(({ id }) => id))
  const changes = wanted
    .filter((one) => !isHandingOver(one, wanted, input))
    .flatMap((one) => changeOf(one, input.view.firewalls.get(one.id), { owner, mark }, input))
  const goes = found.filter((part) => !ids.has(part.id) && !(keepsProbes && purposeOf(part.document) === 'probes'))
  const all = [...changes, ...(mayRemove ? goes.map((part) => removing(part, owner)) : [])]
  const barred = all.filter(({ step }) => isBarred(idOf(step), input))
  const commands = barred.flatMap(({ step }) => input.view.barred.get(idOf(step))?.command ?? commandFor(step, mark, input))
  return { steps: all.filter((one) => !barred.includes(one)), commands }
}

function idOf(step: GcpStep): string {
  return 'id' in step ? step.id : step.key
}

/** Whether a rule would only lose ports that another one is to have, which is not there yet: it keeps them until then. */
function isHandingOver({ id, body }: WantedFirewall, wanted: readonly WantedFirewall[], { view }: PlanInput): boolean {
  const found = view.firewalls.get(id)?.document
  if (found === undefined || firewallChange({ ...found, ...allowedIn(body) }, body) !== undefined) return false
  const stays = portKeys(body)
  const lost = [...portKeys(found)].filter((key) => !stays.has(key))
  const coming = wanted.filter((other) => other.id !== id && !isBarredIn(view, other.id) && !isSettled(view.firewalls.get(other.id)))
  return lost.length > 0 && lost.every((key) => coming.some((other) => portKeys(other.body).has(key)))
}

function allowedIn({ allowed }: Firewall): Pick<Firewall, 'allowed'> {
  return allowed === undefined ? {} : { allowed }
}

function commandFor(step: GcpStep, mark: Mark, { config }: PlanInput): readonly string[] {
  return step.kind === 'firewall rule' ? [firewallCommand(step, { clusterId: config.clusterId, mark })] : []
}

export function firewallsOf({ uid }: Owner, { view }: PlanInput): readonly FirewallPart[] {
  return [...view.firewalls.values()].filter((part) => part.mark.owner?.uid === uid && !isLeaving(part))
}

/** Whether all that the owner lets in is let in at this address too. */
export function isOpenAt(ip: string, owner: Owner, input: PlanInput): boolean {
  const allowing = firewallsOf(owner, input).filter(
    ({ document }) => purposeOf(document) === 'allow' && familyOf(document.destinationRanges?.[0] ?? '') === familyOf(ip),
  )
  return allowing.every(({ document, operation }) => operation === undefined && document.destinationRanges?.includes(only(ip)) === true)
}

/** What allows comes before what denies the rest. */
function changeOf(
  { id, body }: WantedFirewall,
  part: FirewallPart | undefined,
  { owner, mark }: Pick<FirewallRequest, 'owner' | 'mark'>,
  { config }: PlanInput,
): readonly PhasedStep[] {
  const purpose = purposeOf(body)
  const order = purpose === 'deny' ? 1 : 0
  if (part === undefined) {
    const made = making('firewall rule', { ...about(id, [owner], WHY[purpose]), body: { ...body, description: describe(config.clusterId, mark) }, mark })
    return [inPhase(purpose === 'probes' ? 'make' : 'open', made, order)]
  }
  const change = firewallChange(part.document, body)
  if (change === undefined || isLeaving(part) || (part.operation !== undefined && !change.closes)) return []
  const more = { ...(change.closes ? { takesFrom: [owner] } : {}), ...(change.onlyCloses ? { shrinks: true as const } : {}) }
  const why = change.onlyCloses ? 'what is not allowed any more is closed' : 'what is allowed changes'
  return [inPhase(change.closes ? 'close' : 'open', patching('firewall rule', { ...about(id, [owner], why, more), body: change.body }), order)]
}

const WHY = { allow: 'its clients are let in', deny: 'no other client is let in', probes: 'the probes of its health check are let in' } as const

/** What denies goes after all that allows has changed. */
export function removing({ id, document }: FirewallPart, owner: Owner): PhasedStep {
  const purpose = purposeOf(document)
  const gone = deleting('firewall rule', about(id, [owner], REMOVED[purpose], purpose === 'allow' ? { takesFrom: [owner] } : { takesFrom: [] }))
  return purpose === 'allow' ? inPhase('close', gone) : inPhase('remove', gone, 2)
}

const REMOVED = {
  allow: 'nothing of it is asked for any more',
  deny: 'everybody is let in, or nothing is left to close',
  probes: 'no health check asks by it any more',
} as const

/** Of a Service whose configuration is not carried out: what it does not ask for any more is closed, also where other rules of the network would let it in. */
export function narrowingSteps(owner: Owner, within: Desired<GcpOptions>, input: PlanInput): readonly PhasedStep[] {
  const allowing = firewallsOf(owner, input).filter(({ id, document }) => purposeOf(document) === 'allow' && !isBarred(id, input))
  const narrowing = allowing.flatMap((part) => {
    const kept = narrowed(part.document, within)
    if (kept === undefined) return [removing(part, owner)]
    const change = firewallChange(part.document, kept)
    if (change === undefined) return []
    const more = { takesFrom: [owner], shrinks: true } as const
    return [inPhase('close', patching('firewall rule', { ...about(part.id, [owner], 'what is not asked for any more is closed', more), body: change.body }))]
  })
  return [...narrowing, ...denyingSteps(owner, within, input)]
}

function denyingSteps(owner: Owner, within: Desired<GcpOptions>, input: PlanInput): readonly PhasedStep[] {
  if (!isNamed(owner)) return []
  const addresses = [...new Set(servingRules(input.view, owner.uid).flatMap((rule) => ipOf(rule) ?? []))]
  const { settings } = within
  const naming = memberNaming({ owner, want: within }, input.config.clusterId)
  const wanted = wantedFirewalls({ naming, settings, listeners: settings.listeners, addresses, filtered: new Set() }, input.config)
  const missing = wanted.filter(({ id, body }) => purposeOf(body) === 'deny' && !input.view.firewalls.has(id) && !isBarred(id, input))
  const mark = { stack: stackOf(owner, within), owner }
  return missing.flatMap((one) => changeOf(one, undefined, { owner, mark }, input)).map(({ step }) => inPhase('close', step, 1))
}

/** The controller may not write it. */
function isBarred(id: string, { view, base }: PlanInput): boolean {
  return base?.network?.firewallsAreHidden === true || isBarredIn(view, id)
}

/** Whether the controller may not make or change it: one that is wanted again is none that has to be deleted. */
export function isBarredIn({ barred }: GcpView, id: string): boolean {
  const found = barred.get(id)
  return found !== undefined && found.was === undefined
}

/** A full sentence about rules of an owner that the controller may not delete. */
export function leftFirewallNotes({ uid }: Owner, { view }: PlanInput): readonly string[] {
  const commands = [...view.barred.values()].flatMap(({ command, was }) => (was?.includes(uid) === true ? [command] : []))
  if (commands.length === 0) return []
  return [`The controller may not delete firewall rules in the project of the network. An administrator of the network has to run: ${commands.join('; ')}`]
}
