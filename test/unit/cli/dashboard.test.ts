import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openDashboard, requireGate } from '../../../src/cli/dashboard.ts'
import { readSettings, type Settings } from '../../../src/config.ts'
import { type Log, silentLog } from '../../../src/model/log.ts'
import { known } from '../dashboard/given.ts'
import type { HttpServer } from '../../../src/observability/http.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-dashboard-'))
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

function settings(flags: Readonly<Record<string, string | boolean>>): Settings {
  return readSettings('run', { flags, environment: {} })
}

function tokenFile(content: string): string {
  const file = join(folder, `token-${ends.length}`)
  writeFileSync(file, content)
  ends.push(() => rmSync(file))
  return file
}

async function opened(
  flags: Readonly<Record<string, string | boolean>>,
): Promise<{ readonly server: HttpServer | undefined; readonly said: readonly string[] }> {
  const { source, clock } = known()
  const said: string[] = []
  const log: Log = { ...silentLog, info: (message) => said.push(message), warn: (message) => said.push(message) }
  const shown = { ...source, leasePlace: { namespace: 'kube-system', name: 'fairlead' }, api: { getConfigMap: async () => undefined } }
  const reviews = { userOf: async () => undefined, mayUser: async () => false }
  const { signal } = new AbortController()
  const options = { settings: settings(flags), version: '0', unique: 'one', connection: { reviews }, clock, log, signal }
  const server = await openDashboard(shown, options)
  if (server !== undefined) ends.push(() => server.close())
  return { server, said }
}

/** Another program on a port of loopback. */
async function taken(port = 0): Promise<string> {
  const server: Server = createServer()
  await new Promise<void>((resolve, reject) => void server.once('error', reject).listen(port, '127.0.0.1', resolve))
  ends.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

describe('the dashboard', () => {
  test('is where it is asked to be, and nowhere with off', async () => {
    expect((await opened({ dashboard: '127.0.0.1:0' })).server?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await opened({ dashboard: 'off' })).server).toBeUndefined()
  })

  test('is off with a line in the log, and nothing else happens, where its address is taken', async () => {
    const { server, said } = await opened({ dashboard: await taken() })
    expect(server).toBeUndefined()
    expect(said).toEqual(['the dashboard is off: its address cannot be listened on'])
  })

  test('has a free port where no address was asked for and the usual one is taken', async () => {
    // It may be taken by another program already.
    await taken(9441).catch(() => undefined)
    const { server, said } = await opened({})
    expect(server?.url).toMatch(/^http:\/\/127\.0\.0\.1:(?!9441$)\d+$/)
    expect(said).toEqual(['the dashboard has another port: its own is taken'])
  })

  test('asks for the token of the file', async () => {
    const { server } = await opened({ dashboard: '127.0.0.1:0', 'dashboard-token-file': tokenFile('a-token-of-the-operator\n') })
    const asked = async (headers: Readonly<Record<string, string>>): Promise<number> => (await fetch(`${server?.url}/api/services`, { headers })).status
    expect(await asked({})).toBe(401)
    expect(await asked({ authorization: 'Bearer a-token-of-the-operator' })).toBe(200)
  })
})

describe('settings of the dashboard that would show it to everyone are refused', () => {
  test.each([':9441', '0.0.0.0:9441', '[::]:9441', '192.0.2.7:9441'])('%s without a token', (dashboard) => {
    expect(() => requireGate(settings({ dashboard }))).toThrow(
      `--dashboard is "${dashboard}", which other machines reach, and no token is asked for; allowed: --dashboard-token-review or --dashboard-token-file with it`,
    )
  })

  test.each([{}, { dashboard: 'off' }, { dashboard: '127.0.0.1:80' }, { dashboard: '[::1]:80' }, { dashboard: ':9441', 'dashboard-token-review': true }])(
    '%o is not',
    (flags) => expect(() => requireGate(settings(flags))).not.toThrow(),
  )

  test('a file of a token has to be there, with one word that is long enough', () => {
    expect(() => requireGate(settings({ 'dashboard-token-file': '/nowhere' }))).toThrow(/"\/nowhere", which cannot be read/)
    expect(() => requireGate(settings({ 'dashboard-token-file': tokenFile('short') }))).toThrow(/one word of at least 16 characters/)
    expect(() => requireGate(settings({ 'dashboard-token-file': tokenFile('two words that are long') }))).toThrow(/is no token/)
  })
})
