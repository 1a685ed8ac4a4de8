/** The image that the chart names: as far as can be seen without building it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import { runOther } from '../product/program.ts'
import { CHART } from './helm.ts'
import { instruction, lastStage } from '../../release/image/dockerfile.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const { version, engines } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string; engines: { node: string } }

test('what the image holds is a program that runs', async () => {
  expect(await runOther(process.execPath, [inject('program'), '--version'])).toMatchObject({ exitCode: 0, out: `${version}\n` })
})

test('every stage has the Node that the program asks for', () => {
  const stages = [...readFileSync(join(project, 'Dockerfile'), 'utf8').matchAll(/^FROM .*node:(\d+)-slim/gm)].map(([, major]) => `>=${major}`)
  expect(stages).toEqual([engines.node, engines.node])
})

test('it runs as the user that the chart names, by number, and starts no shell', () => {
  const { runAsUser } = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as { runAsUser: number }
  expect(instruction('USER')).toBe(`${runAsUser}:${runAsUser}`)
  expect(JSON.parse(instruction('ENTRYPOINT'))).toEqual(['node', '/app/dist/main.mjs'])
  expect(lastStage().map(([name]) => name)).not.toContain('RUN')
})

test('only what the bundle is made of is sent to the builder', () => {
  const sent = readFileSync(join(project, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
  const imported = readFileSync(join(project, 'src/main.ts'), 'utf8').matchAll(/from '\.\.\/([^/']+)/g)
  expect(sent).toEqual(
    expect.arrayContaining([
      'src',
      'annotations',
      'emulators',
      'package.json',
      'package-lock.json',
      'build.ts',
      'release/documents',
      ...[...imported].map(([, top]) => top),
    ]),
  )
})
