/** How an annotation of the vocabulary can be written: every key and form that says the same thing, from the definitions. For the admission policy, which reads no value as we do. */
import type { AnnotationSet, Definition, Translation } from '../../annotations/define.ts'
import type { PortForm } from '../../annotations/key-index.ts'

/** One way to say something. */
export interface Spelling {
  readonly key: string
  readonly perPort?: PortForm
  /** Another controller's annotation: a blank value says nothing. */
  readonly isForeign: boolean
  readonly how:
    /** The value is the text itself. */
    | { readonly kind: 'text' }
    /** Few values; what each says, in the words of the vocabulary. A value that is not here says nothing. */
    | { readonly kind: 'words'; readonly words: Readonly<Record<string, string>> }
    /** One pair of a value made of pairs. */
    | { readonly kind: 'pair'; readonly pair: string; readonly isText: boolean }
    /** A value made of pairs, but for those that other annotations say too. */
    | { readonly kind: 'other pairs'; readonly pairs: readonly string[] }
    /** The value is translated in a way that only the controller knows. */
    | { readonly kind: 'translated' }
}

/** All ways to say what the definition with this key means. */
export function spellingsOf(means: string, sets: readonly AnnotationSet<unknown>[]): readonly Spelling[] {
  return sets.flatMap(({ definitions, translations }) => [
    ...Object.values(definitions).flatMap((definition) => ofDefinition(means, definition)),
    ...translations.flatMap((translation) => ofTranslation(means, translation)),
  ])
}

const OURS = /^([a-z0-9-]+\.)?fairlead\.dev\//

function ofDefinition(means: string, { key, perPort, aliases = [], neutralPairs }: Definition<unknown>): readonly Spelling[] {
  const spelling = (name: string, form: PortForm | undefined, how: Spelling['how']): Spelling => ({
    key: name,
    ...(form === undefined ? {} : { perPort: form }),
    isForeign: !OURS.test(name),
    how,
  })
  const own: Spelling['how'] = neutralPairs === undefined ? { kind: 'text' } : { kind: 'other pairs', pairs: Object.keys(neutralPairs) }
  if (key === means) return [{ key, perPort }, ...aliases].map((one) => spelling(one.key, one.perPort, own))
  return Object.entries(neutralPairs ?? {})
    .filter(([, { word }]) => `fairlead.dev/${word}` === means)
    .map(([pair, { text }]) => spelling(key, perPort, { kind: 'pair', pair, isText: text === undefined }))
}

function ofTranslation(means: string, { key, perPort, words, values, example, translate }: Translation): readonly Spelling[] {
  const word = words.find((each) => `fairlead.dev/${each}` === means)
  if (word === undefined) return []
  const nothing = { annotations: {}, ports: [] }
  const textOf = (text: string): string | undefined => {
    const read = translate(text, nothing)
    return read.ok ? read.value[word] : undefined
  }
  const how = (): Spelling['how'] => {
    if (values === undefined) return { kind: textOf(example) === example ? 'text' : 'translated' }
    return { kind: 'words', words: Object.fromEntries(values.flatMap((value) => (textOf(value) === undefined ? [] : [[value, textOf(value) ?? '']]))) }
  }
  return [{ key, ...(perPort === undefined ? {} : { perPort }), isForeign: true, how: how() }]
}
