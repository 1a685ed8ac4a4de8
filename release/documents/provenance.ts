/**
 * How the artefacts came about: an in-toto statement with SLSA's provenance (https://slsa.dev/spec/v1.0/provenance). It is not signed: SECURITY.md says how to
 * sign it. It is level 1 of SLSA: what was built from what, as the builder says.
 */
import type { Component } from './components.ts'
import type { Source } from './source.ts'

export interface Subject {
  readonly name: string
  /** In hex. */
  readonly sha256: string
}

export interface Build {
  readonly source: Source
  readonly architectures: readonly string[]
  /** Where the libraries of the image are from. */
  readonly base: string
  readonly nodeVersion: string
  /** Of package-lock.json. */
  readonly lockSha256: string
  readonly components: readonly Component[]
}

export function provenance(subjects: readonly Subject[], { source, architectures, base, nodeVersion, lockSha256, components }: Build): object {
  const { commit, changed, seconds, version } = source
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://fairlead.dev/build-release/v1',
        externalParameters: { command: 'npm run build:release', version, architectures, base, sourceDateEpoch: seconds },
        internalParameters: { node: nodeVersion, changedFiles: changed.length },
        resolvedDependencies: [
          { name: 'source', digest: { gitCommit: commit } },
          { name: 'package-lock.json', digest: { sha256: lockSha256 } },
          ...components.map(({ purl, checksum }) => ({ uri: purl, digest: { [checksum.algorithm]: checksum.hex } })),
        ],
      },
      runDetails: { builder: { id: 'https://fairlead.dev/builders/unsigned-local' }, metadata: { invocationId: `${commit}-${seconds}` } },
    },
  }
}
