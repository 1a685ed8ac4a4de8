/** An image's archive as a registry and a runtime read it: every blob by its digest, and the layers unpacked one over the other. */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { command } from '../command.ts'
import type { Descriptor, Execution } from '../image/oci.ts'

export interface UnpackedImage {
  readonly architecture: string
  readonly config: Execution & { readonly Labels: Readonly<Record<string, string>> }
  /** Of the manifest. */
  readonly digest: string
  /** Bytes of all layers, as they are downloaded. */
  readonly size: number
  /** Unpacks the layers into a folder that does not exist yet. */
  unpackInto(folder: string): void
}

interface Index {
  readonly manifests: readonly (Descriptor & { readonly platform?: { readonly architecture: string } })[]
}

interface Manifest {
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

interface Config {
  readonly architecture: string
  readonly config: UnpackedImage['config']
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

/** `folder`: where the archive is unpacked. Throws when a blob is not what its descriptor says, and when a layer is not what the configuration says. */
export function openImages(archive: string, folder: string): readonly UnpackedImage[] {
  mkdirSync(folder, { recursive: true })
  command('tar', ['-xf', archive, '-C', folder])
  const pathOf = ({ digest }: Descriptor): string => join(folder, 'blobs', digest.replace(':', '/'))
  const blob = (descriptor: Descriptor): Buffer => verified(readFileSync(pathOf(descriptor)), descriptor)
  const parsed = (descriptor: Descriptor): unknown => JSON.parse(blob(descriptor).toString())
  const { manifests } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index
  return manifests
    .flatMap((index) => (parsed(index) as Index).manifests)
    .map((descriptor) => {
      const { config, layers } = parsed(descriptor) as Manifest
      const { architecture, config: execution, rootfs } = parsed(config) as Config
      if (architecture !== descriptor.platform?.architecture) throw new Error(`the index says ${descriptor.platform?.architecture}, the image ${architecture}`)
      for (const [i, layer] of layers.entries()) {
        const found = digestOf(gunzipSync(blob(layer)))
        if (found !== rootfs.diff_ids[i]) throw new Error(`layer ${i} of ${architecture} is ${found} unpacked, and ${rootfs.diff_ids[i]} is stated`)
      }
      return {
        architecture,
        config: execution,
        digest: descriptor.digest,
        size: layers.reduce((sum, { size }) => sum + size, 0),
        unpackInto(target) {
          mkdirSync(target, { recursive: true })
          // The image's user enters it, whatever this user's umask is.
          chmodSync(target, 0o755)
          for (const layer of layers) command('tar', ['-xzpf', pathOf(layer), '-C', target])
        },
      }
    })
}

function verified(data: Buffer, { digest, size }: Descriptor): Buffer {
  const found = digestOf(data)
  if (found !== digest || data.length !== size) throw new Error(`a blob is ${found} with ${data.length} bytes, and ${digest} with ${size} is stated`)
  return data
}

function digestOf(data: Buffer): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`
}
