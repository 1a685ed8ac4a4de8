/** What Google says, made fit for a Service's condition: names instead of URLs. */
import { IDS_IN_TEXT, parseId } from './ids.ts'

export function withoutIds(text: string): string {
  return text.replaceAll(IDS_IN_TEXT, described).replaceAll(/\s+/g, ' ').trim()
}

/** Objects of one name are distinguished by their kind. */
function described(text: string): string {
  const id = parseId(text)
  if (id === undefined) return text
  const { scope } = id
  return `${id.kind}/${id.name}${scope === 'global' ? '' : ` in ${'region' in scope ? scope.region : scope.zone}`}`
}
