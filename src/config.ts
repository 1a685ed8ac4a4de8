/**
 * Every setting of every command, in one table: flags, environment, file, `--help` and the docs page are made from it. The only place that reads the
 * environment.
 */
import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { PROVIDER_SETTINGS, PROVIDERS } from '../providers/index.ts'
import {
  choice,
  CLUSTER,
  type Command,
  CONNECTED,
  CONTROLLER,
  EVERYWHERE,
  features,
  flag,
  grace,
  list,
  listen,
  number,
  publish,
  seconds,
  type Setting,
  SettingError,
  type SettingTable,
  type SettingValues,
  text,
  type ValuesOf,
  valuesOf,
} from './model/setting.ts'

export { type Command, type Setting, SettingError } from './model/setting.ts'

/** The controllers whose annotations some provider reads. */
const ORIGINS = Object.values(PROVIDERS).flatMap(({ annotations }) => annotations.origins.map(({ name }) => name))

/** The first provider works where nothing is said. */
const [FIRST_PROVIDER = ''] = Object.keys(PROVIDERS)
const [FIRST_PLAYGROUND = '', ...OTHER_PLAYGROUNDS] = Object.entries(PROVIDERS).flatMap(([name, { playground }]) => (playground === undefined ? [] : [name]))

const SERVICES = {
  kubeconfig: text([...CONNECTED, 'get'], 'FILE', "the cluster to work for; without it the Pod's own service account, or the usual places (~/.kube/config)", {
    environment: 'KUBECONFIG',
  }),
  context: text([...CONNECTED, 'get'], 'NAME', 'the context of the kubeconfig'),
  namespace: text(['get'], 'NAMESPACE', 'the namespace whose Services are listed', { short: 'n', fallbackText: 'that of the context, or default' }),
  'all-namespaces': flag(['get', 'translate'], 'the Services of all namespaces', { short: 'A' }),
  providers: publish(list([...CLUSTER, 'policy', 'stand-down'], 'PROVIDER', 'providers to enable; repeatable', [FIRST_PROVIDER])),
  'default-class': publish(
    text([...EVERYWHERE, 'policy'], 'PROVIDER', 'serve Services without a loadBalancerClass with this provider; without it they are left alone', {
      fallbackText: `none; in the playground ${FIRST_PLAYGROUND}`,
    }),
  ),
  'default-scheme': publish(choice([...EVERYWHERE, 'policy'], ['internet-facing', 'internal'], 'the scheme of Services that name none')),
  'cluster-id': publish(
    text([...CLUSTER, 'permissions'], 'ID', 'marks what belongs to this cluster', {
      fallbackText: 'the UID of the namespace kube-system; in permissions any cluster',
    }),
  ),
  'share-across-namespaces': publish(list(EVERYWHERE, 'KEY', 'a share key that every namespace may use; repeatable', [])),
  'policy-file': text([...EVERYWHERE, 'policy'], 'FILE', 'what Services may ask for, by namespace; read again when it changes (docs/policy.md)'),
  admission: flag(['policy'], 'print the policy as Kubernetes ValidatingAdmissionPolicies'),
} as const satisfies SettingTable

