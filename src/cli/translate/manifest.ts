/** A file of Kubernetes objects with its Services translated, document by document; what is not a Service of type LoadBalancer stays as it is written. */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, parseAllDocuments, Scalar, visit, type YAMLMap } from 'yaml'
import type { ServicePortKey } from '../../../annotations/define.ts'
import { SettingError } from '../../config.ts'
import type { Protocol } from '../../model/load-balancer.ts'
import { problemText } from '../../model/problem.ts'
import { escaped, escapedLines, excerpt, quoted } from '../../model/text.ts'
import type { NoCounterpart } from './counterparts.ts'
import { withOwnLines } from './own-lines.ts'
import type { Source, Translation } from './translation.ts'

/** One document before and after, as text. */
export interface TranslatedDocument {
  readonly before: string
  readonly after: string
}

/** Undefined: the Service stays as it is. */
export type Translate = (service: Source, name: string) => Translation | undefined

interface Wire {
  readonly kind?: string
  readonly items?: readonly Wire[]
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly annotations?: Readonly<Record<string, unknown>> }
  readonly spec?: {
    readonly type?: string
    readonly ports?: readonly { readonly port: number; readonly protocol?: Protocol; readonly name?: string }[]
    readonly loadBalancerIP?: string
    readonly loadBalancerClass?: string
    readonly loadBalancerSourceRanges?: readonly string[]
  }
}

/** Documents of YAML, or one of JSON, which is printed as JSON without comments. `source` names the text in errors. Throws a SettingError when it is neither. */
export function translateManifest(text: string, source: string, translate: Translate): readonly TranslatedDocument[] {
  const isJson = text.trimStart().startsWith('{')
  let end = 0
  return parseAllDocuments(text, { prettyErrors: false, merge: true }).map((document): TranslatedDocument => {
    if (document.errors.length > 0) throw new SettingError(`${source} is not YAML: ${document.errors[0]?.message ?? ''}`)
    const before = text.slice(end, (end = document.range[2]))
    return { before, after: translateDocument(document, { before, isJson, translate }) }
  })
}

/** A document made from an object of the cluster. */
export function translateObject(document: Document, translate: Translate): TranslatedDocument {
  const before = printed(document, '')
  return { before, after: translateDocument(document, { before, isJson: false, translate }) }
}

interface How {
  readonly before: string
  readonly isJson: boolean
  readonly translate: Translate
}

function translateDocument(document: Document, { before, isJson, translate }: How): string {
  const wire = document.toJS() as Wire | null
  const root = document.contents
  if (wire === null || typeof wire !== 'object' || !isMap(root)) return before
  const list = root.get('items')
  const nodes = isSeq(list) ? (list.items as Node[]) : [root]
  const found = (isSeq(list) ? (wire.items ?? []) : [wire]).map((service, i) => ({ service, node: nodes[i] })).filter(({ service }) => isBalanced(service))
  const done = found.map((one) => ({ ...one, translation: translate(sourceOf(one.service), nameOf(one.service)) }))
  if (done.every(({ translation }) => translation === undefined)) return before
  const refused = done.filter(({ translation }) => translation?.kind === 'refused')
  for (const { node, translation } of done)
    if (translation?.kind === 'translated' && isMap(node)) edit(document, node, translation, isJson ? [] : translation.lost.map(lostText))
  const comments = refused.flatMap(({ service, translation }) => (translation?.kind === 'refused' ? refusedLines(nameOf(service), translation) : []))
  if (isSeq(list)) list.items = nodes.filter((node) => !refused.some((one) => one.node === node))
  else if (refused.length > 0) return isJson ? '' : `---\n${comments.map((line) => `# ${line}\n`).join('')}`
  if (isJson) return `${JSON.stringify(document.toJS(), undefined, 2)}\n`
  addComments(root, comments)
  const [unedited = document] = parseAllDocuments(before, { prettyErrors: false, merge: true })
  return withOwnLines({ written: before, before: printed(unedited, before), after: printed(document, before), document })
}

function isBalanced({ kind, spec }: Wire): boolean {
  return kind === 'Service' && spec?.type === 'LoadBalancer'
}

function nameOf({ metadata: { namespace = 'default', name = '' } = {} }: Wire): string {
  return `${namespace}/${name}`
}

