/** What a command prints on a terminal, as a picture: SVG, in light and dark as the reader has it. Pure. */

/** Of the foreground, by the numbers of ECMA-48's SGR (https://ecma-international.org/publications-and-standards/standards/ecma-48/). */
const CLASSES: Readonly<Record<number, string>> = { 1: 'strong', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan', 90: 'gray' }
const ENDS: ReadonlySet<number> = new Set([0, 22, 39])

export interface Run {
  readonly text: string
  /** Undefined: as text is without a colour. */
  readonly style?: string
}

/** The lines of a text with SGR sequences, without those. */
export function runsOf(output: string): readonly (readonly Run[])[] {
  let style: string | undefined
  const lines = output.replaceAll('\r', '').replace(/\n+$/, '').split('\n')
  return lines.map((line) =>
    line.split(BEGIN).flatMap((part, i): Run[] => {
      const [, codes = '', rest] = (i === 0 ? undefined : /^([0-9;]*)m(.*)$/.exec(part)) ?? []
      for (const code of codes.split(';').map(Number)) if (rest !== undefined) style = ENDS.has(code) ? undefined : (CLASSES[code] ?? style)
      const text = rest ?? part
      return text === '' ? [] : [{ text, ...(style === undefined ? {} : { style }) }]
    }),
  )
}

/** Of a sequence. */
const BEGIN = '\u001B['

const [CELL, LINE, PAD, SIZE] = [8, 19, 16, 13] as const
/** Each pair has a contrast of 4.5 to 1 or more on its ground (WCAG 2.2, 1.4.3). */
const LIGHT = { ground: '#ffffff', text: '#1f2328', red: '#b42318', green: '#1a7f37', yellow: '#8a6100', cyan: '#0b6e8a', gray: '#59636e' }
const DARK = { ground: '#0d1117', text: '#e6edf3', red: '#ff8a80', green: '#56d364', yellow: '#e3b341', cyan: '#6cc7e8', gray: '#9198a1' }

/** `command`: as it is typed. `columns`: of the terminal that printed `output`. */
export function terminalSvg(command: string, output: string, columns: number): string {
  const lines: readonly (readonly Run[])[] = [
    [
      { text: '$ ', style: 'gray' },
      { text: command, style: 'strong' },
    ],
    ...runsOf(output),
  ]
  const [width, height] = [columns * CELL + 2 * PAD, lines.length * LINE + 2 * PAD]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(`What ${command} prints`)}">`,
    `<style>${rulesOf(LIGHT)}.strong{font-weight:600}@media (prefers-color-scheme:dark){${rulesOf(DARK)}}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${SIZE}" class="text">`,
    ...lines.flatMap((runs, i) => lineOf(runs, PAD + (i + 1) * LINE - 5)),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function rulesOf({ ground, text, ...colours }: typeof LIGHT): string {
  return [`.ground{fill:${ground}}`, `.text{fill:${text}}`, ...Object.entries(colours).map(([name, colour]) => `.${name}{fill:${colour}}`)].join('')
}

/** What spaces part stands where its first character has its column, and is as wide as its characters have, whatever font there is. */
function lineOf(runs: readonly Run[], y: number): readonly string[] {
  let column = 0
  return runs.flatMap(({ text, style }) => {
    const from = column
    column += Array.from(text).length
    const colour = style === undefined ? '' : ` class="${style}"`
    return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: part, index }) => {
      const x = PAD + (from + Array.from(text.slice(0, index)).length) * CELL
      return `<text x="${x}" y="${y}" textLength="${Array.from(part).length * CELL}" lengthAdjust="spacingAndGlyphs"${colour}>${escaped(part)}</text>`
    })
  })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
