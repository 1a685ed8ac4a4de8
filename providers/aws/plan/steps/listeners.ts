/** Listeners: another protocol, group or certificate is one call on a live one; a number that passes to another owner is closed first. */
import { isDeepStrictEqual } from 'node:util'
import { FIELDS } from '../../fields.ts'
import { LISTENER_TAG, SETTINGS_TAG } from '../../marks.ts'
import { type ListenerSettings, step } from '../../steps.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import type { AwsView, ListenerPart } from '../../view.ts'
import { type Attributes, attributeCalls, attributeChanges, LISTENER_DEFAULTS, MOST_STAGES } from '../wanted/attributes.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import { isPartClosed } from '../parties.ts'
import { type PhasedStep, phased } from './phases.ts'
import { NO_ALPN } from '../wanted/fingerprint.ts'
import { MOST_LISTENERS } from '../accept/port-grants.ts'
import { type Part, WHY_LABEL, WHY_READ, whyAttributes } from './target-groups.ts'
import type { Label } from './fingerprints.ts'
import { listenersOf } from '../owners.ts'
import type { WantedStack, PlanContext } from '../plan-context.ts'
import { hasExtras, type WantedParts, type WantedListener } from '../wanted/wanted-parts.ts'
import { nodeNames } from '../wanted/targets.ts'

export function listenerParts(context: PlanContext, wantedStack: WantedStack): readonly Part[] {
  const { view, parties } = context
  const { balancer, services } = wantedStack
  const found = new Map((balancer.found === undefined ? [] : listenersOf(view, balancer.found)).map((listener) => [listener.port, listener]))
  const fresh = services.flatMap(({ listeners }) => listeners.filter(({ port }) => !found.has(port))).length
  const opening = found.size + fresh > MOST_LISTENERS ? 'reuse' : 'listen'
  const parts: Part[] = []
  for (const service of services) {
    for (const wanted of service.listeners) {
      const standing = found.get(wanted.port)
      if (standing === undefined) parts.push(newListener(opening, wanted, service, wantedStack))
      else if (standing.mark.owner !== undefined && standing.mark.owner.uid !== service.owner.uid)
        parts.push(newListener('reuse', wanted, service, wantedStack))
      else {
        found.delete(wanted.port)
        parts.push(standingListener(wanted, standing, service, { view, wantedStack }))
      }
    }
  }
  const closing = [...found.values()].filter(({ mark }) => mark.owner === undefined || !stays(parties, mark.owner.uid) || isPartClosed(parties, mark))
  return [...parts, { steps: closing.map((listener) => closeStep(listener, balancer.name)), labels: [] }]
}

export function closeStep({ arn, port, mark }: ListenerPart, balancer: string): PhasedStep {
  const what = mark.listener ?? String(port)
  const serves = mark.owner === undefined ? [] : [mark.owner]
  return phased('close', step('delete listener', { key: `${balancer}:${port}`, serves, why: `${what} is no longer asked for`, call: { arn } }))
}

function newListener(phase: 'listen' | 'reuse', wanted: WantedListener, { owner, want, groups }: WantedParts, { stack, balancer }: WantedStack): Part {
  const { port, mark: listener, settings, creation } = wanted
  const targets = groups.find(({ name }) => name === settings.targetGroup)?.targets ?? []
  const nodes = nodeNames(targets, want.want.backends.nodes)
  const mark = { stack, owner, listener, settings: creation }
  const call = { loadBalancer: balancer.name, port, ...settings, ...nodes, mark, tags: want.want.settings.tags }
  const why = `the Service asks for ${listener}`
  const create = phased(phase, step('create listener', { key: `${balancer.name}:${port}`, serves: [owner], why, call }))
  // Certificates and attributes need the ARN that AWS assigns.
  return { steps: [create], labels: [], isUnfinished: hasExtras(wanted) }
}

interface Place {
  readonly view: AwsView
  readonly wantedStack: WantedStack
}