function sourceOf({ metadata, spec = {} }: Wire): Source {
  const { ports = [], loadBalancerIP, loadBalancerClass, loadBalancerSourceRanges } = spec
  return {
    annotations: Object.fromEntries(Object.entries(metadata?.annotations ?? {}).map(([key, value]) => [key, String(value)])),
    ports: ports.map(({ port, protocol = 'TCP', name }): ServicePortKey => ({ port, protocol, ...(name === undefined ? {} : { name }) })),
    ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    ...(loadBalancerSourceRanges === undefined ? {} : { loadBalancerSourceRanges }),
  }
}

type Translated = Extract<Translation, { kind: 'translated' }>

function edit(document: Document, service: YAMLMap, { annotations, loadBalancerClass, loadBalancerIP }: Translated, comments: readonly string[]): void {
  const metadata = mapIn(document, service, 'metadata')
  const map = mapIn(document, metadata, 'annotations')
  replace(document, map, annotations)
  if (map.items.length === 0) metadata.delete('annotations')
  const spec = mapIn(document, service, 'spec')
  if (loadBalancerIP === undefined) spec.delete('loadBalancerIP')
  if (loadBalancerClass !== undefined) spec.set('loadBalancerClass', loadBalancerClass)
  addComments(service, comments)
}

/** The map under a key; an alias, or a map with merged keys, becomes a map of its own, so that no other object changes with it. */
function mapIn(document: Document, parent: YAMLMap, key: string): YAMLMap {
  const found = parent.get(key, true) as Node | undefined
  if (isMap(found) && found.items.every((pair) => !isMerge(pair))) return found
  const value = isAlias(found) || isMap(found) ? (found.toJS(document) as object) : {}
  const own = document.createNode(value) as YAMLMap
  parent.set(key, own)
  return own
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<'
}

/** What is new stands where the first of those that go stood; their comments stay. */
function replace(document: Document, map: YAMLMap, wanted: Readonly<Record<string, string>>): void {
  const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key)
  const there = new Set(map.items.map(keyOf))
  const fresh = Object.entries(wanted)
    .filter(([key]) => !there.has(key))
    .map(([key, value]) => document.createPair(key, value))
  const gone = map.items.filter((pair) => !Object.hasOwn(wanted, keyOf(pair)))
  const at = gone[0] === undefined ? map.items.length : map.items.indexOf(gone[0])
  const comments = gone.flatMap(({ key }) => (isScalar(key) && typeof key.commentBefore === 'string' ? [key.commentBefore] : []))
  for (const pair of map.items) {
    const value = wanted[keyOf(pair)]
    if (value !== undefined && String(isScalar(pair.value) ? pair.value.value : pair.value) !== value) map.set(pair.key, value)
  }
  map.items = [...map.items.slice(0, at), ...fresh, ...map.items.slice(at)].filter((pair) => isPair(pair) && !gone.includes(pair))
  const next = map.items[at]?.key
  if (comments.length === 0) return
  if (isScalar(next)) next.commentBefore = [...comments, ...(typeof next.commentBefore === 'string' ? [next.commentBefore] : [])].join('\n')
  else map.comment = comments.join('\n')
}

function addComments(node: YAMLMap, lines: readonly string[]): void {
  if (lines.length === 0) return
  const before = typeof node.commentBefore === 'string' ? [node.commentBefore] : []
  node.commentBefore = [...before, ...lines.map((line) => ` ${line}`)].join('\n')
}

/** `KEY: VALUE: why. What to do instead.` */
export function lostText({ key, value, why, instead }: NoCounterpart): string {
  return `not translated: ${excerpt(key, 317)}: ${quoted(value)}: ${escaped(why)}. ${escaped(instead)}`
}

/** The lines on a Service that is left out. */
function refusedLines(name: string, { problems }: Extract<Translation, { kind: 'refused' }>): readonly string[] {
  return problems.map((problem) => `${excerpt(name)} is left out: ${problemText(problem)}`)
}

/** In the style of the text that it was read from. Nothing in it acts on a terminal. */
function printed(document: Document, before: string): string {
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && escapedLines(node.value) !== node.value) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  const text = document.toString({
    lineWidth: 0,
    indent: Math.max(2, /^( +)\w/m.exec(before)?.[1]?.length ?? 2),
    indentSeq: !/^( *)[^\s#-][^\n]*:[^\S\n]*\n\1- /m.test(before),
    flowCollectionPadding: !/[{[][^\s}\]]/.test(before) || /\{ /.test(before),
  })
  return escapedLines(text)
}
