/** Reads a policy file. Everything that is wrong is reported at once: where in the file, what stands there, and what is allowed. */
import { KEYS } from '../../annotations/neutral.ts'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { AnnotationSet, Definition } from '../../annotations/define.ts'
import { labelSelector } from '../../annotations/label-selector.ts'
import { nearest } from '../../annotations/nearest.ts'
import { parseCidr } from '../model/address.ts'
import { matchesAny } from '../model/load-balancer.ts'
import { defaultConflicts } from './default-conflicts.ts'
import type { AnnotationList, NamespaceSelection, Policy, PolicyRule } from './policy.ts'

/** `problems`: a sentence each. */
export type ReadPolicy = { readonly policy: Policy } | { readonly problems: readonly string[] }

/** `text`: YAML or JSON. `sets`: all annotations that there are. */
export function readPolicy(text: string, sets: readonly AnnotationSet<unknown>[]): ReadPolicy {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) return { problems: [`line ${lines.linePos(error.pos[0]).line}: is not YAML: ${error.message}`] }
  const reader = new Reader(sets)
  const policy = reader.policy(document.toJS() as unknown)
  const lineOf = (path: readonly (string | number)[]): number | undefined => {
    const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true)
    const range = isScalar(node) || isMap(node) ? node.range : (node as { range?: readonly number[] } | undefined)?.range
    return range?.[0] === undefined ? undefined : lines.linePos(range[0]).line
  }
  if (reader.problems.length === 0) return { policy }
  return {
    problems: reader.problems.map(({ path, wrong }) => {
      const line = lineOf(path)
      return `${line === undefined ? '' : `line ${line}: `}${pathText(path)} ${wrong}`
    }),
  }
}

type Path = readonly (string | number)[]

function pathText(path: Path): string {
  if (path.length === 0) return 'the file'
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return /^[A-Za-z]+$/.test(step) ? `${text}${text === '' ? '' : '.'}${step}` : `${text}[${JSON.stringify(step)}]`
  }, '')
}

const TOP = ['contact', 'rules'] as const
const RULE = ['name', 'namespaces', 'allowedAnnotations', 'forbiddenAnnotations', 'allowedValues', 'allowedSourceRanges', 'maxServices', 'defaults'] as const
const NAMESPACES = ['names', 'except', 'labels'] as const

/** A default for every Service of a namespace makes no sense where a value belongs to one Service, and none may switch a Service off. */
const NO_DEFAULTS = new Set<string>([
  KEYS.addresses,
  KEYS.addressNames,
  KEYS.name,
  KEYS.dnsLabel,
  KEYS.adopt,
  KEYS.share,
  KEYS.pause,
  KEYS.planOnly,
  KEYS.listener,
])

class Reader {
  readonly problems: { readonly path: Path; readonly wrong: string }[] = []
  readonly #definitions: ReadonlyMap<string, Definition<unknown>>
  readonly #sets: readonly AnnotationSet<unknown>[]

  constructor(sets: readonly AnnotationSet<unknown>[]) {
    this.#sets = sets
    this.#definitions = new Map(sets.flatMap(({ definitions }) => Object.values(definitions).map((definition) => [definition.key, definition] as const)))
  }

