/** Listeners: another protocol, group or certificate is one call on a live one; a number that passes to another owner is closed first. */
import { isDeepStrictEqual } from 'node:util'
import { LISTENER_TAG, SETTINGS_TAG } from '../marks.ts'
import type { ListenerSettings } from '../steps.ts'
import type { AwsView, ListenerPart } from '../view.ts'
import { type Attributes, attributeChanges, LISTENER_DEFAULTS } from './attributes.ts'
import { stays } from './cast.ts'
import { type Draft, draft } from './draft.ts'
import { NO_ALPN } from './fingerprint.ts'
import { MOST_LISTENERS } from './port-grants.ts'
import { type Part, WHY_LABEL, WHY_READ, whyAttributes } from './group-steps.ts'
import type { Label } from './label-steps.ts'
import { listenersOf } from './owners.ts'
import type { House, Scene } from './scene.ts'
import { hasExtras, type Seat, type WantedListener } from './seats.ts'

export function listenerParts(scene: Scene, house: House): readonly Part[] {
  const { view, cast } = scene
  const { balancer, seats } = house
  const found = new Map((balancer.found === undefined ? [] : listenersOf(view, balancer.found)).map((listener) => [listener.port, listener]))
  const fresh = seats.flatMap(({ listeners }) => listeners.filter(({ port }) => !found.has(port))).length
  const opening = found.size + fresh > MOST_LISTENERS ? 'reuse' : 'listen'
  const parts: Part[] = []
  for (const seat of seats) {
    for (const wanted of seat.listeners) {
      const standing = found.get(wanted.port)
      if (standing === undefined) parts.push(newListener(opening, wanted, seat, house))
      else if (standing.mark.owner !== undefined && standing.mark.owner.uid !== seat.owner.uid) parts.push(newListener('reuse', wanted, seat, house))
      else {
        found.delete(wanted.port)
        parts.push(standingListener(wanted, standing, seat, { view, house }))
      }
    }
  }
  const closing = [...found.values()].filter(({ mark }) => mark.owner === undefined || !stays(cast, mark.owner.uid))
  return [...parts, { drafts: closing.map((listener) => closeDraft(listener, balancer.name)), labels: [] }]
}

export function closeDraft({ arn, port, mark }: ListenerPart, balancer: string): Draft {
  const what = mark.listener ?? String(port)
  const serves = mark.owner === undefined ? [] : [mark.owner]
  return draft('close', { verb: 'delete', kind: 'listener', key: `${balancer}:${port}`, serves, why: `${what} is no longer asked for`, call: { arn } })
}

function newListener(phase: 'listen' | 'reuse', wanted: WantedListener, { owner, want }: Seat, { stack, balancer }: House): Part {
  const { port, mark: listener, settings, creation } = wanted
  const call = { loadBalancer: balancer.name, port, ...settings, mark: { stack, owner, listener, settings: creation }, tags: want.want.settings.tags }
  const why = `the Service asks for ${listener}`
  const create = draft(phase, { verb: 'create', kind: 'listener', key: `${balancer.name}:${port}`, serves: [owner], why, call })
  // Certificates and attributes need the ARN that AWS assigns.
  return { drafts: [create], labels: [], isUnfinished: hasExtras(wanted) }
}

interface Place {
  readonly view: AwsView
  readonly house: House
}

function standingListener(wanted: WantedListener, found: ListenerPart, { owner, print }: Seat, { view, house }: Place): Part {
  const { balancer } = house
  const { port, mark: listener, settings, creation, certificates, attributes } = wanted
  const serves = [owner]
  const key = `${balancer.name}:${port}`
  const known = knownOf(wanted, found, print)
  if (known.details === undefined || known.attributes === undefined) {
    const drafts: Draft[] = []
    if (known.details === undefined) {
      drafts.push(draft('read', { verb: 'read', kind: 'listeners', key: balancer.name, serves, why: WHY_READ, call: { loadBalancer: balancer.name } }))
      if (settings.protocol === 'TLS')
        drafts.push(draft('read more', { verb: 'read', kind: 'listener certificates', key, serves, why: WHY_READ, call: { arn: found.arn } }))
    } else drafts.push(draft('read more', { verb: 'read', kind: 'listener attributes', key, serves, why: WHY_READ, call: { arn: found.arn } }))
    return { drafts, labels: [] }
  }
  const drafts: Draft[] = []
  const isSame = known.details === 'as wanted' || isSameListener(settings, known.details, view)
  if (!isSame) {
    const call = { ...settings, ...takenBack(settings, known.details), arn: found.arn }
    drafts.push(draft('switch', { verb: 'update', kind: 'listener', key, serves, why: `${listener} is served in another way`, call }))
  }
  // What a listener had beside the default one goes with TLS.
  if (settings.protocol === 'TLS') drafts.push(...certificateDrafts({ wanted: certificates, has: known.certificates, arn: found.arn, key, serves, listener }))
  const changes = settings.protocol === 'TCP' ? attributeChanges(attributes, known.attributes, LISTENER_DEFAULTS) : {}
  if (Object.keys(changes).length > 0)
    drafts.push(
      draft('extras', {
        verb: 'update',
        kind: 'listener attributes',
        key,
        serves,
        why: whyAttributes(listener, changes),
        call: { arn: found.arn, attributes: changes },
      }),
    )
  const { settings: tag } = found.mark
  const isLabelled = tag === print || (tag === creation && !hasExtras(wanted))
  const tags = { ...(isLabelled ? {} : { [SETTINGS_TAG]: print }), ...(found.mark.listener === listener ? {} : { [LISTENER_TAG]: listener }) }
  const labels: Label[] = Object.keys(tags).length === 0 ? [] : [{ of: { kind: 'listener', loadBalancer: balancer.name, port }, serves, tags, why: WHY_LABEL }]
  return { drafts, labels }
}

interface Known {
  readonly details: ListenerPart['details'] | 'as wanted'
  /** Beside the default one. */
  readonly certificates: readonly string[]
  readonly attributes: Attributes | undefined
}

/** What a listener is, as far as it was read, written or is told by its tag. */
function knownOf({ settings, creation, certificates, attributes }: WantedListener, { mark, details, attributes: seen }: ListenerPart, print: string): Known {
  const isAsWanted = mark.settings === print
  const isAsCreated = mark.settings === creation
  const told = isAsWanted ? attributes : isAsCreated || settings.protocol !== 'TCP' || (details !== undefined && details.protocol !== 'TCP') ? {} : undefined
  return {
    details: details ?? (isAsWanted || isAsCreated ? 'as wanted' : undefined),
    certificates: details?.certificates.slice(1) ?? (isAsWanted ? certificates : []),
    attributes: seen ?? told,
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
  readonly serves: Seat['owner'][]
  readonly listener: string
}

function certificateDrafts({ wanted, has, arn, key, serves, listener }: Certificates): readonly Draft[] {
  if (isDeepStrictEqual(wanted, has)) return []
  const [joining, leaving] = [wanted.filter((one) => !has.includes(one)), has.filter((one) => !wanted.includes(one))]
  return [
    ...(joining.length === 0
      ? []
      : [
          draft('extras', {
            verb: 'create',
            kind: 'listener certificates',
            key,
            serves,
            why: `${listener} has more certificates`,
            call: { arn, certificates: joining },
          }),
        ]),
    ...(leaving.length === 0
      ? []
      : [
          draft('close', {
            verb: 'delete',
            kind: 'listener certificates',
            key,
            serves,
            why: `${listener} has fewer certificates`,
            call: { arn, certificates: leaving },
          }),
        ]),
  ]
}
