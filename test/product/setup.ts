/** The program as the image holds it, made once for all tests: a bundle starts in a third of the time that its sources take. The tests of the docs start the sources. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { bundle, layOut } from '../../release/image/dockerfile.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that is started. */
    program: string
    /** Where Node keeps what it has compiled. */
    compiled: string
  }
}

/** Several projects of the tests ask for it. They have this process in common, and no module. */
const MADE = 'FAIRLEAD_PROGRAM_UNDER_TEST'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = (process.env[MADE] ??= await make())
  project.provide('program', layOut(join(folder, 'app'), join(folder, 'dist')))
  project.provide('compiled', join(folder, 'compiled'))
  return async () => {
    delete process.env[MADE]
    await rm(folder, { recursive: true, force: true })
  }
}

async function make(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-program-'))
  // A test starts it as another user.
  await chmod(folder, 0o755)
  bundle(join(folder, 'dist'), join(folder, 'metafile.json'))
  return folder
}
