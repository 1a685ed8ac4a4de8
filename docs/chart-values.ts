/** The chart's values as rows for a table: `helm-chart/values.yaml` says everything there is to say, in the comments above its values. */
import { isMap, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml'

export interface ChartValue {
  /** `aws.region` */
  readonly path: string
  /** As JSON. */
  readonly fallback: string
  readonly doc: string
}

/** In their order. A map with a comment of its own is one value, one without is a group of values. Throws an Error that names a value without a comment. */
export function chartValues(yaml: string): readonly ChartValue[] {
  const { contents } = parseDocument(yaml)
  return isMap(contents) ? valuesOf(contents as YAMLMap<Scalar<string>>, '') : []
}

function valuesOf(map: YAMLMap<Scalar<string>>, prefix: string): readonly ChartValue[] {
  return map.items.flatMap((pair, i) => {
    const path = `${prefix}${pair.key.value}`
    // The comment above a map's first value belongs to the map, for the parser.
    const comment = pair.key.commentBefore ?? (i === 0 ? map.commentBefore : undefined)
    if (comment != null) return [{ path, fallback: JSON.stringify(plain(pair)), doc: lastParagraph(comment) }]
    if (isMap(pair.value) && pair.value.items.length > 0) return valuesOf(pair.value as YAMLMap<Scalar<string>>, `${path}.`)
    throw new Error(`helm-chart/values.yaml: ${path} has no comment that says what it does`)
  })
}

/** What stands apart above it is about the file. */
function lastParagraph(comment: string): string {
  const paragraph =
    comment
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
}

function plain({ value }: Pair): unknown {
  return (value as { toJSON?: () => unknown } | null)?.toJSON?.() ?? null
}
