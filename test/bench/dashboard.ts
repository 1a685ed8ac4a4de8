/** The dashboard in a browser, and what it costs the controller, in a very large cluster. */
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, noBrowser, type Page, startBrowser } from '../product/browser.ts'
import { type Benchmark, type Figure, median, percentile } from './benchmark.ts'
import { kubeconfigFile } from './cluster/kubeconfig-file.ts'
import { bundle, start } from './cluster/program.ts'
import { type RemoteServer, startRemoteServer } from './cluster/remote-server.ts'
import { type Resident, residentOf } from './memory/resident.ts'

const SERVICES = 10_000
const CLUSTER = { provider: 'local', services: SERVICES, nodes: 5000, withNodePorts: 2500, servedFrom: '127.96' }
const FLAGS = ['--providers', 'local', '--address-pool', '127.96.0.0/16', '--no-leader-elect', '--http', 'off', '--log-format', 'json', '--dry-run']
/** As the page says that it has read them all. */
const ALL = `${SERVICES.toLocaleString('en-US')} Services`
const REST_MS = 30_000
const LONGEST_MS = 30_000
const OPENINGS = 5
const UPDATES = 20

export const benchmark: Benchmark = {
  name: 'dashboard',
  what: `The dashboard of the bundled program with ${ALL}, in a Chromium without a window, and what it costs the program; the emulated API server is another process.`,
  async run(say) {
    if (!existsSync('/proc/self/status')) throw new Error('resident memory is read from /proc, which this system does not have')
    const loadBefore = loadavg()[0] ?? 0
    const program = await bundle('src/main.ts')
    await using server = await startRemoteServer(CLUSTER)
    await using file = await kubeconfigFile(server)
    const run = async <T>(address: string, measure: (resident: () => Resident) => Promise<T>): Promise<T> => {
      const watched = server.watched()
      await using process = start(program, ['run', '--kubeconfig', file.path, ...FLAGS, '--dashboard', address], () => {})
      await watched
      await sleep(REST_MS)
      return await measure(() => residentOf(process.pid))
    }
    const off = await run('off', async (resident) => resident())
    say(`off: ${off.now.toFixed(0)} MiB`)
    const address = `127.0.0.1:${await freePort()}`
    const on = await run(address, (resident) => measureOn(`http://${address}`, { server, resident, say }))
    const missing = on.noBrowser === undefined ? [] : [`Not measured in a browser: ${on.noBrowser}.`]
    return {
      figures: [...on.figures, ...memoryFigures(off, on)],
      notes: [...NOTES, ...missing, `The load of the machine was ${loadBefore.toFixed(1)} when it began, on two cores.`],
    }
  },
}

const NOTES = [
  'A task is what the page does without letting the browser handle a key or draw; a browser reports those of 50 ms and more, and 0 is shown where there was none. It is time on the wall, which other programs on the machine lengthen.',
  'The controller gathers changes for 250 ms before it sends them, and that is in the time of an update, which begins when the API server has taken the change.',
  `Memory is that of the program alone, ${REST_MS / 1000} s after its lists; with \`--dry-run\` it opens no socket for a Service.`,
]

interface On {
  readonly unopened: Resident
  readonly opened: Resident
  readonly figures: readonly Figure[]
  readonly noBrowser: string | undefined
}

interface Surroundings {
  readonly server: RemoteServer
  readonly resident: () => Resident
  readonly say: (line: string) => void
}

async function measureOn(url: string, { server, resident, say }: Surroundings): Promise<On> {
  const unopened = resident()
  const sent = await measureSent(url)
  say(`the list: ${(sent.list / 1024).toFixed(0)} KiB`)
  const reason = noBrowser()
  const figures = reason === undefined ? await measureInBrowser(url, server, say) : []
  await sleep(REST_MS)
  return { unopened, opened: resident(), figures: [...figures, ...sizeFigures(sent)], noBrowser: reason }
}

function memoryFigures(off: Resident, { unopened, opened }: On): readonly Figure[] {
  const beside = { name: 'with the dashboard off', value: off.now }
  return [
    { name: 'resident with the dashboard on, never opened', value: unopened.now, unit: 'MiB', target: { under: 286 }, beside },
    { name: `resident ${REST_MS / 1000} s after pages were open`, value: opened.now, unit: 'MiB', target: { under: 286 }, beside },
    { name: '... at its peak', value: opened.peak, unit: 'MiB', beside: { name: 'with the dashboard off', value: off.peak } },
  ]
}

interface Sent {
  /** Bytes. */
  readonly list: number
  readonly page: number
}

async function measureSent(url: string): Promise<Sent> {
  const files = [
    '/',
    '/page.css',
    '/main.js',
    '/dom.js',
    '/live.js',
    '/list.js',
    '/overview.js',
    '/parts.js',
    '/picture.js',
    '/service.js',
    '/words.js',
    '/icon.svg',
  ]
  const sizes = await Promise.all(files.map((path) => sizeOf(`${url}${path}`)))
  return { list: await sizeOf(`${url}/api/services`), page: sizes.reduce((sum, size) => sum + size) }
}

