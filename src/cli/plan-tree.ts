/** A plan as a tree: Stacks, their stages, and in each the steps with `+` for what is created, `~` for what is changed and `-` for what is deleted. Pure. */
import { ownerName } from '../model/owner.ts'
import { problemText } from '../model/problem.ts'
import { neighbourLines } from '../provider/engine/plan-neighbours.ts'
import { sumLines } from '../provider/engine/plan-sum.ts'
import { interruptionText, portsText, stepTitle } from '../provider/engine/plan-text.ts'
import type { Plan, Step } from '../provider/provider.ts'
import type { ServicePreview } from './preview.ts'
import type { Shown } from './shared-steps.ts'
import { type Line, line, prefixed, type Style, styled, wrapped } from './screen/line.ts'

interface Node {
  readonly line: Line
  readonly children?: readonly Node[]
}

/**
 * The tree of one Stack under its title, the sum, and what it means for others. A Service that is refused as a whole has no sum: nothing of it is done. `before`:
 * what was shown with other Services, of which only the number is shown.
 */
export function planLines(
  { plan, sum, neighbours, before = new Map() }: Pick<ServicePreview, 'plan' | 'sum' | 'neighbours'> & Partial<Pick<Shown, 'before'>>,
  title: string,
): readonly Line[] {
  const hasSum = plan.stages.length > 0 || before.size > 0 || (plan.refused.length === 0 && sum.removedLater.length > 0)
  const texts = [...(hasSum ? sumLines(sum, before.size === 0 ? '' : ' besides what is shared') : []), ...neighbourLines(neighbours)]
  return [
    wrapped('  ', styled('strong', title)),
    ...branches([...sharedNodes(before), ...nodesOf(plan, { isShared: before.size > 0, isUnderWay: sum.addressChanges || sum.removedLater.length > 0 })]),
    ...texts.map((text) => wrapped('  ', text)),
  ]
}

function sharedNodes(before: Shown['before']): readonly Node[] {
  return [...before].map(([service, count]) => ({ line: wrapped('  ', `= ${count} ${count === 1 ? 'step' : 'steps'} shared with ${service}, shown there`) }))
}

/** Stages have a line of their own where there are several. */
function nodesOf(
  { stages, refused, waiting }: Plan<Step>,
  { isShared, isUnderWay }: { readonly isShared: boolean; readonly isUnderWay: boolean },
): readonly Node[] {
  const steps = stages.map((stage) => stage.map(stepNode))
  const first = steps.length === 1 ? steps.flat() : steps.map((children, i): Node => ({ line: line(`stage ${i + 1}`), children }))
  const nodes = [
    ...first,
    ...refused.map((refusal): Node => ({
      line: wrapped('  ', styled('bad', `! refused ${ownerName(refusal.owner)}${portsText(refusal)}`), `: ${problemText(refusal.problem)}`),
    })),
    ...waiting.map(({ owner, because }): Node => ({ line: wrapped('  ', styled('busy', `. waiting ${ownerName(owner)}`), `: ${because}`) })),
  ]
  const rest = isUnderWay ? 'nothing more to do: the change is under way' : 'nothing to do'
  return nodes.length === 0 && !isShared ? [{ line: line(styled('faint', rest)) }] : nodes
}

const MARKS = { create: ['+', 'good'], update: ['~', 'warning'], delete: ['-', 'bad'], read: ['?', 'busy'] } as const satisfies Record<
  Step['verb'],
  readonly [string, Style]
>

/** `+ listener web:80: 80/TCP is asked for`, and what it interrupts. */
function stepNode(step: Step): Node {
  const [mark, style] = MARKS[step.verb]
  const interruption = interruptionText(step)
  const title = stepTitle(step).slice(step.verb.length)
  return { line: wrapped('  ', styled(style, `${mark}${title}`), `: ${step.why}`, ...(interruption === '' ? [] : [styled('bad', interruption)])) }
}

function branches(nodes: readonly Node[]): readonly Line[] {
  return nodes.flatMap(({ line: own, children = [] }, i) => {
    const isLast = i === nodes.length - 1
    const [first, rest] = isLast ? ['└─ ', '   '] : ['├─ ', '│  ']
    return [prefixed(own, first, rest), ...branches(children).map((child) => prefixed(child, rest))]
  })
}
