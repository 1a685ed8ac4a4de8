/** The command line: which commands there are, what their flags are (from the table of settings), and what their exit codes mean. */
import { Command, Option } from 'commander'
import { type Command as CommandName, readSettings, readSettingsFile, SETTINGS, type Setting, SettingError, type Settings } from '../config.ts'

/** What a command works with: everything outside it is handed in. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly isTerminal: boolean
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
}

/** Answers the exit code: 0 done, 1 it failed, 2 asked for in a wrong way. */
export type CommandBody = (settings: Settings, terminal: Terminal, names: readonly string[]) => Promise<number>

interface CommandPage {
  readonly summary: string
  /** After the command's name: `[NAMESPACE/NAME]`. */
  readonly argument?: string
  readonly examples: readonly string[]
}

const PAGES: Readonly<Record<CommandName, CommandPage>> = {
  playground: {
    summary: 'start a small cluster on this machine, with load balancers that work, and try things on it',
    examples: [
      'fairlead playground',
      'fairlead playground --cloud aws',
      'fairlead playground --kubeconfig-out /tmp/kubeconfig --address-pool 127.0.20.0/24',
      'fairlead playground --port-offset 8000',
    ],
  },
  run: {
    summary: 'serve the Services of a cluster',
    examples: [
      'fairlead run --kubeconfig ~/.kube/config --default-class local',
      'fairlead run --address-pool 127.0.10.0/24 --network-map 10.244.0.0/16=127.244.0.0/16',
      'fairlead run --dry-run',
    ],
  },
  plan: {
    summary: 'show what would be changed for a Service, step by step, and change nothing',
    argument: '[NAMESPACE/NAME]',
    examples: ['fairlead plan -f service.yaml', 'fairlead plan shop/web', 'kubectl get svc web -o yaml | fairlead plan -f -'],
  },
  explain: {
    summary: 'say why a Service is, or is not, ready, and what to do next',
    argument: 'NAMESPACE/NAME',
    examples: ['fairlead explain shop/web'],
  },
  permissions: {
    summary: 'print what a provider has to be allowed in its cloud',
    argument: 'PROVIDER',
    examples: [
      'fairlead permissions aws > policy.json',
      "fairlead permissions aws --cluster-id $(kubectl get namespace kube-system -o jsonpath='{.metadata.uid}')",
      'fairlead permissions aws --without tls,capacity --with adopt',
    ],
  },
}

export type Bodies = Readonly<Record<CommandName, CommandBody>>

/** Runs the command that `args` names (without the program's own name) and answers the exit code. */
export async function runProgram(args: readonly string[], bodies: Bodies, terminal: Terminal, version: string): Promise<number> {
  let exitCode = 0
  const program = new Command('fairlead')
    .description('Gives every Kubernetes Service of type LoadBalancer a load balancer.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('(--help shows what there is)')
  for (const [name, page] of Object.entries(PAGES) as [CommandName, CommandPage][]) {
    program.addCommand(
      commandOf(program, name, page, async (flags, names) => {
        exitCode = await bodies[name](settingsOf(name, flags, terminal), terminal, names)
      }),
    )
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    return exitCodeOf(error, terminal)
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
    if (definition.commands.includes(name)) for (const option of optionsOf(setting, definition)) command.addOption(option)
  }
  command.option('--config <FILE>', 'settings from a YAML file; flags and environment go before it')
  command.addHelpText(
    'after',
    `\nExamples:\n${page.examples.map((example) => `  ${example}`).join('\n')}\n\nEvery setting also has an environment variable: FAIRLEAD_ and its name, in capitals.`,
  )
  command.action(() => action(flagsOf(command), command.args))
  return command
}

function optionsOf(name: string, { argument, repeatable, doc, off, fallback, fallbackText }: Setting<unknown>): Option[] {
  const told =
    fallbackText ?? (fallback === undefined || fallback === false || (Array.isArray(fallback) && fallback.length === 0) ? undefined : JSON.stringify(fallback))
  const described = told === undefined ? doc : `${doc} (default: ${told})`
  // Both can be said, because a file or a variable may have said the other; help shows the one that changes something.
  if (argument === undefined)
    return [new Option(`--${name}`, doc).hideHelp(off !== undefined), new Option(`--no-${name}`, off ?? '').hideHelp(off === undefined)]
  const short = name === 'filename' ? '-f, ' : ''
  const option = new Option(`${short}--${name} <${argument}>`, described)
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

function settingsOf(command: CommandName, { config, ...flags }: Flags, { environment }: Terminal): Settings {
  const [where, path] = typeof config === 'string' ? ['--config', config] : ['FAIRLEAD_CONFIG', environment['FAIRLEAD_CONFIG'] ?? '']
  return readSettings(command, { flags, environment, ...(path === '' ? {} : { file: readSettingsFile(path, where) }) })
}

/** Commander's own errors have told themselves already. */
function exitCodeOf(error: unknown, { err }: Terminal): number {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? 0 : 2
  }
  err(`fairlead: ${error instanceof Error ? error.message : String(error)}\n`)
  return error instanceof SettingError ? 2 : 1
}
