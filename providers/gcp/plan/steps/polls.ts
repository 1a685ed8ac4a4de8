/** What is waited for: changes that Google goes on with, and objects that another process was making. Pure. */
import type { Owner } from '../../../../src/model/owner.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Intent } from '../../../../src/provider/provider.ts'
import { MAP_OF, type ObjectKind, polling } from '../../steps.ts'
import { type AnyPart, type GcpView, isBeingMade } from '../../view.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import { about } from './about.ts'

const KINDS = Object.keys(MAP_OF) as readonly ObjectKind[]

/** Each serves those whose part it is; where it is no single Service's, those whose parts change with it. */
export function pollSteps(intents: readonly Intent<unknown>[], view: GcpView): readonly PhasedStep[] {
  const mentioned = new Map(intents.map(({ owner }) => [owner.uid, owner]))
  return KINDS.flatMap((kind) =>
    [...view[MAP_OF[kind]].values()].flatMap((part: AnyPart): readonly PhasedStep[] => {
      if (!isUnderWay(kind, part)) return []
      const uids = part.mark.owner === undefined ? (part.operation?.of ?? []) : [part.mark.owner.uid]
      const serves = uids.flatMap((uid): readonly Owner[] => [mentioned.get(uid) ?? []].flat()).toSorted((a, b) => compareText(a.uid, b.uid))
      const isOthers = part.mark.owner !== undefined && serves.length === 0
      return isOthers ? [] : [inPhase('wait', polling(kind, about(part.id, serves, 'a change of it is under way')))]
    }),
  )
}

function isUnderWay(kind: ObjectKind, { operation, document }: AnyPart): boolean {
  return operation !== undefined || isBeingMade(MAP_OF[kind], document)
}
