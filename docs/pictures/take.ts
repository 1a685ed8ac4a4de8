/**
 * `npm run docs:pictures`: takes the pictures of the dashboard, from a playground with a few Services and with Chromium. Look at each before it is committed.
 * `--all FOLDER` takes every page instead, wide and narrow, light and dark, and leaves those of the docs alone; `--cloud NAME` for another one than aws.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Browser, noBrowser, type PageOptions, startBrowser } from '../../test/product/browser.ts'
import { eventually } from '../../test/until.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const SERVICE = '#/service/default/web'

/** Of the docs: the file, and what is on it. */
const PICTURES: readonly (readonly [string, string, PageOptions])[] = [
  ['dashboard-services', '', { width: 1200, height: 446 }],
  ['dashboard-service', SERVICE, { width: 1200, height: 800 }],
  ['dashboard-controller', '#/controller', { width: 1200, height: 720, scheme: 'dark' }],
]
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
await using folder = await mkdtempDisposable(join(tmpdir(), 'fairlead-pictures-'))
await using stack = new AsyncDisposableStack()
const { dashboard, api } = await startPlayground(folder.path)
await populate()
const browser = await startBrowser()
stack.defer(() => browser.close())
if (values.all === undefined) for (const [name, path, how] of PICTURES) await take(browser, path, how, join(HERE, `${name}.png`))
else await takeAll(values.all)

async function startPlayground(home: string): Promise<{ readonly dashboard: string; readonly api: string }> {
  const flags = ['--cloud', values.cloud, '--kubeconfig-out', join(home, 'kubeconfig'), '--endpoints-out', join(home, 'endpoints.json')]
  const child = spawn(process.execPath, [MAIN, 'playground', ...flags], { stdio: ['ignore', 'pipe', 'ignore'] })
  stack.defer(() => end(child))
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Dashboard: (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    const { kubernetes } = JSON.parse(await readFile(join(home, 'endpoints.json'), 'utf8')) as { readonly kubernetes: string }
    return { dashboard: url, api: kubernetes }
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
async function populate(): Promise<void> {
  await post('/api/v1/namespaces', { metadata: { name: 'shop' } })
  const deployed = Map.groupBy(
    SERVICES.filter(({ pods }) => pods !== undefined),
    ({ namespace, pods }) => `${namespace}/${pods?.app}`,
  )
  for (const [{ namespace, pods } = SERVICES[0]!] of deployed.values()) await deploy(namespace, pods ?? WEB)
  for (const wanted of SERVICES) await serve(wanted)
  await eventually(isAsWanted, (is) => is)
}

async function deploy(namespace: string, { app, replicas }: { readonly app: string; readonly replicas: number }): Promise<void> {
  const [labels, containers] = [{ app }, [{ name: app, image: app }]]
  await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: app },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  })
}

async function serve({ namespace, name, port, pods, annotations = {} }: Wanted): Promise<void> {
  const spec = { type: 'LoadBalancer', selector: { app: pods?.app ?? name }, ports: [{ port }] }
  await post(`/api/v1/namespaces/${namespace}/services`, { metadata: { name, annotations }, spec })
}

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(`${api}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`POST ${path}: ${await answer.text()}`)
}

interface Row {
  readonly namespace: string
  readonly name: string
  readonly state: string
  readonly ready: number
}

async function isAsWanted(): Promise<boolean> {
  const answer = await fetch(`${dashboard}/api/services`)
  const rows = (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
  return SERVICES.every(({ namespace, name, state, pods }) =>
    rows.some((row) => row.namespace === namespace && row.name === name && row.state === state && row.ready === (pods?.replicas ?? 0)),
  )
}

async function take(chromium: Browser, path: string, how: PageOptions, file: string): Promise<void> {
  const page = await chromium.open(`${dashboard}/${path}`, how)
  await page.until(IS_DRAWN)
  await writeFile(file, await page.picture())
  await page.close()
  console.log(file)
}

async function takeAll(into: string): Promise<void> {
  await mkdir(into, { recursive: true })
  for (const [name, path] of Object.entries(PAGES)) {
    for (const width of WIDTHS)
      for (const scheme of SCHEMES) await take(browser, path, { width, height: 800, scheme }, join(into, `${name}-${width}-${scheme}.png`))
  }
}
