/** `fairlead translate`: Services in another vocabulary, from files or from the cluster. It writes nothing but what it prints. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Document } from 'yaml'
import { SettingError, type Settings } from '../config.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import { DEFAULTS_ANNOTATIONS, STACK_ANNOTATIONS, UPSTREAM_MARK } from '../model/names.ts'
import { problemText } from '../model/problem.ts'
import { escaped, excerpt } from '../model/text.ts'
import type { ProviderEntry } from '../provider/entry.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import { readName, type ServiceName } from './plan.ts'
import type { CommandBody, Terminal } from './program.ts'
import { lostText, type Translate, type TranslatedDocument, translateManifest, translateObject } from './translate/manifest.ts'
import { type Source, translateService, type Translation } from './translate/translation.ts'
import { detect, originNamed, type Vocabulary, type Written } from './translate/vocabulary.ts'
import { unifiedDiff } from './unified-diff.ts'

/** By name. */
type Providers = Readonly<Record<string, Pick<ProviderEntry, 'annotations' | 'capabilities'>>>

/** What became of one Service. */
interface Report {
  readonly service: string
  /** The provider whose annotations were read; null: none was found. */
  readonly from: string | null
  readonly source: Source
  /** Undefined: it stays as it is. */
  readonly translation: Translation | undefined
  readonly notes: readonly string[]
}

/** Exit codes: 0 all is translated; 1 a Service is left out, or with `--strict` anything has no counterpart. */
export function translateCommand(providers: Providers, surroundings: Surroundings): CommandBody {
  const vocabularies = Object.entries(providers).map(([name, { annotations, capabilities }]): Vocabulary => ({ name, annotations, capabilities }))
  return async (settings, terminal, names) => {
    const reports: Report[] = []
    const translate: Translate = (service, name) => {
      const report = reportOf(service, name, { settings, vocabularies })
      reports.push(report)
      return report.translation
    }
    const documents = await documentsOf(settings, names, { terminal, surroundings, translate })
    const { format, filename } = settings
    if (format === 'json') terminal.out(`${JSON.stringify({ services: reports.map(reportJson) }, undefined, 2)}\n`)
    else if (format === 'diff') terminal.out(diffOf(documents, filename))
    else terminal.out(documents.map(({ after }) => after).join(''))
    for (const report of reports) for (const line of linesOf(report)) terminal.err(`${line}\n`)
    const isRefused = reports.some(({ translation }) => translation?.kind === 'refused')
    const isLossy = reports.some(({ translation }) => translation?.kind === 'translated' && translation.lost.length > 0)
    return isRefused || (settings.strict && isLossy) ? 1 : 0
  }
}

interface Reading {
  readonly terminal: Terminal
  readonly surroundings: Surroundings
  readonly translate: Translate
}

async function documentsOf(settings: Settings, names: readonly string[], reading: Reading): Promise<readonly TranslatedDocument[]> {
  const { filename, 'all-namespaces': isAll } = settings
  if ([filename !== undefined, isAll, names.length > 0].filter(Boolean).length !== 1)
    throw new SettingError('say what to translate, in one way: -f FILE, -A, or NAMESPACE/NAME')
  if (filename !== undefined) return translateManifest(await fileText(filename), filename === '-' ? 'standard input' : filename, reading.translate)
  const named = names.map(readName)
  const { terminal, surroundings } = reading
  const connection = await connectTo(settings, terminal, surroundings, logOf(settings, terminal, surroundings.clock))
  try {
    const found = isAll ? await allServices(connection.api, terminal.signal) : await namedServices(connection.api, named, terminal.signal)
    const documents = found.map((service) => translateObject(new Document(asManifest(service)), reading.translate))
    return documents.map(({ before, after }, i) => ({ before: separated(before, i), after: separated(after, i) }))
  } finally {
    void connection.close()
  }
}

function separated(document: string, i: number): string {
  return i === 0 || document.startsWith('---') ? document : `---\n${document}`
}

