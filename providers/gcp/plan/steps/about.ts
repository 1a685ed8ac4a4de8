/** What a step says beside its call. Pure. */
import type { Owner } from '../../../../src/model/owner.ts'
import type { Step } from '../../../../src/provider/provider.ts'
import { nameOf, parseId } from '../../api/ids.ts'
import type { About } from '../../steps.ts'

export function about(id: string, serves: readonly Owner[], why: string, more: Partial<Pick<Step, 'takesFrom' | 'shrinks' | 'interrupts'>> = {}): About {
  return { id, key: keyFor(id), serves, why, ...more }
}

/** Groups of several zones have one name. */
function keyFor(id: string): string {
  const parsed = parseId(id)
  const scope = parsed?.scope
  return typeof scope === 'object' && 'zone' in scope ? `${scope.zone}/${parsed?.name}` : nameOf(id)
}
