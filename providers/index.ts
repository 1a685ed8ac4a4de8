/** Which providers there are, in the order of the help and the docs. A new one is imported and named here; nothing in `src` changes for it. */
import { allSets } from '../annotations/all.ts'
import type { AnnotationSet } from '../annotations/define.ts'
import type { MetricTable } from '../src/model/metric.ts'
import { type Command, COMMANDS, type SettingTable } from '../src/model/setting.ts'
import type { ProviderEntry } from '../src/provider/entry.ts'
import { aws } from './aws/entry.ts'
import { azure } from './azure/entry.ts'
import { gcp } from './gcp/entry.ts'
import { local } from './local/entry.ts'

export const PROVIDERS: Readonly<Record<string, ProviderEntry>> = { local, aws, azure, gcp }

/** The settings of all of them. */
export const PROVIDER_SETTINGS: SettingTable = Object.assign({}, ...Object.values(PROVIDERS).map(({ settings }) => settings))

/** What all of them count themselves. */
export const PROVIDER_METRICS: MetricTable = Object.assign({}, ...Object.values(PROVIDERS).map(({ metrics }) => metrics))

/** What the help of commands shows of them. */
export const PROVIDER_EXAMPLES: Readonly<Partial<Record<Command, readonly string[]>>> = Object.fromEntries(
  COMMANDS.map((command) => [command, Object.values(PROVIDERS).flatMap(({ examples = {} }) => examples[command] ?? [])]),
)

/** All that may be read of a Service: the neutral vocabulary, and what each provider reads. */
export const ANNOTATION_SETS: readonly AnnotationSet<unknown>[] = allSets(Object.values(PROVIDERS).map(({ annotations }) => annotations))
