/** What an edit leaves alone stays as it was written: a printer of YAML indents, spaces and quotes in a way of its own. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { type Document, parseDocument } from 'yaml'
import { escapedLines } from '../../model/text.ts'
import { editsOf } from '../unified-diff.ts'

export interface Edited {
  /** As it was read. */
  readonly written: string
  /** The same, as the printer has it. */
  readonly before: string
  /** The edited document, as the printer has it. */
  readonly after: string
  readonly document: Document
}

/** The edited text with the lines of the written one, where each of those is a line of the printer's; else as the printer has it. */
export function withOwnLines({ written, before, after, document }: Edited): string {
  const { lines: own, rest } = withBlanks(written)
  // What acts on a terminal is printed as its escape.
  if (own.length !== withoutBlanks(before).length || escapedLines(written) !== written) return after
  let i = 0
  const lines = editsOf(withoutBlanks(before), withoutBlanks(after)).flatMap(({ mark, text }) => {
    if (mark === '+') return [`${text}\n`]
    const line = own[i++] ?? ''
    return mark === ' ' ? [line] : []
  })
  const text = [...lines, rest].join('')
  return isSame(text, document) ? text : after
}

function withoutBlanks(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

/** Each line with the blank lines before it, of which a printer keeps one at the most; and the blank lines at the end. */
function withBlanks(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines: string[] = []
  let rest = ''
  for (const line of text.split(/(?<=\n)/)) {
    rest += line
    if (line.trim() === '') continue
    lines.push(rest)
    rest = ''
  }
  return { lines, rest }
}

/** Lines of two indentations may mean something else together. */
function isSame(text: string, document: Document): boolean {
  const read = parseDocument(text, { prettyErrors: false, merge: true })
  return read.errors.length === 0 && isDeepStrictEqual(read.toJS(), document.toJS())
}
