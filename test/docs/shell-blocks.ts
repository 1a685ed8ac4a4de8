/** The shell commands of a page, as its reader would copy them: from fenced blocks of `sh`, and from indented ones. Blocks with `$` before commands show what is printed. */
export interface ShellBlock {
  /** Of the first line, from 1. */
  readonly line: number
  readonly commands: readonly ShellCommand[]
}

export interface ShellCommand {
  /** Whole: with continuations, loops and here-documents. */
  readonly text: string
  /** What the page says is printed; absent: it does not show it. */
  readonly printed?: readonly string[]
}

/** `isWhole`: whether the shell takes a text for finished. */
export function shellBlocks(page: string, isWhole: (text: string) => boolean): readonly ShellBlock[] {
  return textBlocks(page).map(({ line, lines }) => ({ line, commands: lines.some((one) => one.startsWith('$ ')) ? shown(lines) : commandsOf(lines, isWhole) }))
}

interface TextBlock {
  readonly line: number
  readonly lines: readonly string[]
}

function textBlocks(page: string): readonly TextBlock[] {
  const lines = page.split('\n')
  const blocks: TextBlock[] = []
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\w*)$/.exec(lines[i] ?? '')
    if (fence !== null) {
      const end = lines.indexOf('```', i + 1)
      const content = lines.slice(i + 1, end)
      if (fence[1] === 'sh' || (fence[1] === '' && content.some((one) => one.startsWith('$ ')))) blocks.push({ line: i + 2, lines: content })
      i = end
    } else if (isIndented(lines[i]) && (lines[i - 1] ?? '') === '') {
      const begin = i
      while (isIndented(lines[i + 1])) i++
      const content = lines.slice(begin, i + 1)
      const indent = Math.min(...content.map((one) => /^ */.exec(one)?.[0].length ?? 0))
      blocks.push({ line: begin + 1, lines: content.map((one) => one.slice(indent)) })
    }
  }
  return blocks
}

function isIndented(line: string | undefined): boolean {
  return line !== undefined && /^ {4,}\S/.test(line)
}

function shown(lines: readonly string[]): readonly ShellCommand[] {
  const commands: { text: string; printed: string[] }[] = []
  for (const line of lines) {
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), printed: [] })
    else commands.at(-1)?.printed.push(line)
  }
  return commands
}

function commandsOf(lines: readonly string[], isWhole: (text: string) => boolean): readonly ShellCommand[] {
  const commands: ShellCommand[] = []
  let open: string[] = []
  for (const line of lines) {
    open.push(line)
    const text = open.join('\n')
    if (line.endsWith('\\') || !isWhole(text)) continue
    if (text.trim() !== '') commands.push({ text })
    open = []
  }
  if (open.length > 0) commands.push({ text: open.join('\n') })
  return commands
}
