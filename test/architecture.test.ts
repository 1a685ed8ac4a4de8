/** Imports point inward. The table is the whole rule; whoever needs an arrow that is not here has found a thing in the wrong place. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ANNOTATION_SETS, PROVIDERS } from '../providers/index.ts'
import { PROGRAM_SETTINGS } from '../src/config.ts'
import { METRICS } from '../src/observability/metrics.ts'

const ROOT = join(import.meta.dirname, '..')
const TOPS = ['src', 'providers', 'annotations', 'emulators']

/** What each part may import of ours, besides itself. A path that ends in `.ts` is that file alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  annotations: ['src/model'],
  // The rows of its table that are about one provider stand with that provider.
  'src/config.ts': ['src/model', 'providers/index.ts'],
  'src/observability': ['src/model'],
  'src/kubernetes': ['src/model'],
  'src/provider': ['src/model', 'annotations'],
  // Types alone: what an emulated cloud in the playground is given.
  'src/provider/playground.ts': ['src/model', 'emulators/cloud/machines.ts', 'emulators/machines/index.ts'],
  // The contract's words, not its machinery.
  'src/desired': ['src/model', 'annotations', 'src/provider/provider.ts', 'src/provider/capabilities.ts'],
  'src/policy': ['src/model', 'annotations', 'src/desired'],
  'src/controller': ['src/model', 'src/desired', 'src/policy', 'src/provider', 'src/kubernetes'],
  // What stands on Services already, for the parts that show it.
  'src/overview': ['src/model', 'src/desired', 'src/controller/services/published.ts'],
  'src/dashboard': ['src/model', 'src/desired', 'src/policy', 'src/provider', 'src/kubernetes', 'src/overview', 'src/controller', 'src/observability'],
  'src/cli': ['src', 'annotations'],
  'src/cli/playground': ['src', 'annotations', 'emulators'],
  'src/main.ts': ['src', 'providers/index.ts', 'annotations'],
  'providers/*': ['src/provider', 'src/model', 'annotations'],
  'providers/*/playground.ts': ['src/provider', 'src/model', 'emulators'],
  // The table of providers, and what holds for all of them.
  'providers/*.ts': ['providers', 'src/provider', 'src/model', 'annotations'],
  emulators: [],
}

/** Packages and built-ins that one part alone may know. */
const KEPT_BY: readonly (readonly [RegExp, string])[] = [
  [/^@kubernetes\/client-node$/, 'src/kubernetes'],
  [/^commander$/, 'src/cli'],
  [/^pino$|^prom-client$/, 'src/observability'],
  [/^p-retry$/, 'src/provider'],
  [/^@google-cloud\/|^google-auth-library$/, 'providers/gcp/api'],
]

/** Where things are decided: no clock, no chance, no surroundings, no input or output. */
const PURE = ['src/model', 'src/desired', 'src/policy', 'src/overview', 'annotations']
/** Files of those parts that hold the edge itself. */
const EDGES = new Set(['src/model/clock.ts'])

interface Source {
  readonly path: string
  readonly text: string
  /** As written. */
  readonly imports: readonly string[]
  /** Those that are there when the program runs. */
  readonly atRunTime: readonly string[]
}

const sources: readonly Source[] = TOPS.flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => read(posix.join(top, name.replaceAll('\\', '/')))),
).toSorted((a, b) => (a.path < b.path ? -1 : 1))

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const found = [...text.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm)]
  const named = ([, from, bare, lazy]: RegExpExecArray) => from ?? bare ?? lazy ?? ''
  return { path, text, imports: found.map(named), atRunTime: found.filter(([statement]) => !/^(?:import|export) type\b/.test(statement)).map(named) }
}

function ours({ path }: Source, imports: readonly string[]): readonly string[] {
  return imports.filter((name) => name.startsWith('.')).map((name) => posix.normalize(posix.join(posix.dirname(path), name)))
}

