/** What AWS says, made fit for a Service's condition: without internal details, and without what differs each time. */

const ARN = /arn:aws[\w-]*:([\w-]+):[\w-]*:\d*:([^\s'",;)\]}]+)/g
const REQUEST_ID = /[\s(,;]*\brequest ?id:?\s*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\)?/gi
const ENCODED = /\s*Encoded authorization failure message:\s*\S+/g

/** ARNs become the names that people gave; request ids and encoded messages go. */
export function withoutIds(text: string): string {
  return text
    .replaceAll(ARN, (_, __: string, resource: string) => nameOf(resource.replace(/\.$/, '')) + (resource.endsWith('.') ? '.' : ''))
    .replaceAll(REQUEST_ID, '')
    .replaceAll(ENCODED, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** `loadbalancer/net/web/0123` is `web`. */
function nameOf(resource: string): string {
  const [type = '', ...path] = resource.split('/')
  switch (type) {
    case 'loadbalancer':
      return path.at(-2) ?? type
    case 'listener':
      return `a listener of ${path.at(-3) ?? type}`
    case 'targetgroup':
      return path.at(0) ?? type
    case 'certificate':
    case 'server-certificate':
      return path.at(-1) ?? type
    default:
      return type
  }
}
