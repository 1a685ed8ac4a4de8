/** The licences of what is bundled, which its authors ask to be passed on with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BundledPackage } from './lock.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const TEXT = /^(?:licen[cs]e|notice|copying)(?:[.-].*)?$/i

/** One text: for each package its name, its version, its licence, and the files that say more. */
export function notices(packages: readonly BundledPackage[]): string {
  const parts = packages.map(({ path, name, locked }) => {
    const folder = join(PROJECT, path)
    const texts = existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => TEXT.test(file))
          .toSorted()
      : []
    return [
      `${name} ${locked.version} (${locked.license ?? 'its licence is in its text'})`,
      ...texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()),
    ]
  })
  return `Fairlead is made with the packages below.\n\n${parts.map((lines) => lines.join('\n\n')).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
