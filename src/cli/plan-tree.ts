/** A plan as a tree: Stacks, their stages, and in each the steps with `+` for what is created, `~` for what is changed and `-` for what is deleted. Pure. */
import { ownerName } from '../model/owner.ts'
import { problemText } from '../model/problem.ts'
import { addressText, sumLines } from '../provider/engine/plan-sum.ts'
import { interruptionText, portsText, stepTitle } from '../provider/engine/plan-text.ts'
import type { Plan, Step } from '../provider/provider.ts'
import type { Neighbour, ServicePreview } from './preview.ts'
import { type Line, line, prefixed, type Style, styled, wrapped } from './screen/line.ts'

interface Node {
  readonly line: Line
  readonly children?: readonly Node[]
}

/** The tree of one Stack under its title, and the sum. A Service that is refused as a whole has no sum: nothing of it is done. */
export function planLines({ plan, sum, others, above }: Shown, title: string): readonly Line[] {
  const hasSum = plan.stages.length > 0 || (plan.refused.length === 0 && sum.removedLater.length > 0)
  const sentences = [...(hasSum ? sumLines(sum) : []), ...neighbourLines(others)]
  return [
    wrapped('  ', styled('strong', title)),
    ...branches(nodesOf(plan, { above, isUnderWay: sum.addressChanges || sum.removedLater.length > 0 })),
    ...sentences.map((text) => wrapped('  ', text)),
  ]
}

export type Shown = Pick<ServicePreview, 'plan' | 'sum' | 'others'> & {
  /** How many steps stand under another Service already, and under which. */
  readonly above?: { readonly count: number; readonly service: string }
}

const MOST_NEIGHBOURS = 10

function neighbourLines(others: readonly Neighbour[]): readonly string[] {
  const more = others.length - MOST_NEIGHBOURS
  return [...others.slice(0, MOST_NEIGHBOURS).map(neighbourLine), ...(more > 0 ? [`Also ${more} other Services of this Stack.`] : [])]
}

function neighbourLine({ service, addresses, addressChanges, interruptions, refused }: Neighbour): string {
  return [
    `Also ${service}, which shares it.`,
    ...(addressChanges ? [addressText({ addresses, addressChanges })] : []),
    ...(interruptions.length === 0 ? [] : [`It is interrupted: ${interruptions.map(({ step, what }) => `${step} (${what})`).join('; ')}.`]),
    ...refused.map((text) => `It is refused: ${text}.`.replace('..', '.')),
  ].join(' ')
}

/** Stages have a line of their own where there are several. */
function nodesOf(
  { stages, refused, waiting }: Plan<Step>,
  { above, isUnderWay }: { readonly above: Shown['above']; readonly isUnderWay: boolean },
): readonly Node[] {
  const steps = stages.map((stage) => stage.map(stepNode))
  const first = steps.length === 1 ? steps.flat() : steps.map((children, i): Node => ({ line: line(`stage ${i + 1}`), children }))
  const nodes = [
    ...(above === undefined
      ? []
      : [{ line: line(styled('faint', `${above.count === 1 ? '1 step' : `${above.count} steps`} above, shared with ${above.service}`)) }]),
    ...first,
    ...refused.map((refusal): Node => ({
      line: wrapped('  ', styled('bad', `! refused ${ownerName(refusal.owner)}${portsText(refusal)}`), `: ${problemText(refusal.problem)}`),
    })),
    ...waiting.map(({ owner, because }): Node => ({ line: wrapped('  ', styled('busy', `. waiting ${ownerName(owner)}`), `: ${because}`) })),
  ]
  return nodes.length === 0 ? [{ line: line(styled('faint', isUnderWay ? 'nothing more to do: the change is under way' : 'nothing to do')) }] : nodes
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
