/** The command line: which commands there are, what their flags are (from the table of settings), and what their exit codes mean. */
import { Command, Option } from 'commander'
import {
  type Command as CommandName,
  type PublishedSettings,
  readSettings,
  readSettingsFile,
  SETTINGS,
  type Setting,
  SettingError,
  type Settings,
} from '../config.ts'
import { valuesOf } from '../model/setting.ts'
import { escapedLines } from '../model/text.ts'
import type { Line } from './screen/line.ts'
import { PLAIN, rendered, type Screen } from './screen/render.ts'

/** What a command works with: everything outside it is handed in. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly isTerminal: boolean
  /** What `out` writes to; absent: a file or a pipe. */
  readonly screen?: Screen
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
}

export interface CommandTerminal extends Terminal {
  /** Writes text of a command's own with what others wrote in it: escaped, and with colours where there are some. */
  readonly show: (lines: readonly Line[]) => void
}

/** Answers the exit code: 0 done, 1 it failed, 2 asked for in a wrong way. */
export type CommandBody = (settings: Settings, terminal: CommandTerminal, names: readonly string[], settingsOver: SettingsOver) => Promise<number>

/** The settings of the command again, with those of a running controller in the place of defaults. Throws a SettingError. */
export type SettingsOver = (published: PublishedSettings) => Settings

interface CommandPage {
  readonly summary: string
  /** After the command's name: `[NAMESPACE/NAME]`. */
  readonly argument?: string
  /** Beside those of the providers. */
  readonly examples: readonly string[]
  /** What the help says of exit codes, where they are not those of every command. */
  readonly exitCodes?: string
  /** Asked for by scripts alone. */
  readonly isHidden?: true
}

/** Of each command: what the help and the completion of shells say. */
export const PAGES: Readonly<Record<CommandName, CommandPage>> = {
  playground: {
    summary: 'start a small cluster on this machine, with load balancers that work, and try things on it',
    examples: ['fairlead playground'],
  },
  run: {
    summary: 'serve the Services of a cluster',
    examples: ['fairlead run --dry-run'],
  },
  get: {
    summary: 'list the Services with their addresses, backends and states; asks the cluster alone, and no cloud',
    argument: '[NAMESPACE/NAME]',
    examples: ['fairlead get', 'fairlead get -A', 'fairlead get -n shop -o wide', 'fairlead get shop/web --watch', 'fairlead get -A -o json'],
    exitCodes:
      '0 when the list is printed, also an empty one; 1 when the Service that is named is not there or not ours, or the cluster cannot be read; 2 for wrong usage.',
  },
  plan: {
    summary: 'show what would be changed for a Service, step by step, and change nothing',
    argument: '[NAMESPACE/NAME]',
    exitCodes: '0 when it can be carried out; 1 when a Service is refused, or cannot be planned; 2 for wrong usage.',
    examples: ['fairlead plan -f service.yaml', 'fairlead plan shop/web', 'kubectl get svc web -o yaml | fairlead plan -f -'],
  },
  explain: {
    summary: 'say why a Service is, or is not, ready, and what to do next',
    argument: 'NAMESPACE/NAME',
    examples: ['fairlead explain shop/web', 'fairlead explain shop/web -o json'],
    exitCodes:
      '0 when the state of the Service is known, whatever it is; 1 when there is no such Service, or it is managed with settings that are not known here; 2 for wrong usage.',
  },
  orphans: {
    summary: 'list load balancers whose Services do not exist, and have them deleted',
    argument: '[NAMESPACE/NAME|UID...]',
    examples: ['fairlead orphans', 'fairlead orphans -o json', 'fairlead orphans --delete shop/web', 'fairlead orphans --delete'],
  },
  translate: {
    summary: 'translate the annotations of another cloud or controller; prints the Services and writes nothing',
    argument: '[NAMESPACE/NAME...]',
    examples: ['fairlead translate -f service.yaml', 'fairlead translate -A -o diff', 'kubectl get svc web -o yaml | fairlead translate -f - --from auto'],
  },
  release: {
    summary: 'let go of Services, so that Fairlead can be uninstalled or another controller takes over',
    argument: '[NAMESPACE/NAME...]',
    examples: ['fairlead release --all', 'fairlead release --all --yes', 'fairlead release --keep-balancers --yes shop/web'],
  },
  'stand-down': {
    summary: "end the controller's Pods and wait until the Lease is released; the chart runs it before an uninstall",
    argument: 'DEPLOYMENT',
    examples: ['fairlead stand-down fairlead --lease-namespace fairlead-system'],
  },
  policy: {
    summary: 'check a policy file, and print it as admission policies of Kubernetes',
    examples: ['fairlead policy --policy-file policy.yaml'],
  },
  permissions: {
    summary: 'print what a provider has to be allowed in its cloud',
    argument: 'PROVIDER',
    examples: [],
  },
  completion: {
    summary: 'print a script that completes commands, flags and names of Services in a shell',
    argument: 'bash|zsh|fish',
    examples: ['source <(fairlead completion bash)', 'source <(fairlead completion zsh)', 'fairlead completion fish | source'],
  },
  complete: {
    summary: 'print the Services that may be meant, for the scripts of completion',
    argument: '[WORD...]',
    examples: ['fairlead complete -- get --context prod'],
    isHidden: true,
  },
}

