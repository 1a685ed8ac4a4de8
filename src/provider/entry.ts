/**
 * What the program knows of a provider before it loads it, in one value: the provider's line in `providers/index.ts`. Every command, the help, the docs and
 * the start-up errors are made from these entries; nothing in `src` names a provider.
 */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { MetricTable } from '../model/metric.ts'
import type { Command, SettingTable, SettingValues, ValuesOf } from '../model/setting.ts'
import type { Capabilities } from './capabilities.ts'
import type { Load } from './load.ts'
import type { ProviderPermissions } from './permissions.ts'
import type { PlaygroundPart } from './playground.ts'

export interface ProviderEntry {
  /** Its rows of the table of settings. A name stands once among all providers. */
  readonly settings: SettingTable
  /** What it reads of a Service beside the neutral vocabulary, and under which prefixes. */
  readonly annotations: AnnotationSet<unknown>
  /** What it can do for a user who sets nothing. */
  readonly capabilities: Capabilities
  /** The command of the cloud's own tool that lists what carries the marks of a cluster; absent: its load balancers end with the process. */
  readonly foundBy?: (clusterId: string) => string
  /** What it counts itself, beside its calls. */
  readonly metrics?: MetricTable
  /** Lines for the help of commands. */
  readonly examples?: Partial<Readonly<Record<Command, readonly string[]>>>
  readonly load: Load<SettingValues>
  /** Absent: it needs no permissions in a cloud account. */
  readonly permissions?: () => Promise<ProviderPermissions<SettingValues>>
  /** Absent: the playground cannot run it. */
  readonly playground?: () => Promise<PlaygroundPart<SettingValues>>
}

/** As an author writes it. Code that a cloud's libraries come with is imported when it is needed, so that one cloud's are not loaded for another. */
export interface ProviderParts<Rows extends SettingTable> extends Omit<ProviderEntry, 'load' | 'permissions' | 'playground'> {
  readonly settings: Rows
  /** `() => import('./load.ts')` */
  readonly load: () => Promise<{ readonly load: Load<ValuesOf<Rows>> }>
  /** `() => import('./permissions.ts')` */
  readonly permissions?: () => Promise<{ readonly permissions: ProviderPermissions<ValuesOf<Rows>> }>
  /** `() => import('./playground.ts')` */
  readonly playground?: () => Promise<{ readonly playground: PlaygroundPart<ValuesOf<Rows>> }>
}

/** Closes a provider over the types of its settings: the values that it gets were read by its own rows. */
export function defineProvider<const Rows extends SettingTable>({ load, permissions, playground, ...parts }: ProviderParts<Rows>): ProviderEntry {
  return {
    ...parts,
    load: async (context) => (await load()).load({ ...context, settings: context.settings as ValuesOf<Rows> }),
    ...(permissions === undefined ? {} : { permissions: async () => (await permissions()).permissions as ProviderPermissions<SettingValues> }),
    ...(playground === undefined ? {} : { playground: async () => (await playground()).playground }),
  }
}
