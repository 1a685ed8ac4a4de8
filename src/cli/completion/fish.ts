/** A script for fish. */
import type { CommandWords, FlagWords, Vocabulary } from './vocabulary.ts'

export function fishScript({ commands }: Vocabulary): string {
  const names = commands.map(({ name, summary }) => `complete -c fairlead -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`)
  return `# Completion of fairlead for fish: fairlead completion fish | source
complete -c fairlead -f
${names.join('\n')}
${commands.flatMap(commandLines).join('\n')}
`
}

function commandLines({ name, flags, argument }: CommandWords): readonly string[] {
  const begin = `complete -c fairlead -n '__fish_seen_subcommand_from ${name}'`
  const words = argument === 'service' ? '(fairlead complete -- (commandline -opc)[2..-1] 2>/dev/null)' : argument.join(' ')
  return [...flags.map((flag) => `${begin}${flagText(flag)}`), ...(words === '' ? [] : [`${begin} -a ${quoted(words)}`])]
}

function flagText({ names, doc, takes }: FlagWords): string {
  const called = names.map((name) => (name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join('')
  const value = takes === 'nothing' ? '' : takes === 'file' ? ' -r -F' : takes === 'text' ? ' -x' : ` -x -a ${quoted(takes.join(' '))}`
  return `${called}${value} -d ${quoted(doc)}`
}

/** In single quotes fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
