import { defineConfig } from 'vitest/config'
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/** Pure code, in this process alone. */
const UNIT = ['test/*.test.ts', 'test/unit/**/*.test.ts', 'test/plan/**/*.test.ts']
/** Beside it in `test/unit`: these open sockets or start a process. */
const UNITS_WITH_SOCKETS = [
  'test/unit/aws/{apply,budget,config,health,inventory,journey,observe,wire}.test.ts',
  'test/unit/azure/config.test.ts',
  'test/unit/cli/end-process.test.ts',
  'test/unit/{cli/dashboard,dashboard/server}.test.ts',
  'test/unit/emulators/{aws,azure,gcp,machines}/**/*.test.ts',
  'test/unit/emulators/{controllers,machines}.test.ts',
  'test/unit/emulators/cloud/serve.test.ts',
  'test/unit/emulators/dns/server.test.ts',
  'test/unit/gcp/{bundle,network,playground}.test.ts',
  'test/unit/local/balancer/**/*.test.ts',
  'test/unit/local/in-use.test.ts',
  'test/unit/observability/server.test.ts',
  'test/unit/release/archive.test.ts',
]

/** What holds in every history, of which many are tried. */
const LAWS = ['test/{contract,reliability,fuzz}/**/*.test.ts', 'test/plan/**/{walk,stories,preview}.test.ts']
const CLOUD = ['test/cloud/**/*.test.ts', ...UNITS_WITH_SOCKETS]

/** The program is made for those who start it. */
const PROGRAM = ['test/product/setup.ts']
/** Processes and real time have trouble of their own now and then. `.ci/run` names each test that needed a second try; elsewhere it fails. */
const RETRIES = process.env['CI'] === undefined ? 0 : 1

/** They take longest: begun last, they would leave the other workers without work. The rest is begun by size, the largest first. */
const FIRST = [
  /\/docs\/commands/,
  /\/contract\/(gcp-|aws-|azure)/,
  /\/cloud\/aws\/(killed|lost|failed)/,
  /\/product\//,
  /\/controller\/trouble/,
  /\/reliability\//,
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is not an array's
    const bySize = await super.sort(files)
    return bySize.toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const found = FIRST.findIndex((pattern) => pattern.test(moduleId))
  return found === -1 ? FIRST.length : found
}

export default defineConfig({
  test: {
    // A test that hangs is ended; how fast the machine is must not decide.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Many tests wait for sockets and processes: four workers use what two leave of two cores.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        // Pure code needs no worker of its own for each file.
        test: { name: 'unit', include: UNIT, exclude: [...LAWS, ...CLOUD], setupFiles: ['test/no-sockets.ts'], isolate: false },
      },
      { extends: true, test: { name: 'laws', include: LAWS } },
      { extends: true, test: { name: 'cloud', include: CLOUD, isolate: false, globalSetup: PROGRAM } },
      {
        extends: true,
        test: { name: 'product', include: ['test/**/*.test.ts'], exclude: [...UNIT, ...LAWS, ...CLOUD], globalSetup: PROGRAM, retry: RETRIES },
      },
    ],
  },
})
