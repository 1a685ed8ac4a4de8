/** An explanation as a person reads it: the verdict, what to do, and then the facts. Pure. */
import type { SeenEvent } from '../kubernetes/api.ts'
import { READY } from '../model/names.ts'
import { problemText } from '../model/problem.ts'
import { firstSentence } from '../overview/service-row.ts'
import type { Explained, Explanation, ExplainedConcern, ExplainedTarget, ProviderExplanation } from './explanation.ts'
import { ageText } from './get-table.ts'
import { problemLine } from './plan.ts'
import { planLines } from './plan-tree.ts'
import { BLANK, indentedLine, type Line, line, type Span, type Style, styled, wrapped } from './screen/line.ts'
import { tableLines } from './screen/table.ts'

export function explanationLines({ explanation, concerns }: Pick<Explained, 'explanation' | 'concerns'>, now: Date): readonly Line[] {
  const { verdict } = explanation
  return [
    wrapped('  ', styled(verdict.level, verdict.text)),
    ...nextLines(explanation),
    ...section('Conditions', conditionLines(explanation)),
    ...concerns.flatMap((concern) => concernLines(concern, explanation)),
    ...section('Events', eventLines(explanation, now)),
    ...leftLines(concerns),
  ]
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [BLANK, line(styled('strong', title)), ...lines.map(indentedLine)]
}

function nextLines({ next }: Explanation): readonly Line[] {
  return next.flatMap(({ text, command }) => [
    wrapped('  ', styled('strong', 'Next: '), text),
    ...(command === null ? [] : [line('    ', styled('busy', command))]),
  ])
}

function conditionLines({ conditions, notOurs }: Explanation): readonly Line[] {
  const none = conditions.some(({ type }) => type === READY) || notOurs !== undefined ? [] : [line(`${READY}: not set: no controller manages this Service yet`)]
  const styles: Readonly<Record<string, Style>> = { True: 'good', False: 'bad', Unknown: 'warning' }
  const styleOf = (type: string, status: string): Style => (type.startsWith('fairlead.dev/') ? (styles[status] ?? 'off') : 'warning')
  return [
    ...none,
    ...conditions.map(({ type, status, reason, message }) =>
      wrapped('  ', `${type}: `, styled(styleOf(type, status), reason === type ? status : `${status}, ${reason}`), `: ${message}`),
    ),
  ]
}

function concernLines({ view, request, explained }: ExplainedConcern, { conditions }: Explanation): readonly Line[] {
  const standing = explained.manages ? 'manages this Service' : 'has created nothing for it yet'
  const isSaid = (text: string): boolean => conditions.some(({ message }) => message.includes(text))
  const isLocal = request.kind === 'wanted' && request.desired.settings.externalTrafficPolicy === 'Local'
  const targets = explained.targets ?? []
  const found = explained.stacks.flatMap(({ notes = [] }) => notes).filter((note) => !isSaid(note))
  const problems = request.kind === 'malformed' ? request.problems.filter((problem) => !isSaid(problemText(problem))).map(problemLine) : []
  return section(`Provider ${view.cloud.name}`, [
    line(`${standing}; nodes that may be used: ${explained.nodes}`),
    ...problems,
    ...[...explained.notes, ...found].map((note) => wrapped('  ', `note: ${note}`)),
    ...listenerLines(explained),
    ...(explained.targetsUnknown === undefined ? [] : [wrapped('  ', `health of targets: not known: ${explained.targetsUnknown}`)]),
    ...targetLines(targets),
    ...(isLocal && targets.some(({ state }) => state === 'unhealthy') ? [wrapped('  ', LOCAL_TEXT)] : []),
  ])
}

const STATES = ['healthy', 'initial', 'unhealthy', 'draining'] as const
const STYLES = { healthy: 'good', initial: 'busy', unhealthy: 'bad', draining: 'off' } as const satisfies Record<ExplainedTarget['state'], Style>

/** Health has its columns where it is known. */
function listenerLines({ listeners, targets }: ProviderExplanation): readonly Line[] {
  if (listeners.length === 0) return []
  const rows = listeners.map(({ listener, endpoints, nodePort }): readonly Span[] => [
    listener,
    String(nodePort ?? '-'),
    endpoints === 0 ? styled('warning', '0') : String(endpoints),
    ...(targets === undefined
      ? []
      : STATES.map((state): Span => healthCell(targets.filter((target) => target.listener === listener && target.state === state).length, state))),
  ])
  const titles = ['LISTENER', 'NODE PORT', 'READY ENDPOINTS', ...(targets === undefined ? [] : STATES.map((state) => state.toUpperCase()))]
  return [BLANK, ...tableLines(titles, rows)]
}

function healthCell(count: number, state: ExplainedTarget['state']): Span {
  return count === 0 ? '0' : styled(STYLES[state], String(count))
}

/** A node without a pod answers its check with a failure, so that it gets no traffic (KEP-1669). */
const LOCAL_TEXT = 'With externalTrafficPolicy: Local, nodes without a ready pod are unhealthy on purpose.'

const MOST_TARGETS = 20

/** Those that take no traffic, and why. */
function targetLines(targets: readonly ExplainedTarget[]): readonly Line[] {
  const ill = targets.filter(({ state }) => state === 'unhealthy' || state === 'initial')
  if (ill.length === 0) return []
  const rows = ill
    .slice(0, MOST_TARGETS)
    .map(({ listener, target, state, because }): readonly Span[] => [target, listener, styled(STYLES[state], state), because])
  const more = ill.length > MOST_TARGETS ? [line(`and ${ill.length - MOST_TARGETS} more`)] : []
  return [BLANK, ...tableLines(['TARGET', 'LISTENER', 'HEALTH', 'WHY'], rows), ...more]
}

function eventLines({ events, eventsUnknown }: Explanation, now: Date): readonly Line[] {
  if (eventsUnknown !== undefined) return [wrapped('  ', `not known: ${eventsUnknown}`)]
  return events.map((event) => {
    const { type, reason, count } = event
    const message = firstSentence(event.message)
    const often = count > 1 ? ` (${count} times)` : ''
    return wrapped('  ', styled('faint', sinceText(event, now).padEnd(5)), styled(type === 'Warning' ? 'warning' : 'off', reason), `${often}: ${message}`)
  })
}

function sinceText({ lastAt }: SeenEvent, now: Date): string {
  return lastAt === undefined ? '-' : ageText(now.getTime() - Date.parse(lastAt))
}

function leftLines(concerns: readonly ExplainedConcern[]): readonly Line[] {
  const lines = concerns.flatMap(({ view, previews }) => previews.flatMap((preview) => planLines(preview, `${view.cloud.name}, Stack ${preview.title}`)))
  return section('Left to do', lines)
}
