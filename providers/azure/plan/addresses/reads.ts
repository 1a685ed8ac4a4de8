/** The steps that read public addresses: those that are looked for, those that are to be written and have changed since they were read, and those that are waited for. Pure. */
import { compareText } from '../../../../src/model/order.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import type { Step } from '../../../../src/provider/provider.ts'
import { keyOfId, parseId, shortName } from '../../api/ids.ts'
import type { AzureStep, ListStep } from '../../steps.ts'
import type { Pending } from '../accept/accept.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'

/** An address that is to be written, and is not as it was read. */
export interface Outdated {
  readonly id: string
  readonly serves: readonly Owner[]
}

/** By number, all addresses of the group are read: only a list shows who has it. */
export function seeking(pending: readonly Pending[], outdated: readonly Outdated[]): readonly PhasedStep[] {
  const ids = new Map<string, { readonly id: string; readonly owners: Owner[]; readonly why: string }>()
  const groups = new Map<string, { readonly ips: Set<string>; readonly owners: Owner[] }>()
  for (const [group, all] of Map.groupBy(outdated, ({ id }) => parseId(id)?.group ?? '')) {
    if (all.length >= LISTED_FROM) groups.set(group, { ips: new Set(), owners: all.flatMap(({ serves }) => serves) })
    else for (const { id, serves } of all) ids.set(keyOfId(id), { id, owners: [...serves], why: OUTDATED })
  }
  for (const { want, seek } of pending) {
    for (const sought of seek) {
      if ('id' in sought) {
        const one = ids.get(keyOfId(sought.id)) ?? { id: sought.id, owners: [], why: 'its Service names it' }
        ids.set(keyOfId(sought.id), one)
        one.owners.push(want.owner)
      } else {
        const one = groups.get(sought.group) ?? { ips: new Set(), owners: [] }
        groups.set(sought.group, one)
        one.ips.add(sought.ip)
        one.owners.push(want.owner)
      }
    }
  }
  return [
    ...[...ids.values()].map(({ id, owners, why }) => inPhase('seek', reading(id, owners, why))),
    ...[...groups].map(([group, { ips, owners }]) => inPhase('seek', listing(group, owners, { sought: [...ips].toSorted(compareText), isPoll: false }))),
  ]
}

/** Many of one group are read by one list. */
const LISTED_FROM = 4
const OUTDATED = 'a load balancer has taken it since it was read'

/** `waits`: by the keys of their ids, whom they are for. */
export function waiting(waits: ReadonlyMap<string, readonly Owner[]>, { view }: PlanInput): readonly PhasedStep[] {
  const byGroup = Map.groupBy(waits, ([key]) => parseId(view.addresses.get(key)?.id ?? key)?.group ?? '')
  return [...byGroup].flatMap(([group, all]): readonly PhasedStep[] => {
    if (all.length >= LISTED_FROM)
      return [
        inPhase(
          'wait',
          listing(
            group,
            all.flatMap(([, owners]) => owners),
            { sought: [], isPoll: true },
          ),
        ),
      ]
    return all.map(([key, owners]) => inPhase('wait', reading(view.addresses.get(key)?.id ?? key, owners, 'a change of it is under way')))
  })
}

/** What all steps for one address have in common. */
export function stepOn(id: string, step: Pick<Step, 'serves' | 'why'>): Omit<Step, 'verb' | 'kind'> & { readonly id: string } {
  return { key: shortName(id), title: parseId(id)?.name ?? id, id, ...step }
}

function reading(id: string, serves: readonly Owner[], why: string): AzureStep {
  return { ...stepOn(id, { serves, why }), verb: 'read', kind: 'public address' }
}

function listing(group: string, serves: readonly Owner[], { sought, isPoll }: Pick<ListStep, 'sought' | 'isPoll'>): ListStep {
  const why = isPoll ? 'changes of them are under way' : sought.length === 0 ? OUTDATED : `a Service asks for ${sought.join(', ')}`
  return { verb: 'read', kind: 'public addresses', key: group, group, sought, isPoll, serves, why }
}
