import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANNOTATION_SETS } from '../../../providers/index.ts'
import { followPolicy, policyIn } from '../../../src/cli/policy-file.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { silentLog } from '../../../src/model/log.ts'
import { until } from '../../until.ts'

const ONE = 'rules: [{name: one, maxServices: 1}]'
const TWO = 'rules: [{name: two, maxServices: 2}]'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-policy-'))
  path = join(folder, 'policy.yaml')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Time that passes at once. */
const clock = { ...systemClock, setTimeout: (run: () => void) => systemClock.setTimeout(run, 1) }

function follow() {
  const seen = { rules: [] as string[], warnings: [] as string[], isValid: -1 }
  const file = policyIn({ 'policy-file': path }, ANNOTATION_SETS)
  if (file === undefined) throw new Error('no file')
  const stop = followPolicy({
    file,
    annotations: ANNOTATION_SETS,
    clock,
    log: { ...silentLog, warn: (_, fields) => seen.warnings.push(String(fields?.['error'])) },
    metrics: { set: (_, value) => void (seen.isValid = value), count: () => {} },
    change: async ({ rules }) => void seen.rules.push(...rules.map(({ name }) => name)),
  })
  return { seen, stop }
}

test('a wrong file at the start is an error that names the file, the line and what is allowed', () => {
  writeFileSync(path, 'rules: [{name: one, maxServices: few}]')
  expect(() => policyIn({ 'policy-file': path }, ANNOTATION_SETS)).toThrow(
    `--policy-file is ${JSON.stringify(path)}, which cannot be used:\n  line 1: rules[0].maxServices is "few"; allowed: a whole number from 0`,
  )
  expect(() => policyIn({ 'policy-file': `${path}.no` }, ANNOTATION_SETS)).toThrow(/which cannot be read/)
})

test('a changed file is in force, a wrong or missing one leaves the last in force with one warning, and is in force when it is corrected', async () => {
  writeFileSync(path, ONE)
  const { seen, stop } = follow()
  writeFileSync(path, TWO)
  await until(() => seen.rules.includes('two'))
  writeFileSync(path, 'rules: nonsense')
  await until(() => seen.isValid === 0)
  rmSync(path)
  await until(() => seen.warnings.length === 2)
  writeFileSync(path, ONE)
  await until(() => seen.isValid === 1)
  stop()
  expect(seen.rules).toEqual(['two', 'one'])
  expect(seen.warnings[0]).toMatch(/line 1: rules is "nonsense"; allowed: a list of rules/)
})

test('a link that leads to another file, as a ConfigMap is exchanged, is a change', async () => {
  for (const [name, text] of Object.entries({ a: ONE, b: TWO })) writeFileSync(join(folder, name), text)
  symlinkSync(join(folder, 'a'), path)
  const { seen, stop } = follow()
  symlinkSync(join(folder, 'b'), join(folder, 'next'))
  renameSync(join(folder, 'next'), path)
  await until(() => seen.rules.includes('two'))
  stop()
  expect(readFileSync(path, 'utf8')).toBe(TWO)
})
