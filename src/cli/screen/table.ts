/** Tables as kubectl prints them: aligned columns, no frame. */
import { escaped } from '../../model/text.ts'
import { type Line, type Span, styled, textOf } from './line.ts'
import { cutTo, widthOf } from './width.ts'

export interface TableOptions {
  /** Of the terminal: the last column is cut to fit. Absent: it is whole. */
  readonly columns?: number
  /** Widths that columns have at least, such as those of a table that this one goes on with. */
  readonly least?: readonly number[]
  /** Without the line of titles. */
  readonly isContinued?: boolean
}

const GAP = 3
const LEAST_LAST = 20

export function tableLines(titles: readonly string[], rows: readonly (readonly Span[])[], options: TableOptions = {}): readonly Line[] {
  const widths = columnWidths(titles, rows, options.least)
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, 0)
  const last = options.columns === undefined ? undefined : Math.max(LEAST_LAST, options.columns - before)
  const body = rows.map((row) => rowLine(row, widths, last))
  const heads = titles.map((title) => styled('strong', title))
  return options.isContinued === true ? body : [rowLine(heads, widths, last), ...body]
}

/** The last column has none: nothing stands behind it. */
export function columnWidths(titles: readonly string[], rows: readonly (readonly Span[])[], least: readonly number[] = []): readonly number[] {
  return titles.map((title, i) => rows.reduce((most, row) => Math.max(most, widthOf(escaped(textOf(row[i] ?? '')))), Math.max(title.length, least[i] ?? 0)))
}

/** Spaces are spans of their own, so that no style reaches over them, and none stand at the end. */
function rowLine(cells: readonly Span[], widths: readonly number[], last: number | undefined): Line {
  const end = cells.findLastIndex((cell) => textOf(cell) !== '')
  const spans = cells.slice(0, end + 1).flatMap((cell, i): Span[] => {
    const text = escaped(textOf(cell))
    const shown = i === widths.length - 1 && last !== undefined ? cutTo(text, last) : text
    const span = typeof cell === 'string' ? shown : { ...cell, text: shown }
    return i === end ? [span] : [span, ' '.repeat((widths[i] ?? 0) - widthOf(text) + GAP)]
  })
  return { spans }
}