async function sizeOf(url: string): Promise<number> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}`)
  return (await answer.arrayBuffer()).byteLength
}

function sizeFigures({ list, page }: Sent): readonly Figure[] {
  return [
    { name: 'the list as it is sent, once for each page', value: list / 1024, unit: 'KiB' },
    { name: 'the page itself, its scripts and styles', value: page / 1024, unit: 'KiB' },
  ]
}

/** When the first rows and all Services are there, each task of 50 ms and more, and when a text was first seen. */
const WATCHING = `
  globalThis.seen = { tasks: [] }
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
  const look = () => {
    if (document.querySelector('.row') !== null) seen.first ??= performance.now()
    if (document.querySelector('.count')?.textContent === '${ALL}') seen.all ??= performance.now()
    if (seen.awaited !== undefined && document.querySelector('.viewport')?.textContent.includes(seen.awaited)) {
      seen.at = performance.timeOrigin + performance.now()
      seen.awaited = undefined
    }
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
`

interface Seen {
  readonly tasks: readonly number[]
  readonly first: number
  readonly all: number
}

async function measureInBrowser(url: string, server: RemoteServer, say: (line: string) => void): Promise<readonly Figure[]> {
  const browser = await startBrowser()
  try {
    const openings: Seen[] = []
    for (let i = 0; i < OPENINGS; i++) {
      openings.push(await measureOpening(browser, url))
      say(JSON.stringify(openings.at(-1)))
    }
    const updates = await measureUpdates(browser, url, server)
    say(`updates: ${JSON.stringify(updates)}`)
    const longest = ({ tasks }: Pick<Seen, 'tasks'>): number => Math.max(0, ...tasks)
    return [
      { name: `the first rows are there (median of ${OPENINGS})`, value: median(openings.map(({ first }) => first)), unit: 'ms' },
      { name: 'all Services are there', value: median(openings.map(({ all }) => all)), unit: 'ms' },
      { name: '... longest task until then and two seconds more', value: median(openings.map(longest)), unit: 'ms', target: { under: 100 } },
      {
        name: `a change is seen (median of ${UPDATES})`,
        value: median(updates.ms),
        unit: 'ms',
        beside: { name: '95 of 100', value: percentile(updates.ms, 95) },
      },
      { name: '... longest task of these', value: longest(updates), unit: 'ms', target: { under: 100 } },
      { name: `longest task while every Service changes`, value: longest({ tasks: updates.wave }), unit: 'ms', target: { under: 100 } },
      { name: 'longest task of a search, letter by letter', value: longest({ tasks: updates.search }), unit: 'ms', target: { under: 100 } },
    ]
  } finally {
    await browser.close()
  }
}

async function measureOpening(browser: Browser, url: string): Promise<Seen> {
  const page = await browser.open(url, { script: WATCHING })
  await sightOf(page, 'seen.all !== undefined')
  await sleep(2_000)
  const seen = await page.read<Seen>('seen')
  await page.close()
  return seen
}

async function sightOf(page: Page, expression: string): Promise<void> {
  const tooLate = sleep(LONGEST_MS, undefined, { ref: false }).then(async () => {
    throw new Error(
      `${expression} did not become true in ${LONGEST_MS / 1000} s; the page says: ${await page.read<string>('document.body.innerText.slice(0, 500)')} ${page.faults.join(' ')}`,
    )
  })
  await Promise.race([page.until(expression), tooLate])
}

interface Updates {
  readonly ms: readonly number[]
  readonly tasks: readonly number[]
  readonly wave: readonly number[]
  readonly search: readonly number[]
}

async function measureUpdates(browser: Browser, url: string, server: RemoteServer): Promise<Updates> {
  const page = await browser.open(url, { script: WATCHING })
  await sightOf(page, 'seen.all !== undefined')
  const [key = ''] = await page.read<string[]>('[...document.querySelectorAll(".row")].map((row) => row.dataset.key).toSorted()')
  const tasks = async (): Promise<readonly number[]> => page.read('(() => { const { tasks } = seen; seen.tasks = []; return tasks })()')
  await sleep(2_000)
  await tasks()
  const ms: number[] = []
  for (let i = 0; i < UPDATES; i++) ms.push(await measureUpdate(page, server, { key, message: `It is update ${i}.` }))
  const ofUpdates = await tasks()
  const wave = await measureWave(page, server, tasks)
  await page.press('/')
  for (const letter of 'service-99') await page.type(letter)
  await sleep(1_000)
  return { ms, tasks: ofUpdates, wave, search: await tasks() }
}

async function measureUpdate(page: Page, server: RemoteServer, { key, message }: { readonly key: string; readonly message: string }): Promise<number> {
  await page.read(`seen.awaited = ${JSON.stringify(message)}`)
  await setMessage(server, key, message)
  const taken = Date.now()
  await sightOf(page, 'seen.awaited === undefined')
  return (await page.read<number>('seen.at')) - taken
}

/** One after the other, as a controller changes them. */
async function measureWave(page: Page, server: RemoteServer, tasks: () => Promise<readonly number[]>): Promise<readonly number[]> {
  const keys = await page.read<string[]>(
    'fetch("/api/services").then((answer) => answer.text()).then((text) => text.trim().split("\\n").map((line) => { const { namespace, name } = JSON.parse(line); return namespace + "/" + name }))',
  )
  await sleep(1_000)
  await tasks()
  const waiting = [...keys]
  const work = async (): Promise<void> => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) await setMessage(server, key, 'It is the wave.')
  }
  await Promise.all(Array.from({ length: 8 }, work))
  await sleep(3_000)
  return tasks()
}

async function setMessage({ url }: RemoteServer, key: string, message: string): Promise<void> {
  const [namespace = '', name = ''] = key.split('/')
  const conditions = [
    { type: 'fairlead.dev/Ready', status: 'False', reason: 'Refused', message, lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z') },
  ]
  const answer = await fetch(`${url}/api/v1/namespaces/${namespace}/services/${name}/status`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ status: { conditions } }),
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`${key} was not changed: ${answer.status}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