export type Bodies = Readonly<Record<CommandName, CommandBody>>

export interface ProgramFacts {
  readonly version: string
  /** Lines of the help that are about one provider. */
  readonly examples?: Partial<Readonly<Record<CommandName, readonly string[]>>>
}

/** Runs the command that `args` names (without the program's own name) and answers the exit code. */
export async function runProgram(args: readonly string[], bodies: Bodies, terminal: Terminal, { version, examples = {} }: ProgramFacts): Promise<number> {
  let exitCode = 0
  const shown = escaping(terminal)
  const program = new Command('fairlead')
    .description('Gives every Kubernetes Service of type LoadBalancer a load balancer.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: shown.err })
    .showHelpAfterError('(--help shows what there is)')
  for (const [name, own] of Object.entries(PAGES) as [CommandName, CommandPage][]) {
    const page = { ...own, examples: [...own.examples, ...(examples[name] ?? [])] }
    const command = commandOf(program, name, page, async (flags, names) => {
      const settings = settingsReader(name, flags, terminal)
      exitCode = await bodies[name](settings(), PRINTS_DOCUMENTS.has(name) ? { ...shown, out: terminal.out, err: terminal.err } : shown, names, settings)
    })
    program.addCommand(command, { hidden: own.isHidden === true })
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    return exitCodeOf(error, shown)
  }
}

/** What these print is for other programs, and made from files and flags of the operator, or escaped already. */
const PRINTS_DOCUMENTS: ReadonlySet<CommandName> = new Set(['policy', 'permissions', 'completion', 'translate'])

/** Whatever a cluster or a cloud answered, nothing of it acts on the terminal. */
function escaping(terminal: Terminal): CommandTerminal {
  return {
    ...terminal,
    out: (text) => terminal.out(escapedLines(text)),
    err: (text) => terminal.err(escapedLines(text)),
    show: (lines) => terminal.out(rendered(lines, terminal.screen ?? PLAIN)),
  }
}

type Flags = Readonly<Record<string, string | readonly string[] | boolean | undefined>>

function commandOf(program: Command, name: CommandName, page: CommandPage, action: (flags: Flags, names: readonly string[]) => Promise<void>): Command {
  const command = new Command(name)
    .copyInheritedSettings(program)
    .summary(page.summary)
    .description(`${page.summary[0]?.toUpperCase()}${page.summary.slice(1)}.`)
    .exitOverride()
  if (page.argument !== undefined) command.argument(page.argument)
  for (const [setting, definition] of Object.entries<Setting<unknown>>(SETTINGS)) {
    if (definition.commands.includes(name)) for (const option of optionsOf(setting, definition, name)) command.addOption(option)
  }
  command.option('--config <FILE>', 'settings from a YAML file; overridden by flags and environment variables')
  command.addHelpText(
    'after',
    `\nExamples:\n${page.examples.map((example) => `  ${example}`).join('\n')}\n\n${page.exitCodes === undefined ? '' : `Exit codes: ${page.exitCodes}\n\n`}Every setting also has an environment variable: FAIRLEAD_ and its name, in capitals.`,
  )
  command.action(() => action(flagsOf(command), command.args))
  return command
}

function optionsOf(name: string, setting: Setting<unknown>, command: CommandName): Option[] {
  const { repeatable, doc, off, short, fallback, fallbackText } = setting
  const argument = valuesOf(setting, command)?.join('|') ?? setting.argument
  const shown =
    fallbackText ?? (fallback === undefined || fallback === false || (Array.isArray(fallback) && fallback.length === 0) ? undefined : JSON.stringify(fallback))
  const described = shown === undefined ? doc : `${doc} (default: ${shown})`
  // Both can be said, because a file or a variable may have said the other; help shows the one that changes something.
  if (argument === undefined)
    return [
      new Option(`${short === undefined ? '' : `-${short}, `}--${name}`, doc).hideHelp(off !== undefined),
      new Option(`--no-${name}`, off ?? '').hideHelp(off === undefined),
    ]
  const option = new Option(`${short === undefined ? '' : `-${short}, `}--${name} <${argument}>`, described)
  return [repeatable ? option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]) : option]
}

/** What was really said on the command line, by the settings' own names. */
function flagsOf(command: Command): Flags {
  const said = command.options.flatMap((option) => {
    const key = option.attributeName()
    return command.getOptionValueSource(key) === 'cli' ? [[option.name().replace(/^no-/, ''), command.getOptionValue(key)] as const] : []
  })
  return Object.fromEntries(said)
}

function settingsReader(command: CommandName, { config, ...flags }: Flags, { environment }: Terminal): (published?: PublishedSettings) => Settings {
  const [where, path] = typeof config === 'string' ? ['--config', config] : ['FAIRLEAD_CONFIG', environment['FAIRLEAD_CONFIG'] ?? '']
  const sources = { flags, environment, ...(path === '' ? {} : { file: readSettingsFile(path, where) }) }
  return (published) => readSettings(command, published === undefined ? sources : { ...sources, published })
}

/** Commander has printed its own errors already. */
function exitCodeOf(error: unknown, { err }: Terminal): number {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? 0 : 2
  }
  err(`fairlead: ${error instanceof Error ? error.message : String(error)}\n`)
  return error instanceof SettingError ? 2 : 1
}
