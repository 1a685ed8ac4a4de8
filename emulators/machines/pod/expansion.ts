/** `$(NAME)` in the value of a variable, as the kubelet expands it (kubernetes/kubernetes third_party/forked/golang/expansion). Pure. */

const REFERENCE = /\$(?:\$|\(([^)]*)\))/g

/** What is not known stays as written, `$$` is a dollar sign. Undefined: the result would be longer than `most` characters. */
export function expanded(text: string, valueOf: (name: string) => string | undefined, most: number): string | undefined {
  const parts: string[] = []
  let [length, from] = [0, 0]
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, name] = match
    const value = name === undefined ? '$' : (valueOf(name) ?? whole)
    parts.push(text.slice(from, match.index), value)
    length += match.index - from + value.length
    from = match.index + whole.length
    if (length > most) return undefined
  }
  const result = `${parts.join('')}${text.slice(from)}`
  return result.length > most ? undefined : result
}
