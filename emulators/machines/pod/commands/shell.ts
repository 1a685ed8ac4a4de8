/** The words of one simple command, as a POSIX shell takes them apart: quotes and `$NAME`, and nothing that joins commands, reads files or makes other words. Pure. */
import { CommandFailure } from './command.ts'

/** One piece of a word: quoted, a variable, an escaped character, or plain ones. What matches none of it is refused. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))|\\([^\n])|([^\s'"$\\;|&<>()`*?[\]{}~!]+)/y
const SPACE = /\s+|$/y
const MOST_CHARACTERS = 1_048_576

/** An unquoted value of a variable stays one word, and is none where it is empty. Throws a CommandFailure for what takes a whole shell. */
export function wordsOf(text: string, environment: ReadonlyMap<string, string>): readonly string[] {
  const words: string[] = []
  const line = text.trim()
  let length = 0
  for (let at = 0; at < line.length;) {
    let [word, isQuoted] = ['', false]
    while (at < line.length && !/\s/.test(line.charAt(at))) {
      const piece = matchAt(PIECE, line, at)
      if (piece === undefined) throw refused(line.slice(at))
      isQuoted ||= piece[1] !== undefined || piece[2] !== undefined
      word += textOf(piece, environment)
      at += piece[0].length
      if (length + word.length > MOST_CHARACTERS) throw tooLong()
    }
    if (word !== '' || isQuoted) words.push(word)
    length += word.length
    const space = matchAt(SPACE, line, at)?.[0] ?? ''
    if (space.includes('\n')) throw refused('a second line')
    at += space.length
  }
  return words
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function textOf([, single, double, braced, named, escaped, plain]: RegExpExecArray, environment: ReadonlyMap<string, string>): string {
  const name = braced ?? named
  if (name !== undefined) return environment.get(name) ?? ''
  return single ?? (double === undefined ? undefined : insideQuotes(double, environment)) ?? escaped ?? plain ?? ''
}

const IN_QUOTES = /\\([\\"$`\n])|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))|([$`])/g

/** In double quotes variables are replaced, and a backslash escapes what would be special. */
function insideQuotes(text: string, environment: ReadonlyMap<string, string>): string {
  let length = text.length
  return text.replaceAll(IN_QUOTES, (whole: string, escaped?: string, braced?: string, named?: string) => {
    if (escaped !== undefined) return escaped === '\n' ? '' : escaped
    const name = braced ?? named
    if (name === undefined) throw refused(whole)
    const value = environment.get(name) ?? ''
    length += value.length
    if (length > MOST_CHARACTERS) throw tooLong()
    return value
  })
}

function tooLong(): CommandFailure {
  return new CommandFailure(2, `sh: the command is longer than ${MOST_CHARACTERS} characters`)
}

function refused(rest: string): CommandFailure {
  const shown = rest.length > 20 ? `${rest.slice(0, 20)}...` : rest
  return new CommandFailure(2, `sh: ${JSON.stringify(shown)}: the playground has no whole shell; allowed is one command with its words, quotes and $NAME`)
}
