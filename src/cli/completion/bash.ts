/** A script for bash. It needs nothing but bash itself. */
import type { CommandWords, FlagWords, Vocabulary } from './vocabulary.ts'

export function bashScript({ commands }: Vocabulary): string {
  return `# Completion of fairlead for bash: source <(fairlead completion bash)
_fairlead() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} word
  COMPREPLY=()
  # Bash takes --flag=value for three words.
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$cur"))
    return
  fi
  case "$command $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${commands.map(flagCase).join('\n')}
    esac
    return
  fi
  case "$command" in
${commands.flatMap(argumentCases).join('\n')}
  esac
}
# The program may have been started under another name or path: that one is asked.
_fairlead_services() {
  local word
  while IFS= read -r word; do
    [[ $word == "$2"* ]] && COMPREPLY+=("$word")
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}
complete -o default -F _fairlead fairlead
`
}

function valueCases({ name, flags }: CommandWords): readonly string[] {
  const cases = (isMeant: (flag: FlagWords) => boolean): string =>
    flags
      .flatMap((flag) => (isMeant(flag) ? flag.names : []))
      .map((flag) => `'${name} ${flag}'`)
      .join('|')
  const listed = flags.flatMap(({ names, takes }) =>
    typeof takes === 'string' ? [] : [`    ${names.map((flag) => `'${name} ${flag}'`).join('|')}) ${wordsFrom(takes)} return ;;`],
  )
  const others = [
    [cases(({ takes }) => takes === 'file'), 'COMPREPLY=($(compgen -f -- "$cur")); return ;;'],
    [cases(({ takes }) => takes === 'text'), 'return ;;'],
  ].flatMap(([pattern = '', body = '']) => (pattern === '' ? [] : [`    ${pattern}) ${body}`]))
  return [...listed, ...others]
}

function flagCase({ name, flags }: CommandWords): string {
  return `      ${name}) ${wordsFrom(flags.flatMap(({ names }) => names))} ;;`
}

function argumentCases({ name, argument }: CommandWords): readonly string[] {
  if (argument === 'service') return [`    ${name}) _fairlead_services "$1" "$cur" ;;`]
  return argument.length === 0 ? [] : [`    ${name}) ${wordsFrom(argument)} ;;`]
}

function wordsFrom(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur"));`
}
