/** Who sees the dashboard when the cluster's users are asked for their tokens: the program, a real API server that reviews them, and a real browser. */
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../kubernetes/real-api-server.ts'
import { until } from '../until.ts'
import { type Browser, noBrowser, type Page, startBrowser } from './browser.ts'
import { start } from './program.ts'

const reason = noBrowser() ?? noRealApiServer()
if (reason !== undefined) console.log(`skipped: tokens of the cluster in a browser: ${reason}`)

const ROWS = '[...document.querySelectorAll(".row")].map((row) => row.dataset.key).sort().join(" ")'
const ALERT = 'document.querySelector("[role=alert]").innerText'
const MAIN = 'document.querySelector("main").innerText'
const STANDING = 'document.getElementById("standing").innerText'
const MAY_NOT = 'The user of this token may not list Services in all namespaces.'

describe.skipIf(reason !== undefined)('a dashboard that has tokens reviewed', () => {
  const stack = new AsyncDisposableStack()
  let server: RealApiServer
  let browser: Browser
  let url = ''
  let token = ''
  let services = 0
  const pages: Page[] = []

  /** As the administrator, unless another token is shown. */
  const post = async (path: string, body: object, shown = server.token): Promise<unknown> => {
    const [dispatcher, headers] = [new Agent({ connect: { ca: server.ca } }), { authorization: `Bearer ${shown}`, 'content-type': 'application/json' }]
    const answer = await request(`${server.url}${path}`, { method: 'POST', dispatcher, headers, body: JSON.stringify(body) })
    const found = await answer.body.json()
    await dispatcher.close()
    if (answer.statusCode >= 300) throw new Error(`POST ${path}: ${JSON.stringify(found)}`)
    return found
  }
  const createService = (name: string): Promise<unknown> =>
    post('/api/v1/namespaces/default/services', {
      metadata: { name },
      spec: { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local', ports: [{ port: 80 }] },
    })
  /** Answers the token of a service account, as `kubectl create token` does. */
  const viewer = async (): Promise<string> => {
    const [accounts, apiGroup] = ['/api/v1/namespaces/default/serviceaccounts', 'rbac.authorization.k8s.io']
    await post(accounts, { metadata: { name: 'viewer' } })
    const rules = [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }]
    await post(`/apis/${apiGroup}/v1/clusterroles`, { metadata: { name: 'viewer' }, rules })
    const [roleRef, subjects] = [{ apiGroup, kind: 'ClusterRole', name: 'viewer' }, [{ kind: 'ServiceAccount', namespace: 'default', name: 'viewer' }]]
    await post(`/apis/${apiGroup}/v1/clusterrolebindings`, { metadata: { name: 'viewer' }, roleRef, subjects })
    const { status } = (await post(`${accounts}/viewer/token`, { spec: {} })) as { readonly status: { readonly token: string } }
    return status.token
  }
  const mayList = async (shown: string): Promise<boolean> => {
    const spec = { resourceAttributes: { resource: 'services', verb: 'list' } }
    const { status } = (await post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec }, shown)) as {
      readonly status: { readonly allowed: boolean }
    }
    return status.allowed
  }
  /** What the dashboard answers to a program that shows the token; without one where it is undefined. */
  const answered = async (shown: string | undefined): Promise<number> => {
    const headers = shown === undefined ? {} : { authorization: `Bearer ${shown}` }
    const { status } = await fetch(`${url}/api/session`, { headers })
    return status
  }
  /** Opens a page, waits until it asks, and shows it a token. */
  const openWith = async (shown: string): Promise<Page> => {
    const page = await browser.open(url)
    pages.push(page)
    await page.until<string>('document.activeElement.id', (id) => id === 'token')
    await page.type(shown)
    await page.press('Enter')
    return page
  }

  beforeAll(async () => {
    server = await startRealApiServer({ users: { 'token-of-ben': 'ben' } })
    stack.defer(() => server.stop())
    token = await viewer()
    await createService('web')
    const flags = ['--providers', 'local', '--dry-run', '--no-leader-elect', '--http', 'off', '--log-format', 'json']
    const program = start(['run', '--kubeconfig', server.kubeconfigFile, ...flags, '--dashboard', '127.0.0.1:0', '--dashboard-token-review'])
    stack.defer(async () => void (await program.end('SIGKILL')))
    url = (await program.says(/"dashboard":"(http[^"]+)"/))[1] ?? ''
    browser = await startBrowser()
    stack.defer(() => browser.close())
  })
  afterEach(async () => void (await Promise.all(pages.splice(0).map((page) => page.close()))))
  afterAll(() => stack.disposeAsync())

  test('asks whoever comes without one, and shows nothing of the cluster', async () => {
    const page = await browser.open(url)
    pages.push(page)
    await page.until<string>('document.activeElement.id', (id) => id === 'token')
    expect(await page.read(MAIN)).toMatch(/^A token is needed\n/)
    expect(await page.read(MAIN)).not.toContain('default/web')
    expect(await page.read(STANDING)).toBe('not signed in')
    expect(await answered(undefined)).toBe(401)
  })

  test('says that it does not accept one that the API server does not know', async () => {
    const page = await openWith('a-token-of-a-stranger')
    await page.until<string>(ALERT, (text) => text === 'This token is not accepted.')
    expect(await answered('a-token-of-a-stranger')).toBe(401)
    expect(await page.read(ROWS)).toBe('')
  })

  test('says what a user may not do who may not list Services', async () => {
    const page = await openWith('token-of-ben')
    await page.until<string>(ALERT, (text) => text === MAY_NOT)
    expect(await answered('token-of-ben')).toBe(403)
    expect(await page.read(ROWS)).toBe('')
  })

  test('shows the Services to a service account that may list them, follows them, and knows it again', async () => {
    // The server takes up a new role a moment after it has answered, and a refusal is remembered: the token is shown once it is in force.
    await until(() => mayList(token))
    const page = await openWith(token)
    await page.until<string>(ROWS, (rows) => rows.includes('default/web'))
    await page.until<string>(STANDING, (text) => text === 'live, holds the Lease')
    services += 1
    await createService(`later-${services}`)
    await page.until<string>(ROWS, (rows) => rows.includes(`default/later-${services}`))
    expect(await page.read('document.cookie')).toBe('')
    // Another document, with the session's cookie alone.
    await page.goto(`${url}/?anew#/service/default/web`)
    await page.until<string>('document.querySelector("h1")?.innerText ?? ""', (title) => title === 'default/web')
    // A browser notes each answer of 401 and 403 as a fault; there is no other.
    expect(page.faults.filter((fault) => !/status of 40[13]/.test(fault))).toEqual([])
  })
})
