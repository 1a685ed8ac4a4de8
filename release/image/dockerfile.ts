/** The last stage of the Dockerfile: what both images are, the one that Docker builds and the one in the archive of a release. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** The instructions of the last stage: `[COPY, --from=build /src/dist ./dist]`. */
export function lastStage(): readonly (readonly [string, string])[] {
  const lines = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8').split('\n')
  const instructions = lines
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
  return instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'))
}

/** Throws when there is none of this name, or more than one. */
export function instruction(name: string): string {
  const found = lastStage().filter(([each]) => each === name)
  if (found.length !== 1) throw new Error(`the last stage of the Dockerfile has ${found.length} of ${name}`)
  return found[0]![1]
}

/** The environment that the image gives the program. */
export function imageVariables(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    instruction('ENV')
      .split(' ')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}

/** Bundles the program into `folder`. `metafile`: where esbuild lists what the bundle is made of. Throws with what the bundler printed. */
export function bundle(folder: string, metafile?: string): void {
  const flags = ['--outdir', folder, ...(metafile === undefined ? [] : ['--metafile', metafile])]
  const { status, stderr } = spawnSync(process.execPath, ['build.ts', ...flags], { cwd: PROJECT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the bundle could not be made: ${stderr}`)
}

/** Copies what the image's WORKDIR holds into `folder`, the bundle from `bundled`. Returns the file that the image starts. */
export function layOut(folder: string, bundled: string): string {
  const home = instruction('WORKDIR')
  for (const [name, text] of lastStage()) {
    if (name !== 'COPY') continue
    const [from, ...paths] = text.split(' ')
    const target = paths.pop() ?? ''
    if (from !== '--from=build') throw new Error(`COPY ${text}: what is laid out comes from the stage build`)
    for (const path of paths)
      copy(
        path === '/src/dist' ? bundled : join(PROJECT, path.replace(/^\/src\//, '')),
        join(folder, target.endsWith('/') ? join(target, basename(path)) : target),
      )
  }
  const [, started = ''] = JSON.parse(instruction('ENTRYPOINT')) as string[]
  return join(folder, started.slice(home.length))
}

function copy(from: string, target: string): void {
  mkdirSync(join(target, '..'), { recursive: true })
  cpSync(from, target, { recursive: true })
}