  policy(value: unknown): Policy {
    const map = this.#map(value, [], TOP, 'a map with `contact` and `rules`; without limits: `rules: []`')
    if (map === undefined) return { rules: [] }
    const contact = map['contact'] === undefined ? undefined : this.#text(map['contact'], ['contact'])
    const rules = this.#list(map['rules'], ['rules'], 'a list of rules').map((rule, i) => this.#rule(rule, ['rules', i]))
    for (const [i, { name }] of rules.entries())
      if (rules.findIndex((other) => other.name === name) !== i)
        this.#wrong(['rules', i, 'name'], `is ${JSON.stringify(name)}, the name of another rule; allowed: a unique name`)
    const policy = { ...(contact === undefined ? {} : { contact }), rules }
    // What is wrong in itself comes first: compared with it, a default would be refused for the wrong reason.
    if (this.problems.length > 0) return policy
    for (const { rule, key, refusal } of defaultConflicts(policy, this.#sets)) {
      const { wrong, allowed = 'no default for this annotation' } = refusal
      this.#wrong(['rules', rule, 'defaults', key], `is ${shown(rules[rule]?.defaults?.[key])}, which ${wrong}; allowed: ${allowed}`)
    }
    return policy
  }

  #rule(value: unknown, path: Path): PolicyRule {
    const map = this.#map(value, path, RULE, `a map with ${RULE.join(', ')}`)
    if (map === undefined) return { name: '' }
    const at = (field: (typeof RULE)[number]): Path => [...path, field]
    const name = this.#text(map['name'], at('name'))
    const maxServices = map['maxServices']
    if (maxServices !== undefined && (typeof maxServices !== 'number' || !Number.isInteger(maxServices) || maxServices < 0))
      this.#wrong(at('maxServices'), `is ${shown(maxServices)}; allowed: a whole number from 0`)
    if (RULE.slice(2).every((field) => map[field] === undefined)) this.#wrong(path, `says nothing; allowed: one or more of ${RULE.slice(2).join(', ')}`)
    return {
      name,
      ...(map['namespaces'] === undefined ? {} : { namespaces: this.#namespaces(map['namespaces'], at('namespaces')) }),
      ...(map['allowedAnnotations'] === undefined ? {} : { allowedAnnotations: this.#annotations(map['allowedAnnotations'], at('allowedAnnotations')) }),
      ...(map['forbiddenAnnotations'] === undefined
        ? {}
        : { forbiddenAnnotations: this.#annotations(map['forbiddenAnnotations'], at('forbiddenAnnotations')) }),
      ...(map['allowedValues'] === undefined ? {} : { allowedValues: this.#values(map['allowedValues'], at('allowedValues')) }),
      ...(map['allowedSourceRanges'] === undefined ? {} : { allowedSourceRanges: this.#ranges(map['allowedSourceRanges'], at('allowedSourceRanges')) }),
      ...(typeof maxServices === 'number' ? { maxServices } : {}),
      ...(map['defaults'] === undefined ? {} : { defaults: this.#defaults(map['defaults'], at('defaults')) }),
    }
  }

  #namespaces(value: unknown, path: Path): NamespaceSelection {
    const map = this.#map(value, path, NAMESPACES, 'a map with names, except, labels')
    if (map === undefined) return {}
    const names = map['names'] === undefined ? undefined : this.#texts(map['names'], [...path, 'names'], 'a list of namespaces')
    const except = map['except'] === undefined ? undefined : this.#texts(map['except'], [...path, 'except'], 'a list of namespaces')
    for (const [field, list] of Object.entries({ names, except })) for (const [i, text] of (list ?? []).entries()) this.#pattern(text, [...path, field, i])
    const labels = map['labels'] === undefined ? undefined : labelSelector.parse(this.#text(map['labels'], [...path, 'labels']))
    if (labels !== undefined && !labels.ok) this.#wrong([...path, 'labels'], `${labels.wrong}; allowed: ${labelSelector.allowed}`)
    if (Object.keys(map).length === 0) this.#wrong(path, 'selects nothing; allowed: one or more of names, except, labels, or no `namespaces` for all of them')
    return {
      ...(names === undefined ? {} : { names }),
      ...(except === undefined ? {} : { except }),
      ...(labels?.ok === true ? { labels: labels.value } : {}),
    }
  }

  #annotations(value: unknown, path: Path): AnnotationList {
    const patterns = this.#texts(value, path, 'a list of annotations')
    const known = [...this.#definitions.keys()]
    const keys = patterns.flatMap((pattern, i) => {
      const isWritten = ({ key }: { readonly key: string }): boolean => matchesAny([pattern], key)
      // A pattern also stands for other spellings: a rule that forbids all annotations of another controller means their contents.
      const spelled = pattern.endsWith('*')
        ? this.#sets.flatMap(({ definitions, translations }) => [
            ...Object.values(definitions).flatMap(({ key, aliases = [] }) => (aliases.some(isWritten) ? [key] : [])),
            ...translations.filter(isWritten).flatMap(({ words }) => words.map((word) => `fairlead.dev/${word}`)),
          ])
        : []
      const found = [...known.filter((key) => matchesAny([pattern], key)), ...spelled]
      if (found.length === 0 && this.#pattern(pattern, [...path, i])) this.#unknownKey(pattern, [...path, i])
      return found
    })
    return { patterns, keys: new Set(keys) }
  }

  #values(value: unknown, path: Path): Readonly<Record<string, readonly string[]>> {
    const entries = Object.entries(this.#map(value, path, undefined, 'a map of annotations and lists of values') ?? {}).map(([key, list]) => {
      const at = [...path, key]
      const definition = this.#definitions.get(key)
      if (definition === undefined) this.#unknownKey(key, at)
      const values = this.#texts(list, at, 'a list of values')
      for (const [i, text] of values.entries()) {
        if (!this.#pattern(text, [...at, i]) || text.endsWith('*')) continue
        const parsed = definition?.value.parse(text)
        if (parsed?.ok === false) this.#wrong([...at, i], `is ${shown(text)}, which ${parsed.wrong}; allowed: ${definition?.value.allowed ?? ''}`)
        else if (text.includes(',')) this.#wrong([...at, i], `is ${shown(text)}; allowed: one value, without a comma`)
      }
      return [key, values] as const
    })
    return Object.fromEntries(entries)
  }

  #ranges(value: unknown, path: Path): readonly string[] {
    const texts = this.#texts(value, path, 'a list of IP ranges')
    if (Array.isArray(value) && texts.length === 0) this.#wrong(path, 'is []; allowed: one or more IP ranges')
    return texts.flatMap((text, i) => {
      const range = parseCidr(text)
      if (range === undefined && text !== '') this.#wrong([...path, i], `is ${shown(text)}, which is not an IP range; allowed: ranges such as 10.0.0.0/8`)
      return range ?? []
    })
  }

  #defaults(value: unknown, path: Path): Readonly<Record<string, string>> {
    const entries = Object.entries(this.#map(value, path, undefined, 'a map of annotations and values') ?? {}).map(([key, given]) => {
      const at = [...path, key]
      const text = this.#text(given, at)
      const definition = this.#definitions.get(key)
      if (definition === undefined) this.#unknownKey(key, at)
      else if (NO_DEFAULTS.has(key)) this.#wrong(at, 'cannot have a default, because its value belongs to one Service')
      else {
        const parsed = definition.value.parse(text)
        if (!parsed.ok) this.#wrong(at, `is ${shown(text)}, which ${parsed.wrong}; allowed: ${definition.value.allowed}`)
      }
      return [key, text] as const
    })
    return Object.fromEntries(entries)
  }

  /** Another spelling of something, or nothing that is known. */
  #unknownKey(key: string, path: Path): void {
    const found = this.#sets.map((set) => set.find(key)).find((each) => each !== undefined)
    const means = found?.found.means
    if (means !== undefined && found?.port !== undefined)
      this.#wrong(path, `is ${shown(key)}, an annotation for one port; allowed: the annotation without the port`)
    else if (means !== undefined && 'definition' in means) this.#wrong(path, `is ${shown(key)}; allowed: ${means.definition.key}, which includes this spelling`)
    else if (means !== undefined && 'translation' in means && means.translation.words.length > 0)
      this.#wrong(path, `is ${shown(key)}; allowed: ${means.translation.words.map((word) => `fairlead.dev/${word}`).join(', ')}, which includes this spelling`)
    else {
      const meant = nearest(key.slice(0, LONGEST_KEY), this.#definitions.keys())
      this.#wrong(
        path,
        `is ${shown(key)}, which is not an annotation that Fairlead reads; ${meant === undefined ? 'docs/annotations lists them' : `did you mean ${meant}?`}`,
      )
    }
  }

  #pattern(text: string, path: Path): boolean {
    if (!text.slice(0, -1).includes('*')) return true
    this.#wrong(path, `is ${shown(text)}; allowed: at most one \`*\`, at the end`)
    return false
  }

  #map(value: unknown, path: Path, fields: readonly string[] | undefined, allowed: string): Readonly<Record<string, unknown>> | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#wrong(path, `is ${value === undefined || value === null ? 'empty' : shown(value)}; allowed: ${allowed}`)
      return undefined
    }
    for (const field of Object.keys(value)) {
      if (fields === undefined || fields.includes(field)) continue
      const meant = nearest(field.slice(0, LONGEST_KEY), fields)
      this.#wrong([...path, field], `is not a field; allowed: ${fields.join(', ')}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`)
    }
    return value as Readonly<Record<string, unknown>>
  }

  #list(value: unknown, path: Path, allowed: string): readonly unknown[] {
    if (Array.isArray(value)) return value
    this.#wrong(path, `is ${value === undefined || value === null ? 'empty' : shown(value)}; allowed: ${allowed}`)
    return []
  }

  #texts(value: unknown, path: Path, allowed: string): readonly string[] {
    return this.#list(value, path, allowed).map((item, i) => this.#text(item, [...path, i]))
  }

  /** A number or a boolean without quotes is meant as text: annotations are. */
  #text(value: unknown, path: Path): string {
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    this.#wrong(path, `is ${value === undefined || value === null || value === '' ? 'empty' : shown(value)}; allowed: a text`)
    return ''
  }

  #wrong(path: Path, wrong: string): void {
    this.problems.push({ path, wrong })
  }
}

const LONGEST_KEY = 128

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= LONGEST_KEY ? text : `${text.slice(0, LONGEST_KEY)}...`
}
