/** The pieces of CEL that an admission policy is made of: texts in, an expression out. */
import type { LabelSelector } from '../../annotations/label-selector.ts'
import type { PortForm } from '../../annotations/key-index.ts'
import type { NamespaceSelection } from './policy.ts'
import type { Spelling } from './spellings.ts'

export function text(value: string): string {
  return JSON.stringify(value)
}

export function list(values: readonly string[]): string {
  return `[${values.map(text).join(', ')}]`
}

export function any(parts: readonly string[]): string {
  return parts.length === 0 ? 'false' : parts.map((part) => (parts.length === 1 ? part : `(${part})`)).join(' || ')
}

export function all(parts: readonly string[]): string {
  return parts.length === 0 ? 'true' : parts.map((part) => (parts.length === 1 ? part : `(${part})`)).join(' && ')
}

/** Whether `name` is one of the patterns: texts, and beginnings that end in `*`. */
export function among(name: string, patterns: readonly string[]): string {
  const exact = patterns.filter((pattern) => !pattern.endsWith('*'))
  const beginnings = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => `${name}.startsWith(${text(pattern.slice(0, -1))})`)
  return any([...(exact.length === 0 ? [] : [`${name} in ${list(exact)}`]), ...beginnings])
}

/** Whether the namespace of the request is selected. */
export function selects({ names, except = [], labels }: NamespaceSelection = {}): string {
  return all([
    ...(names === undefined ? [] : [among('request.namespace', names)]),
    ...(except.length === 0 ? [] : [`!(${among('request.namespace', except)})`]),
    ...(labels?.requirements ?? []).map(requirement),
  ])
}

function requirement({ key, operator, values }: LabelSelector['requirements'][number]): string {
  const isThere = `${text(key)} in variables.labels`
  const isOne = `${isThere} && variables.labels[${text(key)}] in ${list(values)}`
  switch (operator) {
    case 'in':
      return isOne
    case 'notin':
      return `!(${isOne})`
    case 'exists':
      return isThere
    case 'absent':
      return `!(${isThere})`
    default:
      return operator satisfies never
  }
}

/** Whether the annotation `k` is written in one of these ways. */
export function isSpelled(spellings: readonly Spelling[]): string {
  return any(spellings.map(isWritten))
}

function isWritten(spelling: Spelling): string {
  const { isForeign, how } = spelling
  const value = 'variables.annotations[k]'
  const key = isKey(spelling)
  switch (how.kind) {
    case 'words':
      return all([key, `${value}.trim() in ${list(Object.keys(how.words))}`])
    case 'pair':
      return all([key, `${value}.split(",").exists(p, p.trim().startsWith(${text(`${how.pair}=`)}))`])
    case 'other pairs':
      return all([key, `${value}.trim() != ""`, `${value}.split(",").exists(p, !(p.split("=")[0].trim() in ${list(how.pairs)}))`])
    case 'text':
    case 'translated':
      return isForeign ? all([key, `${value}.trim() != ""`]) : key
    default:
      return how satisfies never
  }
}

export function isKey({ key, perPort }: Pick<Spelling, 'key' | 'perPort'>): string {
  const exact = `k == ${text(key)}`
  if (perPort === undefined) return exact
  return any([exact, perPort === true ? `k.startsWith(${text(`${key}.`)})` : `k.matches(${text(formPattern(perPort))})`])
}

/** RE2, as CEL has it. */
function formPattern(form: Exclude<PortForm, true>): string {
  const parts = form
    .split(/(\{protocol\}|\{port\})/)
    .map((part) => ({ '{protocol}': '[A-Za-z_]+', '{port}': '.+' })[part] ?? part.replaceAll(/[^\w/-]/g, String.raw`\$&`))
  return `^${parts.join('')}$`
}

/** What the annotation, or field of the spec, `k` says, in the words of the vocabulary. */
export function textOf(spellings: readonly Spelling[], fields: Readonly<Record<string, string>>): string {
  const cases = [
    ...Object.entries(fields).map(([field, value]) => [`k == ${text(field)}`, value] as const),
    ...spellings.flatMap((spelling) => {
      const value = valueOf(spelling)
      return value === undefined ? [] : [[isKey(spelling), value] as const]
    }),
  ]
  return cases.reduceRight((otherwise, [condition, value]) => `(${condition}) ? ${value} : ${otherwise}`, 'variables.annotations[k]')
}

function valueOf({ how }: Spelling): string | undefined {
  if (how.kind === 'words') {
    const entries = Object.entries(how.words).map(([raw, said]) => `${text(raw)}: ${text(said)}`)
    return `{${entries.join(', ')}}[variables.annotations[k].trim()]`
  }
  if (how.kind !== 'pair') return undefined
  const start = how.pair.length + 1
  return `variables.annotations[k].split(",").map(p, p.trim()).filter(p, p.startsWith(${text(`${how.pair}=`)}))[0].substring(${start})`
}
