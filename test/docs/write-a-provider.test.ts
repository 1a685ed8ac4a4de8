/**
 * The provider of docs/write-a-provider.md, made as the page says in a copy of the project: its types, the contract, and the program with it. That it works without a
 * change in `src` shows that a provider is added by its own folder and one line.
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROVIDERS } from '../../providers/index.ts'
import { LAWS } from '../contract/laws.ts'
import { type Ended, type Folder, run, runOther, start, temporaryFolder } from '../product/program.ts'
import { startCluster } from '../product/stand.ts'
import { until } from '../until.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/write-a-provider.md'), 'utf8')
/** The files of the page, and the line for the table of providers. */
const FILES = [...PAGE.matchAll(/`([^`\s]+\.ts)`(?:, [^`\n]*)?:\n\n```ts\n([\s\S]*?)```/g)].map(([, path = '', code = '']) => ({ path, code }))
const TABLE = 'providers/index.ts'

test('the page names every member that a provider has, and every law', () => {
  const [, members = ''] =
    /interface Provider<[\s\S]*?\{\n([\s\S]*?)\n {2}\/\*\* Present where/.exec(readFileSync(join(ROOT, 'src/provider/provider.ts'), 'utf8')) ?? []
  const names = [...members.matchAll(/^ {2}(\w+)\(/gm)].map(([, name = '']) => name)
  expect(names).toHaveLength(8)
  expect(names.filter((name) => !PAGE.includes(`| \`${name}\` |`))).toEqual([])
  expect(LAWS.map(({ title }) => title).filter((title) => !PAGE.includes(`| ${title} |`))).toEqual([])
})

test('the page adds files to the provider and to its tests alone, and one line to the table of providers', () => {
  expect(FILES.map(({ path }) => path).filter((path) => !/^(?:providers\/tiny|test\/contract)\/[^/]+$/.test(path))).toEqual([TABLE])
  expect(
    FILES.find(({ path }) => path === TABLE)
      ?.code.trim()
      .split('\n'),
  ).toHaveLength(1)
})

describe('the provider of the page', { timeout: 240_000 }, () => {
  let folder: Folder
  const at = (path: string): string => join(folder.file('project'), path)
  const tool = (path: string, ...args: readonly string[]): Promise<Ended> => runOther(process.execPath, [at(path), ...args])
  const fairlead = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    run(args, { main: at('src/main.ts'), environment })

  beforeAll(async () => {
    folder = await temporaryFolder()
    for (const part of ['src', 'providers', 'annotations', 'emulators', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
      cpSync(join(ROOT, part), at(part), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), at('node_modules'))
    for (const { path, code } of FILES) {
      mkdirSync(dirname(at(path)), { recursive: true })
      if (path === TABLE) writeFileSync(at(TABLE), withEntry(readFileSync(at(TABLE), 'utf8'), code))
      else writeFileSync(at(path), code)
    }
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  test('compiles', async () => {
    const { include: _, ...config } = JSON.parse(readFileSync(at('tsconfig.json'), 'utf8')) as { include: unknown }
    const files = [...FILES.map(({ path }) => path), 'src/main.ts']
    writeFileSync(at('tsconfig.page.json'), JSON.stringify({ ...config, files }))
    expect(await tool('node_modules/typescript/bin/tsc', '-p', at('tsconfig.page.json'))).toEqual({ exitCode: 0, out: '', err: '' })
  })

  test('keeps the contract; what it cannot do is skipped with a reason', async () => {
    const { exitCode, out, err } = await tool('node_modules/vitest/vitest.mjs', 'run', '--root', at('.'), '--no-color', 'test/contract/tiny.test.ts')
    expect(exitCode, `${out}\n${err}`).toBe(0)
    const skipped = out.split('\n').filter((line) => line.startsWith('skipped for tiny: '))
    for (const line of skipped) console.info(line)
    const [, passed, left] = /Tests +(\d+) passed \| (\d+) skipped/.exec(out) ?? []
    expect(Number(left), 'each with its reason').toBe(skipped.length)
    // What one port can do, with all laws.
    expect(Number(passed)).toBeGreaterThanOrEqual(18)
  })

  test('is in help, environment, settings file and start-up errors', async () => {
    const help = await fairlead(['run', '--help'])
    expect(help.out).toContain('--tiny-domain <DOMAIN>')
    const allowed = '; allowed: a domain like tiny.example\n'
    expect(await fairlead(['run', '--tiny-domain', 'a b'])).toMatchObject({ exitCode: 2, err: `fairlead: --tiny-domain is "a b"${allowed}` })
    expect(await fairlead(['run'], { FAIRLEAD_TINY_DOMAIN: 'a b' })).toMatchObject({ exitCode: 2, err: `fairlead: FAIRLEAD_TINY_DOMAIN is "a b"${allowed}` })
    writeFileSync(at('settings.yaml'), 'tiny-domain: a b\n')
    expect(await fairlead(['run', '--config', at('settings.yaml')])).toMatchObject({
      exitCode: 2,
      err: `fairlead: tiny-domain in the settings file is "a b"${allowed}`,
    })
    writeFileSync(at('policy.yaml'), 'rules: []\n')
    const unknown = await fairlead(['policy', '--policy-file', at('policy.yaml'), '--admission', '--providers', 'none'])
    expect(unknown).toMatchObject({ exitCode: 2, err: `fairlead: --providers is "none"; allowed: ${[...Object.keys(PROVIDERS), 'tiny'].join(', ')}\n` })
  })

  test('serves a Service', async () => {
    await using cluster = await startCluster(folder)
    const where = ['--kubeconfig', cluster.kubeconfigFile, '--http', 'off', '--no-leader-elect']
    const program = start(['run', '--providers', 'tiny', '--tiny-domain', 'clients.example', ...where], { main: at('src/main.ts') })
    await program.says(/ready/)
    await cluster.deploy('web', 1)
    const { metadata } = cluster.expose('web', { spec: { loadBalancerClass: 'fairlead.dev/tiny', ports: [{ port: 80 }] } })
    await cluster.reported('web', 'Ready')
    expect(cluster.statusOf('web').loadBalancer?.ingress).toMatchObject([{ hostname: `${metadata.uid}.clients.example` }])
    cluster.server.cluster.delete('services', { namespace: 'default', name: 'web' })
    await until(() => cluster.server.cluster.get('services', 'default', 'web') === undefined)
    expect(await program.end('SIGTERM')).toMatchObject({ exitCode: 0 })
  })
})

/** The import behind the other entries, and its name behind theirs. */
function withEntry(table: string, line: string): string {
  const name = /import \{ (\w+) \}/.exec(line)?.[1] ?? ''
  return `${line}${table}`.replace(/(export const PROVIDERS: [^=]+= \{.*) \}$/m, `$1, ${name} }`)
}
