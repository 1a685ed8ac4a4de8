/** What a shell can complete: commands, their flags and what those take, from the pages of the commands and the table of settings. */
import { type Command, SETTINGS, type Setting } from '../../config.ts'
import { valuesOf } from '../../model/setting.ts'
import { PAGES } from '../program.ts'

export interface Vocabulary {
  readonly commands: readonly CommandWords[]
}

export interface CommandWords {
  readonly name: string
  readonly summary: string
  readonly flags: readonly FlagWords[]
  /** Names of Services, one of these words, or nothing that is known. */
  readonly argument: 'service' | readonly string[]
}

export interface FlagWords {
  /** With their dashes: `-o`, `--output`. */
  readonly names: readonly string[]
  readonly doc: string
  /** No value at all, a file, one of these words, or something that is not known. */
  readonly takes: 'nothing' | 'file' | 'text' | readonly string[]
}

/** `providers`: the names of all there are. */
export function vocabularyOf(providers: readonly string[]): Vocabulary {
  const shown = (Object.keys(PAGES) as Command[]).filter((name) => PAGES[name].isHidden !== true)
  return { commands: shown.map((name) => commandWords(name, providers)) }
}

const OF_EVERY_COMMAND: readonly FlagWords[] = [
  { names: ['--config'], doc: 'settings from a YAML file', takes: 'file' },
  { names: ['-h', '--help'], doc: 'display help for command', takes: 'nothing' },
]

function commandWords(name: Command, providers: readonly string[]): CommandWords {
  const { summary, argument = '' } = PAGES[name]
  const own = Object.entries(SETTINGS).flatMap(([setting, definition]) =>
    definition.commands.includes(name) ? [flagWords(setting, definition, name, providers)] : [],
  )
  return { name, summary, flags: [...own, ...OF_EVERY_COMMAND], argument: argumentWords(argument, providers) }
}

function argumentWords(argument: string, providers: readonly string[]): CommandWords['argument'] {
  if (argument.includes('NAMESPACE/NAME')) return 'service'
  if (argument === 'PROVIDER') return providers
  return argument.includes('|') ? argument.split('|') : []
}

// oxlint-disable-next-line max-params -- a row of the table, and what it is read for
function flagWords(name: string, setting: Setting<unknown>, command: Command, providers: readonly string[]): FlagWords {
  const { short, off, doc, argument } = setting
  const long = off === undefined ? `--${name}` : `--no-${name}`
  const names = short === undefined ? [long] : [`-${short}`, long]
  if (argument === undefined) return { names, doc: off ?? doc, takes: 'nothing' }
  return { names, doc, takes: argument === 'FILE' ? 'file' : argument === 'PROVIDER' ? providers : (valuesOf(setting, command) ?? 'text') }
}
