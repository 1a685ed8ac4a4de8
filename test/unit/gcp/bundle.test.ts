/** The SDK as the bundle has it: it works without the packages beside it, and is the smaller one. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../../..')
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-gcp-'))
  await run(process.execPath, ['build.ts', '--outdir', folder, 'providers/gcp/api/open.ts'], { cwd: ROOT })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('it reads and writes, and needs no package', async () => {
  const program = `
    const { openAccount } = await import(${JSON.stringify(pathToFileURL(join(folder, 'open.mjs')).href)})
    const clock = { now: () => 0, date: () => new Date(0), setTimeout: () => ({ cancel() {} }) }
    const config = { clusterId: 'c', project: 'p', region: 'r', network: 'n', networkProject: 'p', firewallTargets: {} }
    const asked = []
    const transport = async ({ method, url }) => {
      asked.push(method + ' ' + new URL(url).pathname)
      return { status: 200, headers: {}, body: JSON.stringify({ name: 'a', status: 'DONE' }) }
    }
    const identity = { headers: async () => new Headers(), refuse() {} }
    const { account } = await openAccount(config, { clock, version: '0', identity, transport })
    const { signal } = new AbortController()
    await account.api.get('projects/p/regions/r/addresses/a', signal)
    await account.api.insert('projects/p/global/firewalls/a', {}, signal)
    console.log(JSON.stringify(asked))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder })
  expect(JSON.parse(stdout)).toEqual(['GET /compute/v1/projects/p/regions/r/addresses/a', 'POST /compute/v1/projects/p/global/firewalls'])
})

test('it is a tenth of what all of it would be', async () => {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size))
  // The description of all services alone has 12 MB.
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_500_000)
})
