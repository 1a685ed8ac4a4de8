/** Every artefact of a release, by the name of its file. What is the same in two builds is made here; no clock, no network. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Entry } from './archive/entries.ts'
import { entriesOf } from './archive/folder.ts'
import { tar } from './archive/tar.ts'
import { provenance, type Build, type Subject } from './documents/provenance.ts'
import { sbom } from './documents/sbom.ts'
import { PROJECT, type Source, timeOf } from './documents/source.ts'
import { type ImageArchive, imageArchive } from './image/oci.ts'
import type { Architecture } from './image/architectures.ts'
import { execution, layersOf } from './image/layers.ts'

export interface Ingredients extends Build {
  /** Of each architecture: the libraries, and Node. */
  readonly roots: readonly { readonly architecture: Architecture; readonly base: readonly Entry[]; readonly node: readonly Entry[] }[]
  /** A folder with what the image's WORKDIR holds. */
  readonly program: string
  /** Of gzip, 1 to 9. */
  readonly compression: number
}

export interface Artefacts {
  readonly files: ReadonlyMap<string, Buffer>
  readonly image: ImageArchive
}

export const SUMS = 'SHA256SUMS'

/** `fairlead-0.1.0-image.tar` and so on; the chart has the name that helm gives it. */
export function namesOf({ name, version }: Pick<Source, 'name' | 'version'>): Readonly<Record<'bundle' | 'chart' | 'image' | 'sbom' | 'provenance', string>> {
  const stem = `${name}-${version}`
  return {
    bundle: `${stem}-bundle.tar.gz`,
    chart: `${stem}.tgz`,
    image: `${stem}-image.tar`,
    sbom: `${stem}-sbom.cdx.json`,
    provenance: `${stem}-provenance.json`,
  }
}

export function artefactsOf(ingredients: Ingredients): Artefacts {
  const { source, components, program, compression } = ingredients
  const names = namesOf(source)
  const packed = (entries: readonly Entry[]): Buffer => gzipSync(tar(entries, source.seconds), { level: compression })
  const image = imageOf(ingredients)
  const made = new Map([
    [names.bundle, packed(entriesOf(program, `${source.name}-${source.version}`))],
    [names.chart, packed(entriesOf(`${PROJECT}helm-chart`, source.name))],
    [names.image, image.archive],
    [names.sbom, document(sbom(source, components))],
  ])
  const subjects: readonly Subject[] = [
    ...[...made].map(([name, data]) => ({ name, sha256: sha256(data) })),
    { name: source.name, sha256: image.digest.replace(/^sha256:/, '') },
  ]
  made.set(names.provenance, document(provenance(subjects, ingredients)))
  const sums = [...made].map(([name, data]) => `${sha256(data)}  ${name}\n`)
  return { files: new Map([...made, [SUMS, Buffer.from(sums.join(''))]]), image }
}

function imageOf({ source, roots, program, compression }: Ingredients): ImageArchive {
  return imageArchive({
    tag: source.version,
    labels: labelsOf(source),
    execution: execution(),
    platforms: roots.map(({ architecture, base, node }) => ({ architecture, layers: layersOf({ base, node, program }) })),
    seconds: source.seconds,
    compression,
  })
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md */
export function labelsOf(source: Source): Readonly<Record<string, string>> {
  const { name, description, version, commit, license } = source
  return Object.fromEntries(
    Object.entries({ title: name, description, version, revision: commit, created: timeOf(source), licenses: license }).map(([label, value]) => [
      `org.opencontainers.image.${label}`,
      value,
    ]),
  )
}

function document(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
