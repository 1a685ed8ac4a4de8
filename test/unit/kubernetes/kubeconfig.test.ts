import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accessOf } from '../../../src/kubernetes/kubeconfig.ts'
import { createLog } from '../../../src/observability/log.ts'
import { ManualClock } from '../../clock.ts'

const SECRET = 'not-for-a-log'

test.each([
  ['a quotation mark that does not end', `users:\n- name: me\n  user:\n    token: "${SECRET}\n`],
  ['a tabulator', `users:\n- name: me\n  user:\n\t  token: ${SECRET}\n`],
  ['two values on a line', `users:\n- name: me\n  user:\n    token: ${SECRET}: ${SECRET}\n`],
  ['a key twice', `token: ${SECRET}\ntoken: ${SECRET}\n`],
  ['something else than a map', `users: ${SECRET}\n`],
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
