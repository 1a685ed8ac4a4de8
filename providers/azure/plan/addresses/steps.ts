/** The steps for public addresses: those that are made, marked, labelled, passed on and deleted, and those that are looked for or waited for. Pure. */
import { roleOf, stays } from '../../../../src/provider/kit/parties.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import type { Step } from '../../../../src/provider/provider.ts'
import { bodyOf } from '../../api/body.ts'
import type { PublicAddressDocument } from '../../api/documents.ts'
import { keyOfId } from '../../api/ids.ts'
import { isOfCluster, ownerIn } from '../../marks.ts'
import type { AddressStep } from '../../steps.ts'
import { type AddressPart, isBusy } from '../../view.ts'
import type { Acceptance, Pending } from '../accept/accept.ts'
import type { Serving } from '../accept/serving.ts'
import { addressKeysIn, foundIn } from '../found.ts'
import { addressKeysOf, oldRules } from '../old-sites.ts'
import type { PlanInput, Want } from '../plan-context.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import { labelled, madeAddress } from './documents.ts'
import { seeking, stepOn, waiting } from './reads.ts'

export function addressSteps({ parties, serving, pending }: Acceptance, input: PlanInput): readonly PhasedStep[] {
  const { used, wanted } = usersOf({ parties, serving }, input)
  const own = [...input.view.addresses.values()].filter(({ document }) => isOfCluster(document.tags, input.config.clusterId))
  const unused = own.filter((part) => isUnused(part, parties, { used, wanted }))
  const waits = new Map<string, readonly Owner[]>([
    ...unused.filter(isBusy).map((part) => [keyOfId(part.id), ownersOf(part, input)] as const),
    ...pending.flatMap(({ want, waits: keys }) => keys.map((key) => [key, [want.owner]] as const)),
  ])
  const labels = labelling(parties, own, { wanted, used }, input)
  const sought = seeking(
    pending,
    labels.filter(({ part }) => part.isOutdated === true),
  )
  return [
    ...pending.flatMap((one) => [...making(one, input), ...adopting(one, input)]),
    ...sought,
    ...labels.filter(({ part }) => part.isOutdated !== true).map((label) => inPhase('make', writing(label))),
    ...unused.filter((part) => !isBusy(part) && !isReferred(part, input)).map((part) => deleting(part, input)),
    // What is listed anyway need not be listed twice.
    ...waiting(waits, input).filter(({ step }) => !sought.some(({ step: other }) => other.kind === step.kind && other.key === step.key)),
  ]
}

function making({ want, make }: Pending, input: PlanInput): readonly PhasedStep[] {
  return make.map(({ id, family }): PhasedStep => {
    const found = input.view.addresses.get(keyOfId(id))
    const body = madeAddress(want, family, input, found?.document)
    const why = found === undefined ? 'its Service has none' : 'its creation failed'
    return inPhase('make', writing({ id, ...(found === undefined ? {} : { part: found }), body, serves: [want.owner], why }))
  })
}

function adopting({ want, adopt }: Pending, input: PlanInput): readonly PhasedStep[] {
  return adopt.map((part) => {
    const body = bodyOf(labelled(part.document, want, input))
    return inPhase('make', writing({ id: part.id, part, body, serves: [want.owner], why: 'it is taken over: our mark is written on it' }))
  })
}

interface Users {
  /** Keys of addresses that a frontend is to have. */
  readonly used: ReadonlySet<string>
  /** Of these, by key, those who are served there. */
  readonly wanted: ReadonlyMap<string, readonly Want[]>
}

function usersOf({ parties, serving }: Pick<Acceptance, 'parties' | 'serving'>, input: PlanInput): Users {
  const wanted = new Map<string, Want[]>()
  for (const { want, sites } of serving)
    for (const { addressKey } of sites) if (addressKey !== undefined) wanted.set(addressKey, [...(wanted.get(addressKey) ?? []), want])
  const old = serving.flatMap((one: Serving) => oldRules(one, input))
  const kept = foundIn(input.view).rules.filter(({ uid }) => stays(parties, uid))
  return { used: new Set([...wanted.keys(), ...addressKeysOf([...old, ...kept])]), wanted }
}

/** One whose Service leaves, or is served elsewhere; one of a Service that has to wait, or is refused, stays. */
function isUnused(part: AddressPart, parties: Acceptance['parties'], { used }: Users): boolean {
  const uid = ownerIn(part.document.tags)
  if (used.has(keyOfId(part.id)) && part.operation?.isDeletion !== true) return false
  const role = uid === undefined ? 'leaves' : roleOf(parties, uid)
  return role === 'leaves' || role === 'wants'
}

/** As long as a load balancer has a frontend with it, or had one before a change that is under way, it cannot go. */
function isReferred({ id }: AddressPart, { view }: PlanInput): boolean {
  if (foundIn(view).frontends.some(({ addressKey }) => addressKey === keyOfId(id))) return true
  return [...view.balancers.values()].some(({ operation }) => addressKeysIn(operation?.before).has(keyOfId(id)))
}

type Label = Written & { readonly part: AddressPart }

/** Tags and label of the Service that an address goes with. Where that one leaves, or is served elsewhere, it goes with the first that still uses it. */
function labelling(parties: Acceptance['parties'], own: readonly AddressPart[], { wanted, used }: Users, input: PlanInput): readonly Label[] {
  return own.flatMap((part): readonly Label[] => {
    const key = keyOfId(part.id)
    const uid = ownerIn(part.document.tags)
    if (!used.has(key) || isBusy(part)) return []
    const users = wanted.get(key) ?? []
    const owner = users.find((want) => want.owner.uid === uid)
    const successor = owner ?? (uid === undefined || !stays(parties, uid) ? users[0] : undefined)
    if (successor === undefined) return []
    const document = labelled(part.document, successor, input)
    if (document === part.document) return []
    const why = owner === undefined ? 'its Service no longer has it, and another one uses it' : 'its tags or its DNS label change'
    return [{ id: part.id, part, body: bodyOf(document), serves: [successor.owner], why }]
  })
}

function ownersOf({ document }: AddressPart, { named }: PlanInput): readonly Owner[] {
  const uid = ownerIn(document.tags)
  return uid === undefined ? [] : [named({ uid })]
}

interface Written extends Pick<Step, 'serves' | 'why'> {
  readonly id: string
  /** Absent: it does not exist. */
  readonly part?: AddressPart
  readonly body: PublicAddressDocument
}

function writing({ id, part, body, serves, why }: Written): AddressStep {
  const etag = part?.document.etag
  return {
    ...stepOn(id, { serves, why }),
    verb: part === undefined ? 'create' : 'update',
    kind: 'public address',
    body,
    ...(etag === undefined ? {} : { etag }),
  }
}

function deleting(part: AddressPart, input: PlanInput): PhasedStep {
  const serves = ownersOf(part, input)
  return inPhase('delete', { ...stepOn(part.id, { serves, why: 'no Service uses it any more' }), verb: 'delete', kind: 'public address' })
}
