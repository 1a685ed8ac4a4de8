/**
 * The one connection to the controller: what changes comes as server-sent events. The list is read once for each connection, and after a gap, and never
 * again meanwhile.
 */

const AGAIN_MS = [2_000, 5_000, 10_000, 30_000]
/** What has arrived is read for so long at a time: keys and drawing come in between. */
const SLICE_MS = 12

/** All Services by `NAMESPACE/NAME`, which each row has as its `key`; the overview, and who wants to know. */
export const live = {
  rows: new Map(),
  overview: undefined,
  isConnected: false,
  isListRead: false,
  needsToken: false,
  problem: '',
}

const listeners = new Set()

/** `listener(what, data)`: `rows` with the changed keys or undefined for all, `overview`, `activity` with entries, `connection`. Answers how to stop. */
export function subscribe(listener) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function notify(what, data) {
  for (const listener of listeners) listener(what, data)
}

let source
let failures = 0
let reading
let isReadAgain = false
/** Keys that went away while the list is read: a row in it may be older. */
let gone = new Map()

export function connect() {
  source?.close()
  source = new EventSource('/api/stream')
  source.addEventListener('hello', () => {
    failures = 0
    setConnected(true)
    void readList()
  })
  source.addEventListener('rows', ({ data }) => takeRows(JSON.parse(data)))
  source.addEventListener('reload', () => void readList())
  source.addEventListener('overview', ({ data }) => {
    live.overview = JSON.parse(data)
    notify('overview')
  })
  source.addEventListener('activity', ({ data }) => notify('activity', JSON.parse(data)))
  source.addEventListener('error', () => void onError())
}

/** A browser connects again where the connection broke; where it was refused, we do, once it is known why. */
async function onError() {
  setConnected(false)
  if (source.readyState !== EventSource.CLOSED) return
  const status = await fetch('/api/session').then(
    (answer) => answer.status,
    () => 0,
  )
  if (status === 401 || status === 403) {
    live.needsToken = true
    live.problem = status === 403 ? 'The user of this token may not list Services in all namespaces.' : ''
    notify('connection')
    return
  }
  const wait = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]
  failures += 1
  setTimeout(connect, wait)
}

function setConnected(isConnected) {
  live.isConnected = isConnected
  live.needsToken = false
  notify('connection')
}

/** Shows the token to the controller, which sets a cookie that scripts cannot read. */
export async function signIn(token) {
  const answer = await fetch('/api/session', { headers: { authorization: `Bearer ${token}` } })
  if (answer.ok) connect()
  return answer.status
}

export async function get(path) {
  const answer = await fetch(path)
  return answer.ok ? answer.json() : undefined
}

function keyOf({ namespace, name }) {
  return `${namespace}/${name}`
}

function takeRows(rows) {
  const changed = []
  for (const row of rows) if (takeRow(row)) changed.push(keyOf(row))
  if (changed.length > 0) notify('rows', changed)
}

function takeRow(row) {
  const key = keyOf(row)
  row.key = key
  const before = live.rows.get(key)
  if ((before?.number ?? -1) > row.number || (gone.get(key) ?? -1) > row.number) return false
  if (row.isGone) {
    gone.set(key, row.number)
    return live.rows.delete(key)
  }
  gone.delete(key)
  live.rows.set(key, row)
  return true
}

/** Line by line, so that the first rows are there at once. */
async function readList() {
  if (reading !== undefined) {
    isReadAgain = true
    return
  }
  reading = readAll()
  try {
    await reading
    live.isListRead = true
    notify('rows')
  } catch {
    setTimeout(() => void readList(), AGAIN_MS[0])
  } finally {
    reading = undefined
    gone = new Map()
    if (isReadAgain) {
      isReadAgain = false
      void readList()
    }
  }
}

async function readAll() {
  const answer = await fetch('/api/services')
  if (!answer.ok) throw new Error(`the list was answered with ${answer.status}`)
  const instance = live.overview?.instance
  if (instance !== live.rowsOf) live.rows.clear()
  live.rowsOf = instance
  const before = new Set(live.rows.keys())
  let rest = ''
  let began = performance.now()
  let isFirst = live.rows.size === 0
  for await (const text of texts(answer.body)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      if (line === '') continue
      const row = JSON.parse(line)
      before.delete(keyOf(row))
      takeRow(row)
    }
    if (isFirst && live.rows.size > 100) {
      isFirst = false
      notify('rows')
    }
    if (performance.now() - began < SLICE_MS) continue
    await new Promise((resolve) => void setTimeout(resolve))
    began = performance.now()
  }
  for (const key of before) live.rows.delete(key)
}

async function* texts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