async function fileText(filename: string): Promise<string> {
  if (filename === '-') return text(process.stdin)
  return readFile(filename, 'utf8').catch((error: unknown) => {
    throw new SettingError(`--filename is ${JSON.stringify(filename)}, which cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  })
}

const PAGE = 500

interface WireService {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec?: { readonly type?: string }
}

/** Those that may have a load balancer. */
async function allServices(api: Pick<KubernetesApi, 'listWholeServices'>, signal: AbortSignal): Promise<readonly WireService[]> {
  const found: WireService[] = []
  let from: string | undefined
  do {
    const page = await api.listWholeServices({ limit: PAGE, ...(from === undefined ? {} : { continue: from }), signal })
    found.push(...(page.items as readonly WireService[]).filter(({ spec }) => spec?.type === 'LoadBalancer'))
    from = page.continue
  } while (from !== undefined)
  return found
}

function namedServices(api: Pick<KubernetesApi, 'getWholeService'>, names: readonly ServiceName[], signal: AbortSignal): Promise<readonly WireService[]> {
  return Promise.all(
    names.map(async ({ namespace, name }) => {
      const found = await api.getWholeService(namespace, name, signal)
      if (found === undefined) throw new Error(`there is no Service ${namespace}/${name}`)
      return found as WireService
    }),
  )
}

/** Kept by the API server, or by controllers. */
const NOT_WRITTEN = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'selfLink', 'finalizers', 'deletionTimestamp'])
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Allocated by the API server, which keeps them where an update names none (kubernetes/kubernetes pkg/registry/core/service/storage, patchAllocatedValues). */
const ALLOCATED = new Set(['clusterIP', 'clusterIPs', 'healthCheckNodePort'])

/** As its owner would write it for `kubectl apply`. */
function asManifest({ metadata, spec = {} }: WireService): object {
  const isBookkeeping = (key: string): boolean =>
    key === LAST_APPLIED || key === UPSTREAM_MARK || key.startsWith(STACK_ANNOTATIONS) || key.startsWith(DEFAULTS_ANNOTATIONS)
  const annotations = without(metadata.annotations ?? {}, isBookkeeping)
  const own = without(metadata, (key) => key === 'annotations' || NOT_WRITTEN.has(key))
  const asked = { ...own, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) }
  return { apiVersion: 'v1', kind: 'Service', metadata: asked, spec: specAsAsked(spec) }
}

function specAsAsked(spec: object): object {
  const { ports } = spec as { readonly ports?: readonly object[] }
  const asked = without(spec, (key) => ALLOCATED.has(key))
  return ports === undefined ? asked : { ...asked, ports: ports.map((port) => without(port, (key) => key === 'nodePort')) }
}

function without(object: object, isLeftOut: (key: string) => boolean): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !isLeftOut(key)))
}

interface Known {
  readonly settings: Settings
  readonly vocabularies: readonly Vocabulary[]
}

function reportOf(source: Source, service: string, { settings, vocabularies }: Known): Report {
  const found = writtenFor(source, { settings, vocabularies })
  const to = vocabularies.find(({ name }) => name === settings.to)
  if ('stays' in found) return { service, from: null, source, translation: undefined, notes: [found.stays] }
  const from = found.provider?.name ?? null
  if (found.problem !== undefined)
    return {
      service,
      from,
      source,
      translation: { kind: 'refused', problems: [{ reason: 'Invalid', field: 'metadata.annotations', ...found.problem }] },
      notes: [],
    }
  const isUnknown = found.provider === undefined && to === undefined
  if (isUnknown) return { service, from, source, translation: undefined, notes: [UNKNOWN_SOURCE] }
  const translation = translateService(source, {
    from: found,
    isNeutral: settings.to === 'neutral',
    keepsClass: settings['keep-class'],
    ...(to === undefined ? {} : { to }),
  })
  return { service, from, source, translation: isUnchanged(source, translation) ? undefined : translation, notes: [] }
}

const UNKNOWN_SOURCE = 'left as it is: nothing on the Service shows which controller it was written for; --from names it'

type Found = (Written & { readonly problem?: { readonly wrong: string; readonly remedy: string } }) | { readonly stays: string }

function writtenFor(source: Source, { settings, vocabularies }: Known): Found {
  const detected = detect(source, vocabularies)
  if (settings.from === 'auto') {
    if (typeof detected !== 'string') return detected
    return { problem: { wrong: `do not show which controller the Service was written for: ${detected}`, remedy: 'Name it with --from.' } }
  }
  const named = originNamed(settings.from, vocabularies)
  if (named === undefined) throw new SettingError(`--from is ${JSON.stringify(settings.from)}, which is not a controller that is known`)
  const ofClass = detect({ ...source, annotations: {} }, vocabularies)
  if (typeof ofClass === 'object' && ofClass.provider !== undefined && ofClass.provider !== named.provider)
    return { stays: `left as it is: its class ${source.loadBalancerClass ?? ''} is not that of ${settings.from}` }
  return named
}

function isUnchanged(source: Source, translation: Translation): boolean {
  if (translation.kind === 'refused') return false
  const { annotations, loadBalancerClass, lost } = translation
  const isSame = Object.entries(annotations).every(([key, value]) => source.annotations[key] === value)
  const isAll = Object.keys(source.annotations).length === Object.keys(annotations).length
  return isSame && isAll && lost.length === 0 && loadBalancerClass === source.loadBalancerClass && source.loadBalancerIP === undefined
}

/** For stderr. */
function linesOf({ service, translation, notes }: Report): readonly string[] {
  const name = excerpt(service, 317)
  const about =
    translation === undefined
      ? []
      : translation.kind === 'refused'
        ? translation.problems.map((problem) => `not translated, and left out: ${problemText(problem)}`)
        : [...translation.lost.map(lostText), ...translation.notes.map((note) => `note: ${note}`)]
  return [...about, ...notes].map((line) => `${name}: ${escaped(line)}`)
}

/** Stable: scripts read it. Fields may be added; none changes its meaning. */
function reportJson({ service, from, source, translation, notes }: Report): object {
  if (translation === undefined) return { service, from, result: 'unchanged', notes }
  if (translation.kind === 'refused') {
    const problems = translation.problems.map((problem) => ({ key: problem.field, value: problem.value ?? null, message: problemText(problem) }))
    return { service, from, result: 'refused', problems, notes }
  }
  const { annotations, loadBalancerClass, lost } = translation
  return {
    service,
    from,
    result: 'translated',
    set: Object.fromEntries(Object.entries(annotations).filter(([key, value]) => source.annotations[key] !== value)),
    removed: Object.keys(source.annotations).filter((key) => annotations[key] === undefined),
    loadBalancerClass: loadBalancerClass ?? null,
    noCounterpart: lost,
    notes: [...translation.notes, ...notes],
  }
}

/** Of a file as a whole, which `patch` takes; of the cluster one after another. */
function diffOf(documents: readonly TranslatedDocument[], filename: string | undefined): string {
  const whole = (side: 'before' | 'after'): string => documents.map((document) => document[side]).join('')
  return unifiedDiff(filename === undefined || filename === '-' ? 'services.yaml' : filename.replace(/^\.?\/+/, ''), whole('before'), whole('after'))
}