const PROCESS = {
  'dry-run': flag(['run'], 'log what would change, and change nothing'),
  'never-delete': flag(['run'], 'never delete load balancers: those of deleted Services are kept'),
  'upstream-finalizer': flag(['run'], 'also set the finalizer service.kubernetes.io/load-balancer-cleanup, for tools that look for it'),
  'readiness-gates': flag(['run'], 'open the readiness gates of pods that wait for their load balancer', {
    off: 'leave readiness gates closed, and neither read a pod nor write its status',
  }),
  'leader-elect': flag(['run'], 'hold a Lease, so that of several copies only one works', {
    off: 'work without a Lease, where there is one copy and no other',
  }),
  'lease-namespace': text(CONNECTED, 'NAMESPACE', 'the namespace of the Lease, and of the ConfigMap with the settings of the running controller', {
    environment: 'POD_NAMESPACE',
    fallbackText: "the Pod's namespace, or kube-system; plan, explain and orphans search all namespaces",
  }),
  'lease-name': text(CONNECTED, 'NAME', 'the name of the Lease; the ConfigMap has the same name with -settings behind it', { fallbackText: 'fairlead' }),
  'drift-interval': seconds(CONTROLLER, 'how often to re-read the cloud to find outside changes, in seconds; 0 turns this off', 600),
  'orphan-grace': grace(
    CONTROLLER,
    'how long a load balancer is kept whose Service does not exist, after it was first seen; 0 deletes it at once, never keeps it',
    3600,
  ),
  concurrency: number(CONTROLLER, { least: 1, most: 64 }, 'how many Stacks are reconciled at the same time', 8),
  http: listen(CONTROLLER, 'ADDRESS:PORT', 'where /metrics, /healthz and /readyz answer; ":PORT" is on every address, "off" nowhere', {
    fallbackText: '127.0.0.1:9440',
  }),
  dashboard: listen(
    CONTROLLER,
    'ADDRESS:PORT',
    'where the dashboard is, a page that shows and changes nothing; beyond loopback it asks for a token; "off" nowhere',
    {
      fallbackText: '127.0.0.1:9441, or a free port where that is taken; in the playground a free port',
    },
  ),
  'dashboard-token-file': text(CONTROLLER, 'FILE', 'the dashboard is shown to those who have the token in this file, read again when it changes'),
  'dashboard-token-review': flag(
    CONTROLLER,
    'the dashboard is shown to users of the cluster, by their bearer tokens, who may list Services in all namespaces (TokenReview, SubjectAccessReview)',
  ),
  'allowed-hosts': list(CONTROLLER, 'NAME', 'names by which the HTTP servers may be called, beside localhost and addresses; repeatable', []),
  'log-format': choice(CONTROLLER, ['auto', 'json', 'text'], 'auto is text on a terminal, JSON elsewhere'),
  'log-level': choice(CONTROLLER, ['info', 'debug', 'warn', 'error'], 'lowest level to log'),
  cloud: choice(
    ['playground'],
    [FIRST_PLAYGROUND, ...OTHER_PLAYGROUNDS],
    'what makes the load balancers: this machine, or an emulated cloud beside the cluster',
  ),
  'endpoints-out': text(['playground'], 'FILE', "where to write the addresses of the playground's servers, as JSON", {
    fallbackText: '.fairlead/endpoints.json, beside the kubeconfig',
  }),
  'kubeconfig-out': text(['playground'], 'FILE', 'where to write the kubeconfig of the playground', { fallbackText: '.fairlead/kubeconfig' }),
  'api-port': number(['playground'], { least: 0, most: 65_535 }, 'the port of the embedded API server; 0 takes a free one', 0),
  'dns-port': number(['playground'], { least: 0, most: 65_535 }, "the port of the cluster's DNS, for UDP and TCP; 0 takes a free one", 0),
  'proxy-mode': choice(
    ['playground'],
    ['iptables', 'nftables', 'ipvs', 'userspace'],
    'how nodes choose a pod for a new connection: at random (iptables, nftables), by --ipvs-scheduler, or in turns',
  ),
  'ipvs-scheduler': choice(
    ['playground'],
    ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh', 'fo', 'ovf'],
    'the scheduler of --proxy-mode ipvs, by the name that Linux has for it',
  ),
  nodes: number(['playground'], { least: 1, most: 20 }, 'how many nodes the playground has', 3),
  with: features('also allow this, which is left out by default; repeatable'),
  without: features('leave out what this needs; a name that is none prints them all; repeatable'),
  filename: text(['plan', 'translate'], 'FILE', 'Services in YAML or JSON, taken as if they were applied; "-" is standard input', { short: 'f' }),
  from: choice(['translate'], ['auto', ...ORIGINS], 'the controller that the Services were written for; auto: by their annotations and class'),
  to: choice(
    ['translate'],
    ['neutral', ...Object.keys(PROVIDERS)],
    'the keys to write: those under fairlead.dev/ for the provider of the same cloud, or those of a provider, which then serves the Services',
  ),
  'keep-class': flag(['translate'], 'leave spec.loadBalancerClass as it is'),
  strict: flag(['translate'], 'exit with 1 where anything has no counterpart'),
  format: choice(['translate'], ['yaml', 'diff', 'json'], 'how the answer is printed: documents, a unified diff, or a report for programs', { short: 'o' }),
  all: flag(['release'], 'every Service that carries a mark of Fairlead'),
  'keep-balancers': flag(['release'], 'leave the load balancers in the cloud, where they go on serving; no controller may run'),
  undo: flag(['release'], 'have the running controller serve Services again that were released'),
  yes: flag(['release'], 'do it; without, the command lists what it would do', { short: 'y' }),
  'best-effort': flag(['stand-down'], 'exit with 0 whatever happens, as the hook of an uninstall does'),
  'refuse-with-services': flag(['stand-down'], 'change nothing and exit with 1 while Services carry a finalizer of the providers'),
  delete: flag(['orphans'], 'ask the running controller to delete those that are named at once; all of them where none is named'),
  output: choice(
    ['get', 'plan', 'explain', 'orphans'],
    ['text', 'wide', 'json', 'yaml'],
    'how the answer is printed: text for people, JSON for programs; get also has wide, with more columns, and yaml',
    { short: 'o', valuesFor: { plan: ['text', 'json'], explain: ['text', 'json'], orphans: ['text', 'json'] } },
  ),
  watch: flag(['get'], 'go on, and print a line for every change', { short: 'w' }),
} as const satisfies SettingTable

