/** What Azure says, made fit for a Service's condition: names instead of ids, and nothing that is another text each time. */
import { parseId } from './ids.ts'

const ID = /\/subscriptions\/[^/\s'"]+\/resourceGroups\/[^/\s'"]+\/providers\/Microsoft\.Network(?:\/[\w.-]+)+/gi
const OPERATION = /\s*\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\)/gi
const REQUEST = /\s*(?:Correlation|Activity|Tracking|Operation|Client Request) ?Id:?\s*'?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'?/gi

export function withoutIds(text: string): string {
  return text.replaceAll(ID, nameOf).replaceAll(OPERATION, '').replaceAll(REQUEST, '').replaceAll(/\s+/g, ' ').trim()
}

/** `.../publicIPAddresses/web` is `web`, and says its resource group where that distinguishes it. */
function nameOf(text: string): string {
  const end = text.endsWith('.') ? '.' : ''
  const id = parseId(text.replace(/\.$/, ''))
  return id === undefined ? text : `${id.name} in the resource group ${id.group}${end}`
}
