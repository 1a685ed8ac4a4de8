/** Sends the requests of a case to one server and gathers what it answers. */
import { Agent, request, type Dispatcher } from 'undici'
import type { Case, Json, Step } from './case.ts'

export interface Target {
  readonly url: string
  readonly ca?: string
  readonly token?: string
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly warnings: readonly string[]
  /** JSON, text, or for a watch the list of its events. */
  readonly body: Json
}

/** What a placeholder may name: values seen in the answers of the case so far. */
interface Seen {
  readonly ns: string
  /** `metadata.resourceVersion` of the first object that was answered, and of the last. */
  firstVersion: string
  version: string
  /** The same of `metadata.uid`. */
  firstUid: string
  uid: string
  clusterIP: string
  continue: string
}

export interface Peer {
  /** The answers of a case, one for each step. */
  ask(wanted: Case, ns: string): Promise<Answer[]>
  close(): Promise<void>
}

export function connect(target: Target): Peer {
  const agent = new Agent({ connect: target.ca === undefined ? {} : { ca: target.ca } })
  return {
    async ask(wanted, ns) {
      const seen: Seen = { ns, firstVersion: '', version: '', firstUid: '', uid: '', clusterIP: '', continue: '' }
      await send(agent, target, { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: ns } } })
      const answers: Answer[] = []
      for (const step of wanted.steps) {
        const answer = await send(agent, target, fill(step, seen))
        remember(seen, answer.body)
        answers.push(answer)
      }
      return answers
    },
    close: () => agent.close(),
  }
}

async function send(agent: Agent, target: Target, step: Step): Promise<Answer> {
  const body = step.body === undefined ? undefined : typeof step.body === 'string' ? step.body : JSON.stringify(step.body)
  const response = await request(`${target.url}${step.path}`, {
    method: step.method,
    dispatcher: agent,
    headers: {
      accept: step.accept ?? 'application/json',
      'user-agent': 'comparison',
      ...(body === undefined ? {} : { 'content-type': step.type ?? 'application/json' }),
      ...(target.token === undefined ? {} : { authorization: `Bearer ${target.token}` }),
    },
    ...(body === undefined ? {} : { body }),
  })
  const header = (name: string): string[] => [response.headers[name] ?? []].flat()
  return {
    status: response.statusCode,
    type: (header('content-type')[0] ?? '').replace(/;\s*charset=.*$/, ''),
    // `299 - "text"`, several of them in one header or in several.
    warnings: header('warning').flatMap((value) => [...value.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replaceAll('\\"', '"'))),
    body: step.events === undefined || response.statusCode !== 200 ? parse(await response.body.text()) : await readEvents(response, step.events),
  }
}

/** Reads so many lines, or as many as there are until the server closes, and closes. */
async function readEvents(response: Dispatcher.ResponseData, count: number): Promise<Json> {
  const lines: string[] = []
  let rest = ''
  for await (const chunk of response.body) {
    const parts = (rest + String(chunk)).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.filter((line) => line !== ''))
    if (lines.length >= count) break
  }
  response.body.destroy()
  return lines.slice(0, count).map(parse)
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function fill(step: Step, seen: Seen): Step {
  const values = seen as unknown as Readonly<Record<string, string>>
  const put = (text: string): string => text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => values[name] ?? whole)
  const path = put(step.path.replace('{continue}', encodeURIComponent(seen.continue)))
  return {
    ...step,
    path,
    ...(step.body === undefined ? {} : { body: typeof step.body === 'string' ? step.body : (JSON.parse(put(JSON.stringify(step.body))) as Json) }),
  }
}

function remember(seen: Seen, body: Json): void {
  const object = body as { metadata?: { resourceVersion?: string; uid?: string; continue?: string; name?: string }; spec?: { clusterIP?: string } } | null
  const version = object?.metadata?.name === undefined ? undefined : object.metadata.resourceVersion
  if (version !== undefined) {
    if (seen.firstVersion === '') seen.firstVersion = version
    seen.version = version
  }
  const uid = object?.metadata?.uid
  if (uid !== undefined) {
    if (seen.firstUid === '') seen.firstUid = uid
    seen.uid = uid
  }
  seen.continue = object?.metadata?.continue ?? seen.continue
  seen.clusterIP = object?.spec?.clusterIP ?? seen.clusterIP
}
