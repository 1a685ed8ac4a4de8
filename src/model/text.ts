/** Texts that others wrote, made fit for a message, a log or a terminal: bounded, on one line, and without characters that act instead of showing. */

/** Of a value in a message. */
export const LONGEST_SHOWN = 128

/** Controls (ANSI sequences begin with one), format characters (bidirectional overrides, zero width), line separators, and halves of surrogate pairs. */
const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu
const ACTING_ON_A_LINE = /[^\n\P{Cc}]|[\p{Cf}\p{Cs}\u2028\u2029]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

/** The text on one line; what would act on a terminal stands there as its escape, such as `\u001b`. */
export function escaped(text: string): string {
  return text.replaceAll(ACTING, escapeOf)
}

/** As `escaped`, and line feeds stay. For text of several lines that are our own. */
export function escapedLines(text: string): string {
  return text.replaceAll(ACTING_ON_A_LINE, escapeOf)
}

/** By UTF-16 units, as JSON and JavaScript write them: within a string of JSON it stays the same text. */
function escapeOf(character: string): string {
  return (
    SHORT[character] ??
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('')
  )
}

export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** At most `longest` characters of the text, escaped; three dots say that there is more. */
export function excerpt(text: string, longest = LONGEST_SHOWN): string {
  return escaped(cut(text, longest))
}

/** An excerpt in quotation marks, as JSON writes it: a value in a message. */
export function quoted(text: string): string {
  return escaped(JSON.stringify(cut(text, LONGEST_SHOWN)))
}

/** No character is cut in two; only the beginning is read, so that the length does not matter. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text
  const characters = Array.from(text.slice(0, 2 * longest + 2))
  return characters.length <= longest ? text : `${characters.slice(0, longest).join('')}...`
}