function standingListener(wanted: WantedListener, found: ListenerPart, { owner, fingerprint }: WantedParts, { view, wantedStack }: Place): Part {
  const { balancer } = wantedStack
  const { port, mark: listener, settings, creation, certificates, attributes } = wanted
  const serves = [owner]
  const key = `${balancer.name}:${port}`
  const known = knownOf(wanted, found, fingerprint)
  if (known.details === undefined || known.attributes === undefined)
    return { steps: reads(known, found, { key, balancer: balancer.name, settings, serves }), labels: [] }
  const steps: PhasedStep[] = []
  const isSame = known.details === 'as wanted' || isSameListener(settings, known.details, view)
  if (!isSame) {
    const call = { ...settings, ...takenBack(settings, known.details), arn: found.arn }
    steps.push(phased('switch', step('update listener', { key, serves, why: `${listener} is served in another way`, call })))
  }
  // What a listener had beside the default one goes with TLS.
  if (settings.protocol === 'TLS') steps.push(...certificateSteps({ wanted: certificates, has: known.certificates, arn: found.arn, key, serves, listener }))
  const changes = settings.protocol === 'TCP' ? attributeChanges(attributes, known.attributes, LISTENER_DEFAULTS) : {}
  for (const { attributes: some, suffix, order } of attributeCalls(changes, LISTENER_DEFAULTS)) {
    const asked = order === undefined ? {} : { asked: FIELDS.listenerAttributes }
    const call = { arn: found.arn, attributes: some }
    // Stage 0 is for those that are known.
    steps.push(
      phased(
        'extras',
        step('update listener attributes', { key: `${key}${suffix}`, serves, ...asked, why: whyAttributes(listener, some), call }),
        order === undefined ? 0 : Math.min(order + 1, MOST_STAGES),
      ),
    )
  }
  const { settings: tag } = found.mark
  const isLabelled = tag === fingerprint || (tag === creation && !hasExtras(wanted))
  const tags = { ...(isLabelled ? {} : { [SETTINGS_TAG]: fingerprint }), ...(found.mark.listener === listener ? {} : { [LISTENER_TAG]: listener }) }
  const labels: Label[] = Object.keys(tags).length === 0 ? [] : [{ of: { kind: 'listener', loadBalancer: balancer.name, port }, serves, tags, why: WHY_LABEL }]
  return { steps, labels }
}

interface Unread {
  readonly key: string
  readonly balancer: string
  readonly settings: ListenerSettings
  readonly serves: readonly Owner[]
}

function reads({ details }: Known, { arn }: ListenerPart, { key, balancer, settings, serves }: Unread): readonly PhasedStep[] {
  const asked = { key, serves, why: WHY_READ, call: { arn } }
  if (details !== undefined) return [phased('read more', step('read listener attributes', asked))]
  const read = phased('read', step('read listeners', { key: balancer, serves, why: WHY_READ, call: { loadBalancer: balancer } }))
  return settings.protocol === 'TLS' ? [read, phased('read more', step('read listener certificates', asked))] : [read]
}

interface Known {
  readonly details: ListenerPart['details'] | 'as wanted'
  /** Beside the default one. */
  readonly certificates: readonly string[]
  readonly attributes: Attributes | undefined
}

/** What a listener is, as far as it was read, was written or is in its tag. */
function knownOf(
  { settings, creation, certificates, attributes }: WantedListener,
  { mark, details, attributes: seen }: ListenerPart,
  fingerprint: string,
): Known {
  const isAsWanted = mark.settings === fingerprint
  const isAsCreated = mark.settings === creation
  const presumed = isAsWanted
    ? attributes
    : isAsCreated || settings.protocol !== 'TCP' || (details !== undefined && details.protocol !== 'TCP')
      ? {}
      : undefined
  return {
    details: details ?? (isAsWanted || isAsCreated ? 'as wanted' : undefined),
    certificates: details?.certificates.slice(1) ?? (isAsWanted ? certificates : []),
    attributes: seen ?? presumed,
  }
}

function isSameListener(wanted: ListenerSettings, found: NonNullable<ListenerPart['details']>, view: AwsView): boolean {
  const isSameTls =
    wanted.protocol !== 'TLS' || (wanted.certificate === found.certificates[0] && wanted.policy === found.policy && alpnOf(wanted) === alpnOf(found))
  return wanted.protocol === found.protocol && view.targetGroups.get(wanted.targetGroup)?.arn === found.targetGroupArn && isSameTls
}

function alpnOf({ alpn }: { readonly alpn?: string }): string {
  return alpn ?? NO_ALPN
}

/** A policy that is not sent stays what it was. */
function takenBack(wanted: ListenerSettings, found: ListenerPart['details'] | 'as wanted'): { readonly alpn?: string } {
  const had = found === undefined || found === 'as wanted' ? undefined : found.alpn
  return wanted.protocol === 'TLS' && wanted.alpn === undefined && had !== undefined && had !== NO_ALPN ? { alpn: NO_ALPN } : {}
}

interface Certificates {
  readonly wanted: readonly string[]
  readonly has: readonly string[]
  readonly arn: string
  readonly key: string
  readonly serves: WantedParts['owner'][]
  readonly listener: string
}

function certificateSteps({ wanted, has, arn, key, serves, listener }: Certificates): readonly PhasedStep[] {
  if (isDeepStrictEqual(wanted, has)) return []
  const [joining, leaving] = [wanted.filter((one) => !has.includes(one)), has.filter((one) => !wanted.includes(one))]
  return [
    ...(joining.length === 0
      ? []
      : [
          phased(
            'extras',
            step('update listener certificates', { key, serves, why: `${listener} has more certificates`, call: { arn, certificates: joining } }),
          ),
        ]),
    ...(leaving.length === 0
      ? []
      : [
          phased(
            'close',
            step('update obsolete listener certificates', { key, serves, why: `${listener} has fewer certificates`, call: { arn, certificates: leaving } }),
          ),
        ]),
  ]
}
