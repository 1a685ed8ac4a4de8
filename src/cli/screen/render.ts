/** Lines as text: escaped, wrapped, and with colours where the terminal has them. */
import { styleText } from 'node:util'
import { escaped } from '../../model/text.ts'
import { type Line, type Span, type Style, textOf } from './line.ts'
import { widthOf } from './width.ts'

export interface Screen {
  readonly hasColour: boolean
  /** Absent: it is no terminal, and nothing is wrapped. */
  readonly columns?: number
}

/** What is printed to a file or a pipe. */
export const PLAIN: Screen = { hasColour: false }

const FORMATS = {
  good: 'green',
  busy: 'cyan',
  off: 'gray',
  warning: 'yellow',
  bad: 'red',
  strong: 'bold',
  faint: 'gray',
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>

/** Each line ends with a line feed. */
export function rendered(lines: readonly Line[], screen: Screen): string {
  return lines.flatMap((one) => wrap(one, screen.columns)).reduce((text, spans) => `${text}${spans.map((span) => spanText(span, screen)).join('')}\n`, '')
}

function spanText(span: Span, { hasColour }: Screen): string {
  const text = escaped(textOf(span))
  return typeof span === 'string' || !hasColour || text === '' ? text : styleText(FORMATS[span.style], text, { validateStream: false })
}

/** A terminal this narrow is not worth wrapping for. */
const LEAST_COLUMNS = 40

/** Breaks at spaces; a word that is longer than a line stays whole. */
function wrap({ spans, hang }: Line, columns: number | undefined): readonly (readonly Span[])[] {
  if (hang === undefined || columns === undefined || columns < LEAST_COLUMNS) return [spans]
  if (spans.reduce((sum, span) => sum + widthOf(escaped(textOf(span))), 0) <= columns) return [spans]
  const lines: Span[][] = [[]]
  const begin = widthOf(hang)
  let used = 0
  for (const word of wordsOf(spans)) {
    const width = widthOf(textOf(word).trimEnd())
    if (used > begin && used + width > columns) {
      lines.push([hang])
      used = begin
    }
    lines.at(-1)?.push(word)
    used += widthOf(textOf(word))
  }
  return lines.map(withoutSpaceAtEnd)
}

/** Each with the spaces behind it. */
function wordsOf(spans: readonly Span[]): readonly Span[] {
  return spans.flatMap((span): Span[] => {
    const words = escaped(textOf(span)).match(/^ +|[^ ]+ */g) ?? []
    return words.map((text) => (typeof span === 'string' ? text : { text, style: span.style }))
  })
}

function withoutSpaceAtEnd(spans: readonly Span[]): readonly Span[] {
  const last = spans.at(-1)
  if (last === undefined) return spans
  const text = textOf(last).trimEnd()
  return [...spans.slice(0, -1), typeof last === 'string' ? text : { ...last, text }]
}
