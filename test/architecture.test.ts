/** Imports point inward. The table is the whole rule; whoever needs an arrow that is not here has found a thing in the wrong place. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const TOPS = ['src', 'providers', 'annotations', 'emulators']

/** What each part may import of ours, besides itself. A path that ends in `.ts` is that file alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  annotations: ['src/model'],
  'src/config.ts': ['src/model'],
  'src/observability': ['src/model'],
  'src/kubernetes': ['src/model'],
  'src/provider': ['src/model', 'annotations'],
  // The contract's words, not its machinery.
  'src/desired': ['src/model', 'annotations', 'src/provider/provider.ts', 'src/provider/capabilities.ts'],
  'src/controller': ['src/model', 'src/desired', 'src/provider', 'src/kubernetes'],
  'src/cli': ['src', 'annotations'],
  'src/cli/playground': ['src', 'annotations', 'emulators'],
  'src/main.ts': ['src', 'providers', 'annotations', 'emulators'],
  'providers/*': ['src/provider', 'src/model', 'annotations'],
  // The table of providers, and what is told of all of them.
  'providers/*.ts': ['providers', 'src/provider', 'src/model', 'annotations'],
  emulators: [],
}

/** Packages and built-ins that one part alone may know. */
const KEPT_BY: readonly (readonly [RegExp, string])[] = [
  [/^@kubernetes\/client-node$/, 'src/kubernetes'],
  [/^commander$/, 'src/cli'],
  [/^pino$|^prom-client$/, 'src/observability'],
  [/^p-retry$/, 'src/provider'],
]

/** Where things are decided: no clock, no chance, no surroundings, no input or output. */
const PURE = ['src/model', 'src/desired', 'annotations']
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
  if (top === 'providers') return second.endsWith('.ts') ? 'providers/*.ts' : 'providers/*'
  if (/^src\/cli\/playground[./-]/.test(path)) return 'src/cli/playground'
  return top === 'src' ? `src/${second}` : top
}

/** What is no concern of others: files of one part know each other, and one provider does not know another. */
function isOwn(from: string, to: string): boolean {
  const home = (path: string) =>
    path.startsWith('providers/') ? path.split('/').slice(0, 2).join('/') : path.startsWith('src/cli/') ? 'src/cli' : partOf(path)
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
