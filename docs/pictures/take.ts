/**
 * `npm run docs:pictures`: takes the pictures of the dashboard, from a playground with a few Services and with Chromium, and of what commands print on a terminal, with
 * `script`. Look at each before it is committed.
 * `--all FOLDER` takes every page instead, wide and narrow, light and dark, and leaves those of the docs alone; `--cloud NAME` for another one than aws.
 */
import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { type Browser, noBrowser, type PageOptions, startBrowser } from '../../test/product/browser.ts'
import { eventually } from '../../test/until.ts'
import { terminalSvg } from './terminal.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const SERVICE = '#/service/default/web'

/** Of the docs: the file, and what is on it. */
const PICTURES: readonly (readonly [string, string, PageOptions])[] = [
  ['dashboard-services', '', { width: 1200, height: 446 }],
  ['dashboard-service', SERVICE, { width: 1200, height: 800 }],
  ['dashboard-controller', '#/controller', { width: 1200, height: 720, scheme: 'dark' }],
]
/** Of a terminal: the file, and what is typed. */
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['terminal-get', ['get', '-A']],
  ['terminal-explain', ['explain', 'shop/none']],
  ['terminal-plan', ['plan', '-f', 'cart.yaml']],
]
const COLUMNS = 118
/** As it is in the playground, but internal. */
const CART = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name: 'cart', annotations: { 'fairlead.dev/scheme': 'internal' } },
  spec: { type: 'LoadBalancer', selector: { app: 'cart' }, ports: [{ port: 8080 }] },
}
const PAGES = { services: '', service: SERVICE, refused: '#/service/default/refused', activity: '#/activity', controller: '#/controller' }
const WIDTHS = [400, 1200]
const SCHEMES = ['light', 'dark'] as const

interface Wanted {
  readonly namespace: string
  readonly name: string
  readonly port: number
  /** Absent: there are no pods, and the Service selects none. */
  readonly pods?: { readonly app: string; readonly replicas: number }
  readonly annotations?: Readonly<Record<string, string>>
  /** As the dashboard has it. */
  readonly state: string
}

const WEB = { app: 'web', replicas: 3 }
const SERVICES: readonly Wanted[] = [
  { namespace: 'default', name: 'web', port: 80, pods: WEB, state: 'Ready' },
  { namespace: 'default', name: 'refused', port: 8082, pods: WEB, annotations: { 'fairlead.dev/scheme': 'outside' }, state: 'Failed' },
  { namespace: 'default', name: 'paused', port: 8083, pods: WEB, annotations: { 'fairlead.dev/pause': 'true' }, state: 'Paused' },
  { namespace: 'shop', name: 'cart', port: 8080, pods: { app: 'cart', replicas: 2 }, state: 'Ready' },
  { namespace: 'shop', name: 'checkout', port: 443, pods: { app: 'checkout', replicas: 2 }, state: 'Ready' },
  { namespace: 'shop', name: 'media', port: 8443, pods: { app: 'media', replicas: 2 }, state: 'Ready' },
  { namespace: 'shop', name: 'none', port: 8081, state: 'NoBackends' },
  { namespace: 'shop', name: 'search', port: 8444, pods: { app: 'search', replicas: 2 }, state: 'Ready' },
]

/** The page has what it asks the cloud for. */
const IS_DRAWN =
  'document.querySelector(".row, .card") !== null && !/Reading|Asking/.test(document.querySelector("main").innerText) && !/initial/.test(document.querySelector("svg.picture")?.textContent ?? "")'

const { values } = parseArgs({ options: { all: { type: 'string' }, cloud: { type: 'string', default: 'aws' } } })
const reason = noBrowser()
if (reason !== undefined) throw new Error(reason)

await inPlayground(values.cloud, async ({ dashboard }) => {
  await using stack = new AsyncDisposableStack()
  const browser = await startBrowser()
  stack.defer(() => browser.close())
  const from: From = { browser, dashboard }
  if (values.all !== undefined) await takeAll(from, values.all)
  else for (const [name, path, how] of PICTURES) await take(from, path, how, join(HERE, `${name}.png`))
})
// The names of load balancers of AWS leave no room for reasons.
if (values.all === undefined)
  await inPlayground('gcp', async ({ home }) => {
    await writeFile(join(home, 'cart.yaml'), JSON.stringify(CART))
    for (const [name, args] of COMMANDS) await draw(home, args, join(HERE, `${name}.svg`))
  })

