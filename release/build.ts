/**
 * Makes every artefact of a release into a folder, and checks them: `npm run build:release`. docs/release.md says what they are.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Artefacts, artefactsOf } from './artefacts.ts'
import type { Entry } from './archive/entries.ts'
import { baseOfThisMachine, debianBase, newestPins } from './base/debian.ts'
import { checksumOf } from './base/downloads.ts'
import { nodeEntries, nodePackage } from './base/node.ts'
import { readPins, writePins } from './base/pins.ts'
import { checkArtefacts } from './check/artefacts.ts'
import { componentsOf } from './documents/components.ts'
import { bundledPackages, type Metafile, readLock } from './documents/lock.ts'
import { PROJECT, readSource, type Source } from './documents/source.ts'
import { ARCHITECTURES, type Architecture, architectureOf, NODE_PACKAGES } from './image/architectures.ts'
import { bundle, layOut } from './image/dockerfile.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/release' },
    architecture: { type: 'string', multiple: true, default: [...ARCHITECTURES] },
    base: { type: 'string', default: 'debian' },
    bundle: { type: 'string' },
    compression: { type: 'string', default: '6' },
    'allow-changes': { type: 'boolean', default: false },
    'update-base': { type: 'boolean', default: false },
    'no-check': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const HELP = `npm run build:release -- [FLAGS]

  --out FOLDER            where the artefacts are written (default dist/release); it is emptied first
  --architecture NAME     amd64 or arm64; repeatable (default: both)
  --base debian|machine   the image's libraries: Debian's packages as pinned, or those of this machine, to try the image without a download
  --compression LEVEL     of gzip, 1 to 9 (default 6)
  --allow-changes         build although files differ from the commit
  --bundle FOLDER         take dist and metafile.json from there instead of bundling
  --no-check              do not check what was made
  --update-base           pin the versions of Debian's packages that the mirror has now, and build nothing
`

if (values.help) console.log(HELP)
else if (values['update-base']) writePins(newestPins(readPins().suite))
else build()

function build(): void {
  const architectures = values.architecture.map(known)
  const source = readSource(process.env)
  if (source.changed.length > 0 && !values['allow-changes'])
    throw new Error(`files differ from the commit, so the provenance would be wrong. Commit them, or build with --allow-changes:\n${source.changed.join('\n')}`)
  const made = withFolder((folder) => artefacts(source, architectures, folder))
  rmSync(values.out, { recursive: true, force: true })
  mkdirSync(values.out, { recursive: true })
  for (const [name, data] of made.files) writeFileSync(join(values.out, name), data)
  report(made)
  if (values['no-check']) return
  for (const line of checkArtefacts(values.out, source)) console.log(line)
}

function artefacts(source: Source, architectures: readonly Architecture[], folder: string): Artefacts {
  const from = values.bundle ?? folder
  const [bundled, metafile] = [join(from, 'dist'), join(from, 'metafile.json')]
  if (values.bundle === undefined) bundle(bundled, metafile)
  layOut(join(folder, 'app'), bundled)
  const packages = bundledPackages(JSON.parse(readFileSync(metafile, 'utf8')) as Metafile, readLock())
  const pins = values.base === 'debian' ? readPins() : undefined
  return artefactsOf({
    source,
    architectures,
    base: pins === undefined ? `the libraries of this machine, ${process.arch}` : `Debian ${pins.suite}, as pinned in release/base/debian.json`,
    nodeVersion: nodePackage(NODE_PACKAGES.amd64).version,
    lockSha256: checksumOf(join(PROJECT, 'package-lock.json')),
    components: componentsOf(packages, pins, architectures),
    roots: architectures.map((architecture) => ({ architecture, base: baseOf(architecture), node: nodeEntries(architecture) })),
    program: join(folder, 'app'),
    compression: Number(values.compression),
  })
}

function known(name: string): Architecture {
  const found = ARCHITECTURES.find((each) => each === name)
  if (found === undefined) throw new Error(`--architecture ${name} is unknown; allowed: ${ARCHITECTURES.join(', ')}`)
  return found
}

function baseOf(architecture: Architecture): readonly Entry[] {
  if (values.base === 'debian') return debianBase(readPins(), architecture)
  if (values.base !== 'machine') throw new Error(`--base ${values.base} is unknown; allowed: debian, machine`)
  if (architecture !== architectureOf(process.arch))
    throw new Error(`--base machine has no libraries for ${architecture}: use --architecture ${architectureOf(process.arch)}`)
  return baseOfThisMachine()
}

function report({ files, image }: Artefacts): void {
  for (const [name, data] of files) console.log(`${name}  ${sizeOf(data.length)}`)
  for (const { architecture, digest, size, unpacked } of image.platforms)
    console.log(`linux/${architecture}  ${digest}  ${sizeOf(size)} to download, ${sizeOf(unpacked)} unpacked`)
  console.log(`image  ${image.digest}`)
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}

function withFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-release-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
