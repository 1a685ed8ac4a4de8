/** Watches: what came before, what comes, bookmarks, and the end. It writes lines to the sink that it was given; it knows no HTTP. */
import { type ApiError, type Status, expired, internal, invalid } from '../api-error.ts'
import type { Machine } from '../machine.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'
import type { StoredChange } from '../store/store.ts'
import { type Form, nameOf, showOne } from './form.ts'
import { checkVersions, parseVersion } from './list.ts'
import { type Selection, readSelection } from './selector.ts'

export interface WatchRequest {
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly selection: Selection
  readonly form: Form
  readonly resourceVersion: string
  readonly bookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  /** undefined: the server chooses. */
  readonly timeoutSeconds: number | undefined
}

export function readWatchRequest(
  resource: Resource,
  where: { readonly namespace: string | undefined; readonly form: Form },
  query: URLSearchParams,
): WatchRequest {
  const sendInitialEvents = query.get('sendInitialEvents')
  const resourceVersion = query.get('resourceVersion') ?? ''
  const errors = checkVersions({ match: query.get('resourceVersionMatch') ?? '', resourceVersion }, { isWatch: true, sendInitialEvents })
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
  const seconds = Number(query.get('timeoutSeconds') ?? 0)
  if (!/^\d*$/.test(resourceVersion))
    throw internal(
      `resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
    )
  return {
    resource,
    ...where,
    selection: readSelection(resource, query),
    resourceVersion,
    bookmarks: ['true', '1'].includes(query.get('allowWatchBookmarks') ?? ''),
    sendInitialEvents: sendInitialEvents === null ? undefined : ['true', '1'].includes(sendInitialEvents),
    timeoutSeconds: seconds > 0 ? seconds : undefined,
  }
}

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** Makes the bytes of an event once for all watches that want it in the same form. */
export class EventBytes {
  readonly #now: () => Date
  readonly #made = new WeakMap<ApiObject, Map<string, Buffer>>()

  constructor(now: () => Date) {
    this.#now = now
  }

  of(type: EventType, object: ApiObject, { resource, form }: Pick<WatchRequest, 'resource' | 'form'>): Buffer {
    const name = `${type} ${nameOf(form)}`
    const known = this.#made.get(object)
    const bytes = known?.get(name)
    if (bytes !== undefined) return bytes
    const made = line(type, showOne(resource, object, { form, now: this.#now(), isFirst: false }))
    if (known === undefined) this.#made.set(object, new Map([[name, made]]))
    else known.set(name, made)
    return made
  }

  /** With the columns: the first row of a watch that wants tables. */
  first(type: EventType, object: ApiObject, { resource, form }: Pick<WatchRequest, 'resource' | 'form'>): Buffer {
    return line(type, showOne(resource, object, { form, now: this.#now(), isFirst: true }))
  }
}

const line = (type: string, object: unknown): Buffer => Buffer.from(`${JSON.stringify({ type, object })}\n`)

export interface WatchOutput {
  write(bytes: Buffer): void
}

/** One watch. `stop` is to be called when the client has gone. */
export class Watch {
  readonly request: WatchRequest
  readonly #machine: Pick<Machine, 'store'>
  readonly #bytes: EventBytes
  readonly #output: WatchOutput
  #unlisten: () => void = () => undefined
  /** Changes up to this version are known to the client. */
  #seen = 0
  #isFirstRow = true
  #isSilent = false

  constructor(machine: Pick<Machine, 'store'>, request: WatchRequest, { bytes, output }: { readonly bytes: EventBytes; readonly output: WatchOutput }) {
    this.request = request
    this.#machine = machine
    this.#bytes = bytes
    this.#output = output
  }

  /** Sends what is due at once and everything from then on. */
  start(): void {
    const { resourceVersion, sendInitialEvents, resource } = this.request
    const asked = parseVersion(resourceVersion)
    const isFresh = asked === 0 ? sendInitialEvents !== false : sendInitialEvents === true
    this.#seen = isFresh ? this.#machine.store.revision : asked === 0 ? this.#machine.store.revision : asked
    this.#unlisten = resource.table.listen((change) => this.#sendChange(change))
    if (isFresh) this.#sendState()
    else this.#replay(asked)
  }

  /** From now on the connection stays and says nothing. */
  silence(): void {
    this.#isSilent = true
  }

  bookmark(): void {
    if (!this.request.bookmarks || this.#isSilent) return
    this.#sendBookmark({})
  }

  /** An ERROR event; the caller closes. */
  fail(error: ApiError): void {
    if (!this.#isSilent) this.#output.write(line('ERROR', error.status satisfies Status))
  }

  stop(): void {
    this.#unlisten()
  }

  #sendState(): void {
    const { resource, namespace, sendInitialEvents, bookmarks } = this.request
    const { table } = resource
    for (const key of table.sortedKeys()) {
      const stored = table.get(key)
      if (stored === undefined || (namespace !== undefined && stored.metadata.namespace !== namespace)) continue
      const object = resource.show(stored)
      if (this.request.selection.matches?.(object) !== false) this.#send('ADDED', object)
    }
    if (sendInitialEvents === true && bookmarks) this.#sendBookmark({ annotations: { 'k8s.io/initial-events-end': 'true' } })
  }

  #replay(from: number): void {
    if (from === 0) return
    const changes = this.request.resource.table.history.since(from)
    if (changes === undefined) {
      this.fail(expired(`too old resource version: ${from} (${this.request.resource.table.history.horizon + 1})`))
      this.#isSilent = true
      this.onEnd()
      return
    }
    for (const change of changes) this.#sendChange(change)
  }

  /** Called when the watch ended on the server's side. */
  onEnd: () => void = () => undefined

  #sendChange(change: StoredChange): void {
    if (change.revision <= this.#seen || this.#isSilent) return
    const { resource, namespace, selection } = this.request
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) return
    if (selection.name !== undefined && change.object.metadata.name !== selection.name) return
    this.#seen = change.revision
    const object = resource.show(change.object)
    if (selection.matches === undefined) {
      this.#send(change.type, object)
      return
    }
    this.#sendTransition(change, object, selection.matches)
  }

  /** For a selector an object that begins to match was ADDED, and one that ceases to was DELETED. */
  #sendTransition(change: StoredChange, object: ApiObject, matches: (object: ApiObject) => boolean): void {
    const did = change.old !== undefined && matches(this.request.resource.show(change.old))
    const does = change.type !== 'DELETED' && matches(object)
    if (did && does) this.#send('MODIFIED', object)
    else if (does) this.#send('ADDED', object)
    else if (did) this.#send('DELETED', change.type === 'DELETED' ? object : atVersion(change, this.request.resource))
  }

  #send(type: EventType, object: ApiObject): void {
    const isFirst = this.#isFirstRow && this.request.form.kind === 'table'
    this.#isFirstRow = false
    this.#output.write(isFirst ? this.#bytes.first(type, object, this.request) : this.#bytes.of(type, object, this.request))
  }

  #sendBookmark(metadata: object): void {
    const { resource, form } = this.request
    const { kind, apiVersion } = resource
    const marked = { resourceVersion: String(Math.max(this.#seen, this.#machine.store.revision)), ...metadata }
    const shown =
      form.kind === 'table'
        ? { kind: 'Table', apiVersion: `meta.k8s.io/${form.version}`, metadata: marked, columnDefinitions: null, rows: [] }
        : {
            kind: form.kind === 'object' ? kind : 'PartialObjectMetadata',
            apiVersion: form.kind === 'object' ? apiVersion : `meta.k8s.io/${form.version}`,
            metadata: marked,
          }
    this.#output.write(line('BOOKMARK', shown))
  }
}

/** The last state that matched, with the version at which it ceased to. */
function atVersion(change: StoredChange, resource: Resource): ApiObject {
  const old = resource.show(change.old ?? change.object)
  return { ...old, metadata: { ...old.metadata, resourceVersion: String(change.revision) } }
}