/** Those that belong to no provider. */
export const PROGRAM_SETTINGS = { ...SERVICES, ...PROCESS }

/** In the order of the help and the docs. */
export const SETTINGS: SettingTable = { ...SERVICES, ...PROVIDER_SETTINGS, ...PROCESS }

/** What commands read. The values of a provider's settings are there too, for the provider alone. */
export type Settings = ValuesOf<typeof PROGRAM_SETTINGS>

/** The settings that a running controller publishes for `plan` and `explain`: what decides about Services. */
export const PUBLISHED: readonly string[] = namesOf(({ published: isPublished = false }) => isPublished)

/** Where clouds are called. */
export const ENDPOINTS: readonly string[] = namesOf(({ isEndpoint = false }) => isEndpoint)

function namesOf(isMeant: (setting: Setting<unknown>) => boolean): readonly string[] {
  return Object.entries(SETTINGS).flatMap(([name, setting]) => (isMeant(setting) ? [name] : []))
}

/** Settings of a running controller: names as in the table, and where they were found. */
export interface PublishedSettings {
  readonly where: string
  readonly values: Readonly<Record<string, unknown>>
}

/** The sources of the settings: flags take precedence over the environment, that over the file, that over what a running controller published, that over the defaults. */
export interface Sources {
  readonly flags: Readonly<Record<string, string | readonly string[] | boolean | undefined>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The parsed settings file: names as in the table. */
  readonly file?: Readonly<Record<string, unknown>>
  readonly published?: PublishedSettings
}

/** The settings of one command. Throws a SettingError that names the setting, its value and what is allowed. */
export function readSettings(command: Command, { flags, environment, file = {}, published = NOTHING_PUBLISHED }: Sources): Settings & SettingValues {
  const unknown = Object.keys(file).find((name) => !(name in SETTINGS))
  if (unknown !== undefined) throw new SettingError(`the settings file has "${unknown}", which is no setting; allowed: ${Object.keys(SETTINGS).join(', ')}`)
  const entries = Object.entries(SETTINGS).map(([name, setting]) => {
    const said = setting.commands.includes(command) ? firstSaid(name, setting, { flags, environment, file, published }) : undefined
    return [name, said === undefined ? setting.fallback : parsed(name, { ...setting, ...allowedFor(setting, command) }, said)] as const
  })
  const settings = withoutLostDefault(Object.fromEntries(entries) as Settings, published)
  requireLoaded(settings)
  return settings
}

const NOTHING_PUBLISHED: PublishedSettings = { where: '', values: {} }

/** Where a flag names other providers than the running controller has, that controller's default class does not hold. */
function withoutLostDefault(settings: Settings, { values }: PublishedSettings): Settings {
  const { providers, 'default-class': provider } = settings
  const isLost = provider !== undefined && provider === values['default-class'] && !providers.includes(provider)
  return isLost ? { ...settings, 'default-class': undefined } : settings
}

/** A class that no loaded provider serves would not be served, in silence; one that is loaded twice would conflict with itself. */
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

function firstSaid(name: string, setting: Setting<unknown>, { flags, environment, file, published }: Required<Sources>): Said | undefined {
  const variable = [environmentName(name), setting.environment].find((candidate) => candidate !== undefined && (environment[candidate] ?? '') !== '')
  const fromEnvironment = variable === undefined ? undefined : environment[variable]
  if (flags[name] !== undefined) return { where: `--${name}`, values: texts(flags[name]) }
  if (variable !== undefined && fromEnvironment !== undefined) {
    return { where: variable, values: setting.repeatable ? fromEnvironment.split(',').map((part) => part.trim()) : [fromEnvironment] }
  }
  if (file[name] !== undefined) return { where: `${name} in the settings file`, values: texts(file[name]) }
  const value = PUBLISHED.includes(name) ? published.values[name] : undefined
  return value === undefined || value === null ? undefined : { where: `${name} in ${published.where}`, values: texts(value) }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)]
}

/** Some commands take fewer of the values than the setting has. */
function allowedFor(setting: Setting<unknown>, command: Command): Pick<Setting<unknown>, 'parse'> {
  const values = valuesOf(setting, command)
  const parse = (value: string): unknown => {
    if (values !== undefined && !values.includes(value)) throw new Error(values.join(', '))
    return setting.parse(value)
  }
  return { parse }
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
