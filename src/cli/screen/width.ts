/** How many columns of a terminal a text takes. */

/** Twice as wide as a letter: East Asian scripts and full-width forms (Unicode UAX 11, W and F), and pictographs. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18AFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u
/** Also what trees are drawn with. To find where other characters end takes the tables of Unicode, which take 15 ms to load. */
const PLAIN = /^[ -~\u2500-\u257F]*$/
let segmenter: Intl.Segmenter | undefined

/** Of text without characters that act, as `escaped` makes it. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const segment of graphemesOf(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** At most so many columns of it; three dots say that there is more. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let cut = ''
  let width = 0
  for (const segment of graphemesOf(text)) {
    width += widthOf(segment)
    if (width > columns - 3) break
    cut += segment
  }
  return `${cut}...`
}

/** What a person sees as one character. */
function* graphemesOf(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  for (const { segment } of segmenter.segment(text)) yield segment
}
