/** A script for zsh: to be sourced after compinit, or put into a folder of fpath as _fairlead. */
import type { CommandWords, FlagWords, Vocabulary } from './vocabulary.ts'

export function zshScript({ commands }: Vocabulary): string {
  return `#compdef fairlead
# Completion of fairlead for zsh: source <(fairlead completion zsh)
_fairlead() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=$words[2]
  local -a said=("\${(@)words[2,CURRENT-1]}")
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
_fairlead_services() {
  local -a found
  found=(\${(f)"$(fairlead complete -- $said 2>/dev/null)"})
  compadd -a found
}
if [[ $funcstack[1] == _fairlead ]]; then
  _fairlead "$@"
elif (( $+functions[compdef] )); then
  compdef _fairlead fairlead
fi
`
}

function commandCase({ name, flags, argument }: CommandWords): string {
  const rest = argument === 'service' ? [quoted('*:Service:_fairlead_services')] : argument.length === 0 ? [] : [quoted(`1:word:(${argument.join(' ')})`)]
  return `    ${name})
      _arguments -s \\
${[...flags.map(flagSpec), ...rest].map((spec) => `        ${spec}`).join(' \\\n')}
      ;;`
}

/** The flag may stand several times: `'*'{-o,--output}'[doc]:value:(text json)'`. */
function flagSpec({ names, doc, takes }: FlagWords): string {
  const described = `[${doc.replaceAll(/[\\[\]:]/g, String.raw`\$&`)}]`
  const value = takes === 'nothing' ? '' : takes === 'file' ? ':file:_files' : takes === 'text' ? ':value: ' : `:value:(${takes.join(' ')})`
  const [first = ''] = names
  return names.length === 1 ? quoted(`*${first}${described}${value}`) : `'*'{${names.join(',')}}${quoted(`${described}${value}`)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
