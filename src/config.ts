/**
 * Every setting of every command, in one table: flags, environment, file, `--help` and the docs page are made from it. The only place that reads the
 * environment.
 */
import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { familyOf, parseCidr, parseListen } from './model/address.ts'

export type Command = 'run' | 'playground' | 'plan' | 'explain' | 'permissions'

export interface Setting<T> {
  /** What stands behind the flag: `FILE`. Absent: the flag alone means yes, and `--no-` before it means no. */
  readonly argument?: string
  /** What `--no-` before the flag means, in `--help`: for a flag that is yes by default. */
  readonly off?: string
  /** The flag may stand several times, the environment's value is split at commas. */
  readonly repeatable?: true
  readonly commands: readonly Command[]
  readonly doc: string
  readonly fallback: T
  /** In `--help` and the docs instead of the fallback's own text. */
  readonly fallbackText?: string
  /** Beside `FAIRLEAD_<NAME>`. */
  readonly environment?: string
  /** Throws a SettingError's text: what is allowed. */
  readonly parse: (text: string) => T
}

/** A setting that cannot be used: the command ends with exit code 2 and this message. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

const EVERYWHERE: readonly Command[] = ['run', 'playground', 'plan', 'explain']
const CONTROLLER: readonly Command[] = ['run', 'playground']
const CLUSTER: readonly Command[] = ['run', 'plan', 'explain']

export const SETTINGS = {
  kubeconfig: text(CLUSTER, 'FILE', "the cluster to work for; without it the Pod's own service account, or the usual places (~/.kube/config)", {
    environment: 'KUBECONFIG',
  }),
  context: text(CLUSTER, 'NAME', 'the context of the kubeconfig'),
  providers: list(CLUSTER, 'NAME', 'the clouds to work on; repeatable', ['local']),
  'default-class': text(EVERYWHERE, 'PROVIDER', 'serve Services without a loadBalancerClass with this provider; without it they are left alone', {
    fallbackText: 'nobody; in the playground local',
  }),
  'default-scheme': choice(EVERYWHERE, ['internet-facing', 'internal'], 'the scheme of Services that do not say'),
  'cluster-id': text([...CLUSTER, 'permissions'], 'ID', 'marks what belongs to this cluster', {
    fallbackText: 'the UID of the namespace kube-system; in permissions any cluster',
  }),
  'share-across-namespaces': list(EVERYWHERE, 'KEY', 'a share key that every namespace may use; repeatable', []),
  'address-pool': cidrs(EVERYWHERE, '[NAME=]CIDR', 'local provider: addresses that may be given to Services; repeatable', []),
  'network-map': routes(
    EVERYWHERE,
    'FROM=TO',
    'local provider: where addresses of the cluster are found from here, like 10.244.0.0/16=127.244.0.0/16; repeatable',
  ),
  'port-offset': number(
    EVERYWHERE,
    { least: 0, most: 60_000 },
    'local provider: listen on the port plus this number, where ports under 1024 are not ours to bind',
    0,
  ),
  reach: choice(
    CLUSTER,
    ['direct', 'port-forward'],
    "local provider: how backends are reached: by their own addresses, or through the API server's port-forward",
  ),
  'state-file': text(['run'], 'FILE', 'local provider: where what is served is kept for the next process; "off" for nowhere', {
    fallbackText: '$XDG_STATE_HOME/fairlead/local-CLUSTER-ID.json',
  }),
  'aws-region': shaped(
    CLUSTER,
    'REGION',
    { pattern: /^[a-z]{2,}(-[a-z]+)+-\d+$/, allowed: 'a region like eu-west-1' },
    'AWS provider: the region of the cluster',
    "what the SDK's environment, a profile or the instance says",
  ),
  'aws-vpc-id': shaped(
    CLUSTER,
    'ID',
    { pattern: /^vpc-[0-9a-f]+$/, allowed: 'the id of a VPC, like vpc-0a1b2c3d4e5f67890' },
    'AWS provider: the VPC in which the nodes are',
    'what the instance says',
  ),
  'aws-cluster-name': text(
    CLUSTER,
    'NAME',
    'AWS provider: the cluster as in the tags kubernetes.io/cluster/NAME, by which subnets and the security groups of instances are told apart',
  ),
  'aws-endpoint': shaped(
    CLUSTER,
    'URL',
    { pattern: /^https?:\/\/[^\s/]+\/?$/, allowed: 'a URL like http://127.0.0.1:4566' },
    "AWS provider: where the APIs of AWS are called instead of at AWS' own addresses",
  ),
  'dry-run': flag(['run'], 'tell what would be done, and do nothing'),
  'never-delete': flag(['run'], 'take nothing away: Services that go leave their load balancers behind'),
  'readiness-gates': flag(['run'], 'open the readiness gates of pods that wait for their load balancer', {
    off: 'leave readiness gates closed, and neither read a pod nor write its status',
  }),
  'leader-elect': flag(['run'], 'hold a Lease, so that of several copies only one works', {
    off: 'work without a Lease, where there is one copy and no other',
  }),
  'lease-namespace': text(['run'], 'NAMESPACE', 'where the Lease is', { environment: 'POD_NAMESPACE', fallbackText: "the Pod's namespace, or kube-system" }),
  'lease-name': text(['run'], 'NAME', 'the name of the Lease', { fallbackText: 'fairlead' }),
  'drift-interval': seconds(CONTROLLER, 'how often the inventory is taken again, to find what somebody else changed; 0 is never', 600),
  concurrency: number(CONTROLLER, { least: 1, most: 64 }, 'how many Stacks are worked on side by side', 8),
  http: listen(CONTROLLER, 'ADDRESS:PORT', 'where /metrics, /healthz and /readyz answer; ":PORT" is on every address, "off" nowhere', {
    fallbackText: '127.0.0.1:9440',
  }),
  'log-format': choice(CONTROLLER, ['auto', 'json', 'text'], 'auto is text on a terminal, JSON elsewhere'),
  'log-level': choice(CONTROLLER, ['info', 'debug', 'warn', 'error'], 'the least that is told'),
  cloud: choice(['playground'], ['local', 'aws'], 'what makes the load balancers: this machine, or an emulated cloud beside the cluster'),
  'endpoints-out': text(['playground'], 'FILE', "where to write the addresses of the playground's servers, as JSON", {
    fallbackText: '.fairlead/endpoints.json, beside the kubeconfig',
  }),
  'kubeconfig-out': text(['playground'], 'FILE', 'where to write the kubeconfig of the playground', { fallbackText: '.fairlead/kubeconfig' }),
  'api-port': number(['playground'], { least: 0, most: 65_535 }, 'the port of the embedded API server; 0 takes a free one', 0),
  nodes: number(['playground'], { least: 1, most: 20 }, 'how many nodes the playground has', 3),
  with: features('also allow this, which is left out by default; repeatable'),
  without: features('leave out what this needs; a name that is none prints them all; repeatable'),
  partition: choice(['permissions'], ['aws', 'aws-cn', 'aws-us-gov'], 'aws: the partition of the account'),
  filename: text(['plan'], 'FILE', 'Services in YAML or JSON, planned as if they were applied; "-" is standard input'),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS
export type Settings = { readonly [Name in SettingName]: (typeof SETTINGS)[Name]['fallback'] }

/** What was said where; a flag goes before the environment, that before the file, that before the fallback. */
export interface Sources {
  readonly flags: Readonly<Record<string, string | readonly string[] | boolean | undefined>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The parsed settings file: names as in the table. */
  readonly file?: Readonly<Record<string, unknown>>
}

