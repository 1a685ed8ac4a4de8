/**
 * An image as an archive in the layout of OCI: one index, and for each architecture a manifest, a configuration and its layers.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Entry, file } from '../archive/entries.ts'
import { tar } from '../archive/tar.ts'
import type { Architecture } from './architectures.ts'

const TYPE = 'application/vnd.oci.image'

export interface Layer {
  /** What made it, for `docker history`. */
  readonly madeBy: string
  readonly entries: readonly Entry[]
}

/** What runs, as the Dockerfile says it. */
export interface Execution {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly WorkingDir: string
  readonly ExposedPorts: Readonly<Record<string, object>>
}

export interface Image {
  /** The tag, by which tools name it when they load the archive. */
  readonly tag: string
  readonly labels: Readonly<Record<string, string>>
  readonly execution: Execution
  readonly platforms: readonly { readonly architecture: Architecture; readonly layers: readonly Layer[] }[]
  /** Seconds since 1970: the time of everything in it. */
  readonly seconds: number
  /** Of gzip, 1 to 9. */
  readonly compression: number
}

export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export interface ImageArchive {
  readonly archive: Buffer
  /** Of the index: the digest that a registry shows, and that a Deployment can be pinned to. */
  readonly digest: string
  readonly platforms: readonly { readonly architecture: Architecture; readonly digest: string; readonly size: number; readonly unpacked: number }[]
}

/** The same image gives the same bytes with the same Node: another version may compress otherwise, and the layers' uncompressed digests stay. */
export function imageArchive(image: Image): ImageArchive {
  const blobs = new Map<string, Buffer>()
  const add = (mediaType: string, data: Buffer): Descriptor => {
    blobs.set(sha256(data), data)
    return { mediaType: `${TYPE}.${mediaType}`, digest: `sha256:${sha256(data)}`, size: data.length }
  }
  const platforms = image.platforms.map((platform) => addPlatform(image, platform, add))
  const manifests = platforms.map(({ architecture, manifest }) => ({ ...manifest, platform: { architecture, os: 'linux' } }))
  const index = add('index.v1+json', json({ schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests, annotations: image.labels }))
  const named = { ...index, annotations: { 'org.opencontainers.image.ref.name': image.tag } }
  const entries = [
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    file('index.json', json({ schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests: [named] })),
    ...[...blobs].map(([hash, data]) => file(`blobs/sha256/${hash}`, data)),
  ]
  return {
    archive: tar(entries, image.seconds),
    digest: index.digest,
    platforms: platforms.map(({ architecture, manifest, size, unpacked }) => ({ architecture, digest: manifest.digest, size, unpacked })),
  }
}

function addPlatform(
  { labels, execution, seconds, compression }: Image,
  { architecture, layers }: Image['platforms'][number],
  add: (mediaType: string, data: Buffer) => Descriptor,
): { architecture: Architecture; manifest: Descriptor; size: number; unpacked: number } {
  const created = new Date(seconds * 1000).toISOString()
  const packed = layers.map(({ madeBy, entries }) => {
    const plain = tar(entries, seconds)
    return { madeBy, plain, descriptor: add('layer.v1.tar+gzip', gzipSync(plain, { level: compression })) }
  })
  const config = add(
    'config.v1+json',
    json({
      created,
      architecture,
      os: 'linux',
      config: { ...execution, Labels: labels },
      rootfs: { type: 'layers', diff_ids: packed.map(({ plain }) => `sha256:${sha256(plain)}`) },
      history: packed.map(({ madeBy }) => ({ created, created_by: madeBy })),
    }),
  )
  const content = { config, layers: packed.map(({ descriptor }) => descriptor), annotations: labels }
  const manifest = add('manifest.v1+json', json({ schemaVersion: 2, mediaType: `${TYPE}.manifest.v1+json`, ...content }))
  return {
    architecture,
    manifest,
    size: packed.reduce((sum, { descriptor }) => sum + descriptor.size, 0),
    unpacked: packed.reduce((sum, { plain }) => sum + plain.length, 0),
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