interface Playground {
  /** A folder for what is there as long as the playground is, with its kubeconfig. */
  readonly home: string
  readonly dashboard: string
  readonly api: string
}

/** With the Services as they are to be shown. */
async function inPlayground(cloud: string, see: (playground: Playground) => Promise<void>): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'fairlead-pictures-'))
  const home = folder.path
  await using stack = new AsyncDisposableStack()
  const flags = ['--cloud', cloud, '--kubeconfig-out', join(home, 'kubeconfig'), '--endpoints-out', join(home, 'endpoints.json')]
  const child = spawn(process.execPath, [MAIN, 'playground', ...flags], { stdio: ['ignore', 'pipe', 'ignore'] })
  stack.defer(() => end(child))
  const dashboard = await dashboardOf(child)
  const { kubernetes } = JSON.parse(await readFile(join(home, 'endpoints.json'), 'utf8')) as { readonly kubernetes: string }
  const playground = { home, dashboard, api: kubernetes }
  await populate(playground)
  await see(playground)
}

async function dashboardOf(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Dashboard: (\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('the playground ended before it said where its dashboard is')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Resolves when each Service is as it is to be shown. */
async function populate({ api, dashboard }: Playground): Promise<void> {
  await post(api, '/api/v1/namespaces', { metadata: { name: 'shop' } })
  const deployed = Map.groupBy(
    SERVICES.filter(({ pods }) => pods !== undefined),
    ({ namespace, pods }) => `${namespace}/${pods?.app}`,
  )
  for (const [{ namespace, pods } = SERVICES[0]!] of deployed.values()) await deploy(api, namespace, pods ?? WEB)
  for (const wanted of SERVICES) await serve(api, wanted)
  await eventually(
    () => isAsWanted(dashboard),
    (is) => is,
  )
}

async function deploy(api: string, namespace: string, { app, replicas }: { readonly app: string; readonly replicas: number }): Promise<void> {
  const [labels, containers] = [{ app }, [{ name: app, image: app }]]
  await post(api, `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: app },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  })
}

async function serve(api: string, { namespace, name, port, pods, annotations = {} }: Wanted): Promise<void> {
  const spec = { type: 'LoadBalancer', selector: { app: pods?.app ?? name }, ports: [{ port }] }
  await post(api, `/api/v1/namespaces/${namespace}/services`, { metadata: { name, annotations }, spec })
}

async function post(api: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${api}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`POST ${path}: ${await answer.text()}`)
}

interface Row {
  readonly namespace: string
  readonly name: string
  readonly state: string
  readonly ready: number
}

async function isAsWanted(dashboard: string): Promise<boolean> {
  const answer = await fetch(`${dashboard}/api/services`)
  const rows = (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
  return SERVICES.every(({ namespace, name, state, pods }) =>
    rows.some((row) => row.namespace === namespace && row.name === name && row.state === state && row.ready === (pods?.replicas ?? 0)),
  )
}

interface From {
  readonly browser: Browser
  readonly dashboard: string
}

async function take({ browser, dashboard }: From, path: string, how: PageOptions, file: string): Promise<void> {
  const page = await browser.open(`${dashboard}/${path}`, how)
  await page.until(IS_DRAWN)
  await writeFile(file, await page.picture())
  await page.close()
  console.log(file)
}

/** `script` has the command write to a terminal of its own (util-linux, script(1)). */
async function draw(home: string, args: readonly string[], file: string): Promise<void> {
  const typed = [process.execPath, MAIN, ...args].map((part) => `'${part}'`).join(' ')
  const environment = { ...process.env, KUBECONFIG: join(home, 'kubeconfig'), FORCE_COLOR: '1' }
  const asked = ['-qec', `stty cols ${COLUMNS} rows 100; exec ${typed}`, '/dev/null']
  const { stdout } = await promisify(execFile)('script', asked, { cwd: home, env: environment })
  await writeFile(file, terminalSvg(`fairlead ${args.join(' ')}`, stdout, COLUMNS))
  console.log(file)
}

async function takeAll(from: From, into: string): Promise<void> {
  await mkdir(into, { recursive: true })
  for (const [name, path] of Object.entries(PAGES)) {
    for (const width of WIDTHS)
      for (const scheme of SCHEMES) await take(from, path, { width, height: 800, scheme }, join(into, `${name}-${width}-${scheme}.png`))
  }
}