/** The settings of one command. Throws a SettingError that names the setting, its value and what is allowed. */
export function readSettings(command: Command, { flags, environment, file = {} }: Sources): Settings {
  const unknown = Object.keys(file).find((name) => !(name in SETTINGS))
  if (unknown !== undefined) throw new SettingError(`the settings file has "${unknown}", which is no setting; allowed: ${Object.keys(SETTINGS).join(', ')}`)
  const entries = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => {
    const said = setting.commands.includes(command) ? firstSaid(name, setting, { flags, environment, file }) : undefined
    return [name, said === undefined ? setting.fallback : parsed(name, setting, said)] as const
  })
  const settings = Object.fromEntries(entries) as Settings
  requireLoaded(settings)
  return settings
}

/** A class that no loaded provider serves would be served by nobody, in silence; one that is loaded twice would be at odds with itself. */
function requireLoaded({ providers, 'default-class': provider }: Settings): void {
  const twice = providers.find((name, i) => providers.indexOf(name) !== i)
  if (twice !== undefined) throw new SettingError(`--providers is ${JSON.stringify(twice)} twice; allowed: each provider once`)
  if (provider === undefined || providers.includes(provider)) return
  throw new SettingError(`--default-class is ${JSON.stringify(provider)}; allowed: one of --providers, ${providers.join(', ')}`)
}

/** Reads a settings file (YAML or JSON) that `where` names: a flag or a variable. Throws a SettingError when it cannot be read or is no map. */
export function readSettingsFile(path: string, where: string): Readonly<Record<string, unknown>> {
  const content = parsedFile(path, where)
  if (typeof content !== 'object' || Array.isArray(content)) throw new SettingError(`${where} is ${JSON.stringify(path)}, which is not a map of settings`)
  return content as Readonly<Record<string, unknown>>
}

