/** Makes two answers comparable: what two servers must choose differently is replaced by what it is, the same thing always by the same name. */
import type { Case, Json } from './case.ts'
import type { Answer } from './exchange.ts'

/** Fields that hold nothing of interest, or that two servers have for themselves. */
const DROPPED = new Set(['managedFields', 'storageVersionHash', 'serverAddressByClientCIDRs'])
const UID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g
const CLUSTER_IP = /\b10\.96\.\d{1,3}\.\d{1,3}\b|\bfd00:96::[0-9a-f]{1,4}\b/g
const NODE_PORT = /(?<!-)\b3[0-2]\d{3}\b(?!-)/g
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const AGE = /^(\d+[smhdy]){1,2}$/

/** All answers of one case, with the allowed differences taken out. */
export function normalise(answers: readonly Answer[], of: Case, ns: string): Json {
  const asked = JSON.stringify(of)
  const names = new Map<string, string>()
  const nameOf = (kind: string, value: string): string => {
    const key = `${kind} ${value}`
    const known = names.get(key)
    if (known !== undefined) return known
    const count = [...names.keys()].filter((other) => other.startsWith(`${kind} `)).length
    names.set(key, `<${kind} ${count + 1}>`)
    return `<${kind} ${count + 1}>`
  }
  const inText = (text: string): string =>
    text
      .replaceAll(ns, '<namespace>')
      .replace(UID, (uid) => (asked.includes(uid) ? uid : nameOf('uid', uid)))
      .replace(/in record \(\d+\)/, 'in record (<version>)')
      .replace(CLUSTER_IP, (ip) => (asked.includes(ip) ? ip : nameOf('cluster IP', ip)))
      .replace(NODE_PORT, (port) => (asked.includes(port) ? port : nameOf('node port', port)))

  const walk = (value: Json, key: string, parent: Json): Json => {
    if (typeof value === 'number') return /^nodePort$|^healthCheckNodePort$/.test(key) ? inText(String(value)) : value
    if (typeof value === 'string') return walkText(value, key, parent)
    if (Array.isArray(value)) return value.map((item: Json) => walk(item, key, value as Json))
    if (typeof value !== 'object' || value === null) return value
    const object = value as { readonly [key: string]: Json }
    const entries = Object.entries(object).filter(([inner]) => !DROPPED.has(inner))
    return Object.fromEntries(entries.map(([inner, item]) => [inner, walk(item, inner, value)]))
  }
  const walkText = (text: string, key: string, parent: Json): Json => {
    const metadata = parent as { readonly generateName?: string; readonly name?: string } | null
    if (key === 'resourceVersion') return metadata?.name === undefined ? '<version>' : nameOf('version', text)
    if (key === 'continue') return text === '' ? '' : '<continue>'
    if (key === 'name' && metadata?.generateName !== undefined && text !== metadata.generateName) return `${metadata.generateName}<suffix>`
    if (TIME.test(text) && !asked.includes(text)) return '<time>'
    if (key === 'cells' && AGE.test(text)) return '<age>'
    return inText(text)
  }
  return answers.map((answer, index) => walk(narrow(answer, of.steps[index]) as unknown as Json, '', null))
}

/** Only what the step says is looked at. */
function narrow(answer: Answer, step: Case['steps'][number] | undefined): Answer {
  const body = answer.body as { readonly [key: string]: Json } | null
  if (step?.fields !== undefined && body !== null) {
    const { fields } = step
    return { ...answer, body: Object.fromEntries(Object.entries(body).filter(([key]) => fields.includes(key))) }
  }
  if (step?.only === undefined || body === null) return answer
  const { only } = step
  const resources = (body['resources'] ?? []) as readonly { readonly name: string }[]
  return {
    ...answer,
    body: { ...body, resources: resources.filter(({ name }) => only.includes(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1)) as unknown as Json },
  }
}