function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`)
}

/** The row of the table that a file stands under: the most exact one. */
function partOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  if (MAY_IMPORT[path] !== undefined) return path
  if (/^providers\/[^/]+\/playground\.ts$/.test(path)) return 'providers/*/playground.ts'
  if (top === 'providers') return second.endsWith('.ts') ? 'providers/*.ts' : 'providers/*'
  if (/^src\/cli\/playground[./-]/.test(path)) return 'src/cli/playground'
  return top === 'src' ? `src/${second}` : top
}

/** What is no concern of others: files of one part know each other, and one provider does not know another. */
function isOwn(from: string, to: string): boolean {
  const home = (path: string) => (/^(?:providers|src\/(?:cli|provider))\//.test(path) ? path.split('/').slice(0, 2).join('/') : partOf(path))
  return home(from) === home(to)
}

describe('imports', () => {
  test('every part has its row', () => {
    expect([...new Set(sources.map(({ path }) => partOf(path)))].filter((part) => MAY_IMPORT[part] === undefined)).toEqual([])
  })

  test('point inward', () => {
    const wrong = sources.flatMap((source) =>
      ours(source, source.imports)
        .filter((target) => !isOwn(source.path, target) && !(MAY_IMPORT[partOf(source.path)] ?? []).some((part) => isWithin(target, part)))
        .map(
          (target) => `${source.path} imports ${target}; ${partOf(source.path)} may import ${MAY_IMPORT[partOf(source.path)]?.join(', ') || 'nothing of ours'}`,
        ),
    )
    expect(wrong).toEqual([])
  })

  test('of what the emulated clouds share lead to none of them', () => {
    const shared = sources.filter(({ path }) => isWithin(path, 'emulators/cloud'))
    const wrong = shared.flatMap((source) =>
      ours(source, source.imports)
        .filter((target) => !isWithin(target, 'emulators/cloud'))
        .map((target) => `${source.path} imports ${target}`),
    )
    expect(shared.length).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  })

  test('go round in no circle', () => {
    expect(circles()).toEqual([])
  })

  test('of foreign packages stay with the part that knows them', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports.flatMap((name) =>
        KEPT_BY.filter(([pattern, part]) => pattern.test(name) && !isWithin(path, part)).map(([, part]) => `${path} imports ${name}, which only ${part} may`),
      ),
    )
    expect(wrong.filter((line) => !line.startsWith('emulators/'))).toEqual([])
  })
})

test('where things are decided nothing is asked of the world', () => {
  const world = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bconsole\.|\bsetTimeout\(|\bfetch\(|from 'node:/
  const wrong = sources.filter(({ path, text }) => !EDGES.has(path) && PURE.some((part) => isWithin(path, part)) && world.test(text)).map(({ path }) => path)
  expect(wrong).toEqual([])
})

test('the environment is read in one place', () => {
  const wrong = sources.filter(({ path, text }) => /\bprocess\.env\b/.test(text) && !['src/config.ts', 'src/main.ts'].includes(path)).map(({ path }) => path)
  expect(wrong).toEqual([])
})

/** Files of `src` that may name a cloud, and why. A new provider adds none. */
const NAMES_A_CLOUD: Readonly<Record<string, string>> = {
  'src/desired/readiness-gates.ts': 'the gates of another controller',
  'src/model/reserved-tags.ts': 'the tags of other controllers and of clouds, which no provider may write',
  'src/model/special-address.ts': 'the metadata addresses of clouds, which no provider may send to, whichever cloud the cluster is in',
}

describe('a provider is named with the provider alone', () => {
  const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const program = sources.filter(({ path }) => isWithin(path, 'src')).map(({ path, text }) => ({ path, text: code(text) }))
  const naming = (word: RegExp): readonly string[] => program.filter(({ text }) => word.test(text)).map(({ path }) => path)

  test('the clouds there are, with or without a provider', () => {
    expect(naming(/(?<![a-z])(?:aws|amazon|azure|microsoft|gcp|google|alibaba|hetzner)(?![a-z])/i)).toEqual(Object.keys(NAMES_A_CLOUD))
  })

  test.each(Object.entries(PROVIDERS))('%s: its name, prefixes, settings, metrics and files', (name, { annotations, settings, metrics = {} }) => {
    const settingNames = Object.keys(settings).join('|')
    expect(naming(new RegExp(`'${name}'|fairlead_${name}_|providers/${name}\\b`))).toEqual([])
    expect(annotations.prefixes.flatMap((prefix) => program.filter(({ text }) => text.includes(prefix)).map(({ path }) => path))).toEqual([])
    expect(naming(new RegExp(`--(?:${settingNames})\\b|(?:settings|asked|values)\\[(?:'|")(?:${settingNames})(?:'|")\\]`))).toEqual([])
    expect(Object.keys(metrics).flatMap((metric) => naming(new RegExp(metric)))).toEqual([])
  })

  test('no setting or metric is declared twice', () => {
    const own = Object.values(PROVIDERS).flatMap(({ settings, metrics = {} }) => [...Object.keys(settings), ...Object.keys(metrics)])
    const names = [...Object.keys(PROGRAM_SETTINGS), ...Object.keys(METRICS), ...own]
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })
})

test('the key of an annotation is typed where it is declared', () => {
  const keys = ANNOTATION_SETS.flatMap(({ definitions }) => Object.values(definitions).map(({ key }) => key))
  const again = sources.flatMap(({ path, text }) =>
    keys.filter((key) => !isWithin(path, 'annotations') && text.includes(`'${key}'`)).map((key) => `${path}: ${key}`),
  )
  expect(again).toEqual([])
})

/** Each circle once, as the path around it. Imports of types alone are gone when the program runs, and make none. */
function circles(): readonly string[] {
  const targets = new Map(sources.map((source) => [source.path, ours(source, source.atRunTime)]))
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push([...trail.slice(at), path].join(' -> '))
    if (at >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) walk(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) walk(path, [])
  return found
}
