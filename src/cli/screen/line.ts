/** Text for a terminal as data: pieces with a style. Whatever others wrote is escaped where lines become text, so a style is all that acts on a terminal. */
import type { Level } from '../../overview/service-state.ts'

export type Style = Level | 'strong' | 'faint'

export type Span = string | { readonly text: string; readonly style: Style }

export interface Line {
  readonly spans: readonly Span[]
  /** What the lines begin with that follow where this one is wrapped; absent: it is never wrapped, as a command that people copy. */
  readonly hang?: string
}

export function line(...spans: readonly Span[]): Line {
  return { spans }
}

/** A line that is wrapped at the width of the terminal; the lines that follow begin with `hang`. */
export function wrapped(hang: string, ...spans: readonly Span[]): Line {
  return { spans, hang }
}

export function styled(style: Style, text: string): Span {
  return { text, style }
}

export function textOf(span: Span): string {
  return typeof span === 'string' ? span : span.text
}

/** With two columns more before it. */
export function indentedLine(one: Line): Line {
  return one.spans.length === 0 ? BLANK : prefixed(one, '  ')
}

/** With `first` before it, and with `rest` before the lines that follow where it is wrapped. */
export function prefixed({ spans, hang }: Line, first: string, rest = first): Line {
  return { spans: [first, ...spans], ...(hang === undefined ? {} : { hang: `${rest}${hang}` }) }
}

export const BLANK: Line = { spans: [] }
