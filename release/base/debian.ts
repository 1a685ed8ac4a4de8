/** The image's base: of Debian's packages the few files that Node needs, where Debian has them, and what scanners read to know the versions. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entriesOf } from '../archive/folder.ts'
import { type Entry, file } from '../archive/entries.ts'
import { command } from '../command.ts'
import { ARCHITECTURES, type Architecture } from '../image/architectures.ts'
import { type Apt, openApt } from './apt.ts'
import { kept } from './downloads.ts'
import { PACKAGES, type PinnedPackage, type Pins } from './pins.ts'

/** Libraries that Node names, the loader, and what is asked for by law or by scanners. Where libc has a converter, a locale or a tool, Node uses its own. */
const WANTED = [
  /^usr\/lib\/(?:[^/]+-linux-gnu\/)?(?:ld-linux[^/]*|lib(?:c|m|dl|pthread|stdc\+\+|gcc_s)\.so\.[\d.]+)$/,
  /^usr\/lib64\/ld-linux[^/]*$/,
  /^usr\/share\/doc\/[^/]+\/copyright$/,
  /^usr\/share\/doc\/(?:libgcc-s1|libstdc\+\+6)$/,
  /^usr\/lib\/os-release$/,
  /^etc\/(?:os-release|debian_version)$/,
]

/** Downloads what is not kept from before. Throws when the mirror does not have a pinned version any more, and says what to do. */
export function debianBase({ suite, packages }: Pins, architecture: Architecture): readonly Entry[] {
  return withLists((folder) => {
    let apt: Apt | undefined
    return packages[architecture].flatMap((pinned) => {
      const path = kept(`${pinned.name}.deb`, { algorithm: 'sha256', hex: pinned.sha256 }, (target) => {
        apt ??= openApt(suite, architecture, folder)
        return downloaded(apt, pinned, target)
      })
      return entriesOfPackage(pinned.name, path)
    })
  })
}

function downloaded(apt: Apt, pinned: PinnedPackage, target: string): string {
  try {
    return apt.download(pinned, target)
  } catch (error) {
    const advice = 'A mirror drops old versions. Pin those that it has now: npm run build:release -- --update-base'
    throw new Error(`${pinned.name} ${pinned.version} cannot be downloaded. ${advice}`, { cause: error })
  }
}

/** The versions that the mirror has now. */
export function newestPins(suite: string): Pins {
  const newest = (architecture: Architecture): readonly PinnedPackage[] =>
    withLists((folder) => {
      const apt = openApt(suite, architecture, folder)
      return PACKAGES.map((name) => apt.newest(name))
    })
  return { suite, packages: Object.fromEntries(ARCHITECTURES.map((each) => [each, newest(each)])) as Pins['packages'] }
}

function withLists<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-apt-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function entriesOfPackage(name: string, path: string): readonly Entry[] {
  return withLists((folder) => {
    command('dpkg-deb', ['--extract', path, folder])
    const chosen = entriesOf(folder, '')
      .map((entry) => ({ ...entry, path: entry.path.replace(/^(lib(?:64)?)\//, 'usr/$1/') }))
      .filter((entry) => entry.kind !== 'folder' && WANTED.some((pattern) => pattern.test(entry.path)))
    // Where scanners of images without a package manager look: https://github.com/GoogleContainerTools/distroless/blob/main/PACKAGE_METADATA.md
    return [...chosen, file(`var/lib/dpkg/status.d/${name}`, command('dpkg-deb', ['--field', path]))]
  })
}

/** The same from this machine's own libraries: no download, and another image on another machine. For tests. */
export function baseOfThisMachine(): readonly Entry[] {
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] }
  return sharedObjects
    .filter((path) => path.startsWith('/') && !path.endsWith('.node'))
    .map((path) => file(path.slice(1).replace(/^(lib(?:64)?)\//, 'usr/$1/'), readFileSync(path), 0o755))
}
