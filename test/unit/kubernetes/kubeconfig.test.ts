import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accessOf } from '../../../src/kubernetes/kubeconfig.ts'
import { parseKubeconfig } from '../../../src/kubernetes/kubeconfig-file.ts'
import { createLog } from '../../../src/observability/log.ts'
import { ManualClock } from '../../clock.ts'

const SECRET = 'not-for-a-log'

test.each([
  ['a quotation mark that does not end', `users:\n- name: me\n  user:\n    token: "${SECRET}\n`],
  ['a tabulator', `users:\n- name: me\n  user:\n\t  token: ${SECRET}\n`],
  ['two values on a line', `users:\n- name: me\n  user:\n    token: ${SECRET}: ${SECRET}\n`],
  ['a key twice', `token: ${SECRET}\ntoken: ${SECRET}\n`],
  ['something else than a list', `users: ${SECRET}\n`],
  ['something else than a map', `users:\n- name: me\n  user: ${SECRET}\n`],
  ['something else than a text', `users:\n- name: me\n  user:\n    token: [${SECRET}]\n`],
  ['an alias of nothing', `users:\n- name: me\n  user:\n    token: *${SECRET}\n`],
])('no line of a malformed kubeconfig is in the error: %s', async (_what, text) => {
  const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
  const kubeconfig = join(folder, 'config')
  await writeFile(kubeconfig, text)
  const error: unknown = await accessOf({ kubeconfig, clock: new ManualClock(), environment: {} }).catch((thrown: unknown) => thrown)
  await rm(folder, { recursive: true })
  const lines: string[] = []
  createLog({ format: 'json', level: 'info', write: (line) => lines.push(line), now: () => new Date(0) }).error('failed', { error })
  expect(error).toBeInstanceOf(Error)
  expect(`${String(error)} ${lines.join('')}`).not.toContain(SECRET)
})

test.each([
  ['clusters: one', 'clusters is not a list'],
  ['clusters: [one]', 'clusters[0] is not a map'],
  ['clusters: [{ cluster: { server: "https://one" } }]', 'clusters[0].name is missing'],
  ['clusters: [{ name: one }]', 'clusters[0].cluster.server is missing'],
  ['clusters: [{ name: one, cluster: { server: 1 } }]', 'clusters[0].cluster.server is not a text'],
  ['contexts: [{ name: one, context: {} }]', 'contexts[0].context.cluster is missing'],
  ['users: [{ name: one, user: { exec: { args: [] } } }]', 'users[0].user.exec.command is missing'],
  ['clusters: [\n', 'line 2 is not YAML (BAD_INDENT)'],
])('says what is wrong with a kubeconfig, and where: %s', (text, message) => {
  expect(() => parseKubeconfig(text, '/')).toThrow(new Error(message))
})

test.each([
  ['nothing', ''],
  ['null for everything', 'clusters: null\nusers: null\ncontexts: null\ncurrent-context: ""'],
])('%s is a kubeconfig, in which nothing is named', (_what, text) => {
  expect(parseKubeconfig(text, '/')).toEqual({ clusters: [], users: [], contexts: [] })
})

test('paths begin at the folder of the file, and a program without a slash is looked for on the PATH', () => {
  const text = `
clusters: [{ name: c, cluster: { server: s, certificate-authority: ca.crt } }]
users:
- { name: files, user: { client-certificate: a/me.crt, client-key: /b/me.key, tokenFile: ../token } }
- { name: beside, user: { exec: { command: ./login, args: [now] } } }
- { name: on the path, user: { exec: { command: login } } }`
  const { clusters, users } = parseKubeconfig(text, '/home/me/.kube')
  expect(clusters).toMatchObject([{ caFile: '/home/me/.kube/ca.crt' }])
  expect(users).toEqual([
    { name: 'files', certFile: '/home/me/.kube/a/me.crt', keyFile: '/b/me.key', tokenFile: '/home/me/token' },
    { name: 'beside', exec: { command: '/home/me/.kube/login', args: ['now'] } },
    { name: 'on the path', exec: { command: 'login' } },
  ])
})