function parsedFile(path: string, where: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    throw new SettingError(`${where} is ${JSON.stringify(path)}, which cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

export function environmentName(name: string): string {
  return `FAIRLEAD_${name.toUpperCase().replaceAll('-', '_')}`
}

interface Said {
  readonly where: string
  readonly values: readonly string[]
}

function firstSaid(name: string, setting: Setting<unknown>, { flags, environment, file }: Required<Sources>): Said | undefined {
  const variable = [environmentName(name), setting.environment].find((candidate) => candidate !== undefined && (environment[candidate] ?? '') !== '')
  const fromEnvironment = variable === undefined ? undefined : environment[variable]
  if (flags[name] !== undefined) return { where: `--${name}`, values: texts(flags[name]) }
  if (variable !== undefined && fromEnvironment !== undefined) {
    return { where: variable, values: setting.repeatable ? fromEnvironment.split(',').map((part) => part.trim()) : [fromEnvironment] }
  }
  return file[name] === undefined ? undefined : { where: `${name} in the settings file`, values: texts(file[name]) }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)]
}

function parsed(name: string, setting: Setting<unknown>, { where, values }: Said): unknown {
  const parse = (value: string): unknown => {
    try {
      return setting.parse(value)
    } catch (error) {
      throw new SettingError(`${where} is ${JSON.stringify(value)}; allowed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  if (setting.repeatable) return values.flatMap(parse)
  if (values.length !== 1) throw new SettingError(`${where} is given ${values.length} times; allowed: once (${name})`)
  return parse(values[0] ?? '')
}

function text(
  commands: readonly Command[],
  argument: string,
  doc: string,
  more: Pick<Setting<string>, 'environment' | 'fallbackText'> = {},
): Setting<string | undefined> {
  const parse = (value: string): string => {
    if (value === '') throw new Error('something that is not empty')
    return value
  }
  return { commands, argument, doc, fallback: undefined, parse, ...more }
}

function shaped(
  commands: readonly Command[],
  argument: string,
  { pattern, allowed }: { readonly pattern: RegExp; readonly allowed: string },
  doc: string,
  fallbackText?: string,
): Setting<string | undefined> {
  const parse = (value: string): string => {
    if (!pattern.test(value)) throw new Error(allowed)
    return value
  }
  return { commands, argument, doc, fallback: undefined, parse, ...(fallbackText === undefined ? {} : { fallbackText }) }
}

function list(commands: readonly Command[], argument: string, doc: string, fallback: readonly string[]): Setting<readonly string[]> {
  return { commands, argument, repeatable: true, doc, fallback, parse: (value) => [value] }
}

/** Names that the provider knows. */
function features(doc: string): Setting<readonly string[]> {
  return { ...list(['permissions'], 'FEATURE', doc, []), parse: (value) => value.split(',').map((name) => name.trim()) }
}

function cidrs(commands: readonly Command[], argument: string, doc: string, fallback: readonly string[]): Setting<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    if (parseCidr(value.slice(value.indexOf('=') + 1)) === undefined)
      throw new Error('a range like 127.0.10.0/24, or with a name before it: edge=127.0.20.0/24')
    return [value]
  }
  return { commands, argument, repeatable: true, doc, fallback, parse }
}

/** Two ranges as a static route has them; which of several wins is the provider's matter. */
function routes(commands: readonly Command[], argument: string, doc: string): Setting<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    const [from, to, ...rest] = value.split('=').map(parseCidr)
    if (from === undefined || to === undefined || rest.length > 0 || familyOf(from) !== familyOf(to) || from.split('/')[1] !== to.split('/')[1])
      throw new Error('FROM=TO, two ranges of one family and one length, such as 10.244.0.0/16=127.244.0.0/16')
    return [value]
  }
  return { commands, argument, repeatable: true, doc, fallback: [], parse }
}

function listen(commands: readonly Command[], argument: string, doc: string, more: Pick<Setting<string>, 'fallbackText'>): Setting<string | undefined> {
  const parse = (value: string): string => {
    if (value !== 'off' && parseListen(value) === undefined)
      throw new Error('ADDRESS:PORT such as 127.0.0.1:9440 or [::1]:9440, :9440 for every address, or off')
    return value
  }
  return { commands, argument, doc, fallback: undefined, parse, ...more }
}

/** With `off` it is yes by default. */
function flag(commands: readonly Command[], doc: string, { off }: Pick<Setting<boolean>, 'off'> = {}): Setting<boolean> {
  const parse = (value: string): boolean => {
    if (value !== 'true' && value !== 'false') throw new Error('true, false')
    return value === 'true'
  }
  return { commands, doc, fallback: off !== undefined, parse, ...(off === undefined ? {} : { off }) }
}

function choice<const T extends readonly [string, ...string[]]>(commands: readonly Command[], values: T, doc: string): Setting<T[number]> {
  const parse = (value: string): T[number] => {
    const found = values.find((candidate) => candidate === value)
    if (found === undefined) throw new Error(values.join(', '))
    return found
  }
  return { commands, argument: values.join('|'), doc, fallback: values[0], parse }
}

function number(commands: readonly Command[], { least, most }: { least: number; most: number }, doc: string, fallback: number): Setting<number> {
  const parse = (value: string): number => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) throw new Error(`a whole number from ${least} to ${most}`)
    return Number(value)
  }
  return { commands, argument: 'N', doc, fallback, parse }
}

function seconds(commands: readonly Command[], doc: string, fallback: number): Setting<number> {
  const parse = (value: string): number => {
    const [, amount, unit = 's'] = /^(\d{1,6})(s|m|h)?$/.exec(value) ?? []
    if (amount === undefined) throw new Error('a duration like 30s, 10m or 1h')
    return Number(amount) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h']
  }
  return { commands, argument: 'DURATION', doc, fallback, fallbackText: `${fallback}s`, parse }
}
