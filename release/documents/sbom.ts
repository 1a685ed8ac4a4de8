/** The bill of materials, in CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/ */
import { createHash } from 'node:crypto'
import type { Component } from './components.ts'
import { type Source, timeOf } from './source.ts'

const ALGORITHMS = { sha256: 'SHA-256', sha512: 'SHA-512' } as const

export function sbom(source: Source, components: readonly Component[]): object {
  const { name, version, license, description } = source
  const root = `pkg:generic/${name}@${version}`
  const rows = components.map((component) => ({
    type: component.cpe === undefined ? 'library' : 'platform',
    'bom-ref': component.purl,
    name: component.name,
    version: component.version,
    purl: component.purl,
    ...(component.cpe === undefined ? {} : { cpe: component.cpe }),
    hashes: [{ alg: ALGORITHMS[component.checksum.algorithm], content: component.checksum.hex }],
    ...(component.license === undefined ? {} : { licenses: [{ expression: component.license }] }),
  }))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([source, rows]))}`,
    version: 1,
    metadata: {
      timestamp: timeOf(source),
      component: { type: 'application', 'bom-ref': root, name, version, purl: root, description, licenses: [{ expression: license }] },
    },
    components: rows,
    dependencies: [{ ref: root, dependsOn: rows.map((row) => row['bom-ref']) }],
  }
}

/** The same for the same text, in the form of version 8 of RFC 9562. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
