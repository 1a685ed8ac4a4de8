/** A real Chromium without a window, driven over its DevTools protocol: pages are opened, keys pressed, and what is on them is read. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { eventually } from '../until.ts'

export interface Browser {
  /** A page of its own, with no cookie of another. */
  open(url: string, how?: PageOptions): Promise<Page>
  close(): Promise<void>
}

export interface PageOptions {
  /** In pixels; 1,280 by 800 where absent. */
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
  /** A script that runs before those of the page. */
  readonly script?: string
}

export interface Page {
  /** Runs an expression in the page and answers its value, promises awaited. Rejects with what it throws. */
  read<T>(expression: string): Promise<T>
  /** Waits until an expression is true, or as `is` says of its value; answers the value. */
  until<T>(expression: string, is?: (value: T) => boolean): Promise<T>
  /** By DOM name: `Enter`, `ArrowDown`, `Escape`, `/`. */
  press(key: string): Promise<void>
  type(text: string): Promise<void>
  /** In pixels of the page. */
  wheel(at: { readonly x: number; readonly y: number }, by: number): Promise<void>
  goto(url: string): Promise<void>
  /** A PNG. */
  picture(): Promise<Buffer>
  /** URLs of all requests so far. */
  readonly requests: readonly string[]
  /** What was written on the console as an error or thrown, violations of the content security policy included. */
  readonly faults: readonly string[]
  close(): Promise<void>
}

/** The program; undefined: there is none, and `noBrowser` says so. */
function program(): string | undefined {
  const named = process.env['CHROMIUM']
  for (const name of named === undefined ? ['chromium', 'chromium-browser', 'google-chrome'] : [named]) {
    try {
      execFileSync(name, ['--version'], { stdio: 'pipe' })
      return name
    } catch {
      continue
    }
  }
  return undefined
}

/** Why there can be no browser here, or undefined when there can. Print it when skipping. */
export function noBrowser(): string | undefined {
  return program() === undefined ? 'there is no Chromium: install the package chromium, or name the program in CHROMIUM' : undefined
}

export async function startBrowser(): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-browser-'))
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--hide-scrollbars',
    '--disable-background-networking',
  ]
  const child = spawn(program() ?? 'chromium', [...flags, `--user-data-dir=${folder}`, '--remote-debugging-port=0', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    void exited.then(() => reject(new Error(`Chromium ended: ${said}`)))
  })
  const protocol = await connectTo(url)
  return {
    open: (page, how = {}) => openPage(protocol, page, how),
    async close() {
      child.kill('SIGKILL')
      await exited
      protocol.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Protocol {
  send<T>(method: string, params?: object, session?: string): Promise<T>
  /** Calls with each event of a session. */
  on(session: string, listener: (method: string, params: Params) => void): void
  close(): void
}

type Params = Readonly<Record<string, unknown>>

interface Message {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Params
}

async function connectTo(url: string): Promise<Protocol> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 })
  await new Promise<void>((resolve, reject) => void socket.once('open', () => resolve()).once('error', reject))
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const listeners = new Map<string, (method: string, params: Params) => void>()
  socket.on('message', (data: Buffer) => {
    const { id, result, error, sessionId = '', method, params = {} } = JSON.parse(data.toString()) as Message
    if (id === undefined) return method === undefined ? undefined : listeners.get(sessionId)?.(method, params)
    if (error === undefined) waiting.get(id)?.resolve(result)
    else waiting.get(id)?.reject(new Error(error.message))
    waiting.delete(id)
    return undefined
  })
  socket.on('close', () => waiting.forEach(({ reject }) => reject(new Error('the browser is gone'))))
  let last = 0
  return {
    send<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
      last += 1
      const answer = Promise.withResolvers<unknown>()
      waiting.set(last, answer)
      socket.send(JSON.stringify({ id: last, method, params, ...(sessionId === undefined ? {} : { sessionId }) }))
      return answer.promise as Promise<T>
    },
    on: (session, listener) => void listeners.set(session, listener),
    close: () => socket.terminate(),
  }
}

async function openPage(protocol: Protocol, url: string, { width = 1280, height = 800, scheme = 'light', script }: PageOptions): Promise<Page> {
  const { browserContextId } = await protocol.send<{ browserContextId: string }>('Target.createBrowserContext')
  const { targetId } = await protocol.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank', browserContextId })
  const { sessionId } = await protocol.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
  const send = <T>(method: string, params: object = {}): Promise<T> => protocol.send<T>(method, params, sessionId)
  const [requests, faults]: [string[], string[]] = [[], []]
  protocol.on(sessionId, (method, params) => note(method, params, { requests, faults }))
  await Promise.all([send('Page.enable'), send('Network.enable'), send('Runtime.enable'), send('Log.enable')])
  await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 500 })
  await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
  if (script !== undefined) await send('Page.addScriptToEvaluateOnNewDocument', { source: script })
  const read = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await send<Evaluated>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value as T
  }
  const page: Page = {
    read,
    until: (expression, is = (value) => Boolean(value)) => eventually(() => read(expression), is),
    async press(key) {
      const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined
      const code = CODES[key] ?? key.charCodeAt(0)
      const event = { key, code: key, windowsVirtualKeyCode: code, ...(text === undefined ? {} : { text }) }
      await send('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', ...event })
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
    },
    type: (text) => send('Input.insertText', { text }),
    wheel: ({ x, y }, by) => send('Input.dispatchMouseEvent', { type: 'mouseWheel', x, y, deltaX: 0, deltaY: by }),
    async goto(to) {
      await send('Page.navigate', { url: to })
      await page.until('document.readyState === "complete"')
    },
    picture: async () => Buffer.from((await send<{ data: string }>('Page.captureScreenshot', { format: 'png' })).data, 'base64'),
    requests,
    faults,
    close: () => protocol.send('Target.disposeBrowserContext', { browserContextId }),
  }
  await page.goto(url)
  return page
}

interface Evaluated {
  readonly result: { readonly value?: unknown }
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } }
}

/** Of keys that are no character; https://developer.mozilla.org/docs/Web/API/KeyboardEvent/keyCode. */
const CODES: Readonly<Record<string, number>> = {
  Enter: 13,
  Escape: 27,
  Tab: 9,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowUp: 38,
  ArrowDown: 40,
  '/': 191,
}

function note(method: string, params: Params, { requests, faults }: { readonly requests: string[]; readonly faults: string[] }): void {
  if (method === 'Network.requestWillBeSent') requests.push((params['request'] as { readonly url: string }).url)
  else if (method === 'Runtime.exceptionThrown') faults.push(JSON.stringify(params['exceptionDetails']))
  else if (method === 'Log.entryAdded') {
    const { level, text, url } = params['entry'] as { readonly level: string; readonly text: string; readonly url?: string }
    if (level === 'error') faults.push(`${text} ${url ?? ''}`)
  }
}
