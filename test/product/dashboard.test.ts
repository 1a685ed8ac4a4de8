/** The dashboard in a real browser: of a controller whose cluster the test makes up, and of a playground with a real kubectl. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { dashboardApi } from '../../src/dashboard/api.ts'
import { type Gate, openGate, tokenGate } from '../../src/dashboard/authenticate.ts'
import { serveDashboard } from '../../src/dashboard/server.ts'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import { setUpForTests } from '../set-up.ts'
import { condition } from '../unit/overview/given.ts'
import { type Known, known } from '../unit/dashboard/given.ts'
import { ownAddresses } from './addresses.ts'
import { type Browser, noBrowser, type Page, type PageOptions, startBrowser } from './browser.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import type { HttpServer } from '../../src/observability/http.ts'

vi.setConfig({ testTimeout: 120_000 })

const noBrowserReason = noBrowser()
if (noBrowserReason !== undefined) console.log(`skipped: the dashboard in a browser: ${noBrowserReason}`)
const noKubectlReason = noKubectl()
if (noBrowserReason === undefined && noKubectlReason !== undefined) console.log(`skipped: the dashboard of a playground: ${noKubectlReason}`)

const ROWS = '[...document.querySelectorAll(".row")].map((row) => row.dataset.key).sort().join(" ")'
const FOCUSED = 'document.activeElement.closest(".row")?.dataset.key ?? document.activeElement.id'
const MAIN = 'document.querySelector("main").innerText'
const IS_WIDE = 'document.documentElement.scrollWidth > innerWidth || document.querySelector("main").scrollWidth > innerWidth'

describe.skipIf(noBrowserReason !== undefined)('the dashboard in a browser', () => {
  let browser: Browser
  const ends: (() => Promise<void>)[] = []
  beforeAll(async () => void (browser = await startBrowser()))
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })

  const serve = async (cluster: Known<Clock>, { address = '127.0.0.1:0', gate = openGate }: { readonly address?: string; readonly gate?: Gate } = {}) => {
    const api = dashboardApi(cluster.source, new AbortController().signal)
    const server: HttpServer = await serveDashboard(address, { api, gate, names: [], onError: (error) => expect.fail(String(error)) })
    ends.push(() => server.close())
    return server
  }
  const open = async (url: string, how?: PageOptions): Promise<Page> => {
    const page = await browser.open(url, how)
    ends.push(() => page.close())
    return page
  }

  test('keys lead through the list, into a Service and back to the same row', async () => {
    const cluster = known(systemClock)
    for (const name of ['api', 'cart', 'web']) cluster.put(name)
    const page = await open((await serve(cluster)).url)
    await page.until(ROWS, (rows) => rows === 'shop/api shop/cart shop/web')
    await page.press('/')
    expect(await page.read(FOCUSED)).toBe('search')
    await page.type('203.0.113')
    await page.until(ROWS, (rows) => rows === '')
    await page.press('Escape')
    await page.until(ROWS, (rows) => rows === 'shop/api shop/cart shop/web')
    await page.read('document.querySelector(".row a").focus()')
    await page.press('End')
    await page.press('ArrowUp')
    expect(await page.read(FOCUSED)).toBe('shop/cart')
    expect(await page.read('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none')
    await page.press('Enter')
    await page.until<string>('document.querySelector("h1")?.innerText', (title) => title === 'shop/cart')
    await page.press('Escape')
    await page.until(FOCUSED, (focused) => focused === 'shop/cart')
  })

  test('of ten thousand Services a few are elements, and each is found, reached and kept up to date', async () => {
    const cluster = known(systemClock)
    for (let i = 0; i < 10_000; i += 1) cluster.put(`web-${String(i).padStart(5, '0')}`)
    const page = await open((await serve(cluster)).url)
    await page.until<string>('document.querySelector(".count").innerText', (count) => count === '10,000 Services')
    expect(await page.read<number>('document.querySelectorAll(".row").length')).toBeLessThan(60)
    await page.read('document.querySelector(".viewport").scrollTop = 1e9')
    await page.until<string>(ROWS, (rows) => rows.includes('shop/web-09999'))
    cluster.put('web-09999', { status: { conditions: [condition('Ready', 'False', 'Refused', 'The cloud has no room.')] } })
    await page.until<string>('document.querySelector(".row[data-key=\'shop/web-09999\']").innerText', (row) => row.includes('Failed'))
    await page.press('/')
    await page.type('no room')
    await page.until(ROWS, (rows) => rows === 'shop/web-09999')
    cluster.remove('web-09999')
    await page.until<string>('document.querySelector(".count").innerText', (count) => count === '0 of 9,999 Services')
  })

  test('what tenants and clouds write is text, and nothing else', async () => {
    const cluster = known(systemClock)
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script><svg onload=document.title=3>'
    cluster.put(hostile, {
      status: { loadBalancer: { ingress: [{ hostname: hostile }] }, conditions: [condition('Ready', 'False', hostile, `${hostile} ${'x'.repeat(9_000)}`)] },
      metadata: { annotations: { note: hostile, 'fairlead.dev/stack-test': hostile }, finalizers: ['fairlead.dev/load-balancer-test'] },
    })
    const entry = {
      kind: 'event',
      what: hostile,
      why: hostile,
      at: 0,
      firstAt: 0,
      count: 1,
      isWarning: true,
      service: `shop/${hostile}`,
      owners: [`uid-${hostile}`],
      moreOwners: 0,
    }
    cluster.entries.push({ ...entry, id: 1, kind: 'event' })
    const { url } = await serve(cluster)
    for (const path of ['', `#/service/shop/${encodeURIComponent(hostile)}`, '#/activity', '#/controller']) {
      const page = await open(`${url}/${path}`)
      await page.until<string>(MAIN, (text) => path === '#/controller' || text.includes('<script>'))
      expect(await page.read('document.title')).not.toMatch(/^\d$/)
      expect(await page.read('document.querySelectorAll("main img, main script, [onerror], [onload]").length')).toBe(0)
      expect(page.faults).toEqual([])
    }
  })

  test('it goes on after a restart of the controller, with what is so by then', async () => {
    const before = known(systemClock)
    before.put('old')
    const server = await serve(before)
    const page = await open(server.url)
    await page.until(ROWS, (rows) => rows === 'shop/old')
    await server.close()
    await page.until<string>('document.getElementById("standing").innerText', (text) => text.includes('not connected'))
    const after = known(systemClock)
    after.put('new')
    await serve({ ...after, source: { ...after.source, instance: 'two' } }, { address: new URL(server.url).host })
    await page.until(ROWS, (rows) => rows === 'shop/new')
    after.put('newer')
    expect(await page.until(ROWS, (rows) => rows === 'shop/new shop/newer')).not.toContain('old')
  })

  test('a copy without the Lease says so, and shows what the cluster says', async () => {
    const cluster = known(systemClock)
    cluster.put('web')
    cluster.setLeader(false)
    const page = await open((await serve(cluster)).url)
    await page.until(ROWS, (rows) => rows === 'shop/web')
    const banner = await page.until<string>('document.getElementById("banner").innerText', (text) => text !== '')
    expect(banner).toMatch(/^The copy other holds the Lease and works\. This one shows what the cluster says/)
  })

  test('where a token is needed it asks for one, and shows nothing before', async () => {
    const cluster = known(systemClock)
    cluster.put('web')
    const gate = tokenGate({ fileToken: () => 'a-token-of-the-operator', clock: systemClock, onError: () => {} })
    const page = await open((await serve(cluster, { gate })).url)
    await page.until<string>('document.activeElement.id', (id) => id === 'token')
    await page.type('another')
    await page.press('Enter')
    await page.until<string>('document.querySelector("[role=alert]").innerText', (text) => text === 'This token is not accepted.')
    await page.read('document.getElementById("token").value = ""')
    await page.type('a-token-of-the-operator')
    await page.press('Enter')
    await page.until(ROWS, (rows) => rows === 'shop/web')
    expect(await page.read('document.cookie')).toBe('')
  })

  describe.skipIf(noKubectlReason !== undefined)('of a playground', () => {
    let playground: Playground
    let url = ''
    setUpForTests(
      async () => {
        playground = await startPlayground(ownAddresses())
        url = (await playground.program.says(/Dashboard: (\S+)/))[1] ?? ''
        await playground.deploy('web', 2)
      },
      () => playground.close(),
    )

    test('has its address first of all that is printed', () => {
      expect(playground.program.out().trim()).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\n/)
    })

    test('shows a Service as it comes, its backends with their health, and its story', async () => {
      const page = await open(url)
      await playground.apply('web', { ports: [{ port: 8080 }] })
      await page.until<string>('document.querySelector(".row[data-key=\'default/web\']")?.innerText ?? ""', (row) => /Ready\s[\s\S]*2 of 2/.test(row))
      await page.goto(`${url}/#/service/default/web`)
      await page.until<string>(MAIN, (text) => text.includes('Served at') && /create frontend 8080\/TCP[\s\S]*took/.test(text))
      await page.until<string>('document.querySelector("svg.picture").getAttribute("aria-label")', (label) =>
        label.endsWith('; listeners 8080/TCP; backends: 2 healthy'),
      )
      expect(
        await page.read('[...document.querySelectorAll("svg.picture title")].filter((title) => /, on \\S+, in \\S+, healthy/.test(title.textContent)).length'),
      ).toBe(2)
      await playground.kubectl(['scale', 'deployment', 'web', '--replicas=3'])
      await page.until<string>('document.querySelector("svg.picture").getAttribute("aria-label")', (label) => label.includes('3 healthy'))
      expect(page.requests.filter((request) => !request.startsWith(url))).toEqual([])
      expect(page.faults).toEqual([])
    })

    test('shows why a Service is refused, and what comes next', async () => {
      await playground.apply('refused', { ports: [{ port: 8082 }] }, { 'fairlead.dev/scheme': 'sideways' })
      const page = await open(`${url}/#/service/default/refused`)
      await page.until<string>(MAIN, (text) => text.includes('"sideways"') && text.includes('Fairlead tries again when the Service changes.'))
      expect(await page.read('document.querySelector("h1 ~ .state").innerText')).toBe('Failed')
    })

    test.each(['', '#/service/default/web', '#/activity', '#/controller'])('fits on a narrow screen without scrolling sideways: %s', async (path) => {
      await playground.apply('web', { ports: [{ port: 8080 }] })
      const page = await open(`${url}/${path}`, { width: 320, height: 640 })
      await page.until<boolean>('document.querySelector(".row, .card") !== null')
      expect(await page.read(IS_WIDE)).toBe(false)
      expect(await page.read('innerWidth')).toBe(320)
      expect(await page.read('[...document.querySelectorAll("select")].every((select) => select.clientWidth > 100)'), 'what is chosen can be read').toBe(true)
    })
  })
})
