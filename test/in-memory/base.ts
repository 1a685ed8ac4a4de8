/** The planner of the base: a group of nodes for each need. */
import type { NodeSet } from '../../src/model/load-balancer.ts'
import type { Need, Plan } from '../../src/provider/provider.ts'
import type { InMemoryStep, View } from './view.ts'

export function planBase(needs: readonly Need[], { nodes }: NodeSet, view: View): Plan<InMemoryStep> {
  const names = nodes.map(({ name }) => name)
  const growing = needs.flatMap(({ need, owners }): InMemoryStep[] => {
    const known = view.groups[need]
    if (known === undefined) return [{ verb: 'create', kind: 'group', key: need, nodes: names, serves: owners, why: 'Services need it' }]
    if (String(known.nodes) === String(names)) return []
    const takesFrom = known.nodes.some((name) => !names.includes(name)) ? owners : []
    return [{ verb: 'update', kind: 'group', key: need, nodes: names, serves: owners, takesFrom, why: 'the nodes are others' }]
  })
  const needed = new Set(needs.map(({ need }) => need))
  const shrinking = Object.keys(view.groups)
    .filter((name) => !needed.has(name))
    .toSorted()
    .map((name): InMemoryStep => ({ verb: 'delete', kind: 'group', key: name, serves: [], why: 'nobody needs it any more' }))
  return { stages: [growing, shrinking].filter(({ length }) => length > 0), refused: [], waiting: [] }
}
