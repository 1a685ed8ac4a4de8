/** What `npm run build:release` makes, and its image started as a container's runtime would start it. The libraries are this machine's: nothing is downloaded. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { namesOf } from '../../release/artefacts.ts'
import { containerCommand, noContainer } from '../../release/check/container.ts'
import { openImages, type UnpackedImage } from '../../release/check/image.ts'
import { architectureOf } from '../../release/image/architectures.ts'
import { instruction } from '../../release/image/dockerfile.ts'
import { noHelm } from '../chart/helm.ts'
import { noRealApiServer } from '../kubernetes/real-api-server.ts'
import { ownAddresses } from './addresses.ts'
import { type Ended, type Folder, runOther, temporaryFolder } from './program.ts'
import { openRelease } from './release.ts'

const here = architectureOf(process.arch)
const notMade =
  process.platform === 'linux' && here !== undefined ? undefined : `an image is made for Linux on amd64 and arm64, not ${process.platform} on ${process.arch}`
const notStarted = notMade ?? noContainer()
const notInstalled = notStarted ?? noRealApiServer() ?? noHelm()
if (notMade !== undefined) console.log(`skipped: the artefacts of a release: ${notMade}`)
if (notStarted !== undefined) console.log(`skipped: the image of a release, started: ${notStarted}`)
if (notInstalled !== undefined) console.log(`skipped: the image of a release, in a real cluster: ${notInstalled}`)

const SECONDS = 1_700_000_000
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }
const NAMES = namesOf({ name: 'fairlead', version })

describe.skipIf(notMade !== undefined)('a release', () => {
  let folder: Folder
  let image: UnpackedImage
  let root: string
  let outputs: readonly Ended[]

  const build = (name: string, environment: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<Ended> => {
    const flags = [...more, '--out', folder.file(name), '--base', 'machine', '--architecture', here ?? '', '--compression', '1', '--allow-changes']
    // A umask of the user's own makes no difference, neither to what is made nor to the check.
    return runOther('sh', ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, 'release/build.ts', ...flags], {
      environment: { SOURCE_DATE_EPOCH: String(SECONDS), NODE_DISABLE_COMPILE_CACHE: '1', ...environment },
    })
  }
  const started = (entrypoint: readonly string[], ...args: readonly string[]): Promise<Ended> => {
    const { program, args: given, environment } = containerCommand({ root, config: { ...image.config, Entrypoint: entrypoint }, args })
    return runOther(program, given, { environment })
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    root = folder.file('root')
    outputs = await Promise.all([
      build('first', {}),
      build('second', { TZ: 'Asia/Tokyo', LANG: 'C' }, '--no-check', '--bundle', dirname(dirname(dirname(inject('program'))))),
    ])
    const failed = outputs.find(({ exitCode }) => exitCode !== 0)
    if (failed !== undefined) throw new Error(failed.err)
    image = openImages(join(folder.file('first'), NAMES.image), folder.file('layout'))[0]!
    image.unpackInto(root)
  }, 600_000)

  afterAll(() => folder[Symbol.asyncDispose]())

  test('is the same to the byte when it is built again', () => {
    const [first, second] = ['first', 'second'].map((name) => readFileSync(join(folder.file(name), 'SHA256SUMS'), 'utf8'))
    expect(first).toBe(second)
    expect(readdirSync(folder.file('first')).toSorted()).toEqual([...Object.values(NAMES), 'SHA256SUMS'].toSorted())
    expect(outputs[0]?.out).toContain(`SHA256SUMS: ${Object.values(NAMES).length} files are as it says`)
  })

  test('for a machine that it is not made for is refused', async () => {
    const { exitCode, err } = await runOther(process.execPath, ['release/build.ts', '--architecture', 'sparc', '--allow-changes'])
    expect([exitCode, err]).toEqual([1, expect.stringContaining('--architecture sparc is unknown; allowed: amd64, arm64')])
  })

  test('has an image with labels, which runs as the user that the Dockerfile names', () => {
    expect(image.config).toMatchObject({ User: instruction('USER'), WorkingDir: instruction('WORKDIR') })
    expect(image.config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'fairlead',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    })
  })

  test('has an image in which nothing is writable but by root, and nothing gives rights', () => {
    const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    const open = paths.filter((path) => !lstatSync(join(root, path)).isSymbolicLink() && (lstatSync(join(root, path)).mode & 0o6022) !== 0)
    expect(paths).toEqual(expect.arrayContaining(['usr/bin/node', 'app/dist/main.mjs', 'app/LICENSE', 'app/dist/THIRD-PARTY-NOTICES.txt', 'etc/passwd']))
    expect(open).toEqual([])
  })

  describe.skipIf(notStarted !== undefined)('started from its image', () => {
    test('says its version and its help', async () => {
      expect(await started(image.config.Entrypoint, '--version')).toMatchObject({ exitCode: 0, out: `${version}\n` })
      expect(await started(image.config.Entrypoint, '--help')).toMatchObject({ exitCode: 0, out: expect.stringContaining('Usage: fairlead') })
    })

    test('is not root, and cannot write', async () => {
      const look =
        "try { fs.writeFileSync('/app/new', '') } catch ({ code }) { console.log(process.getuid(), process.getgid(), process.getgroups().join(), code) }"
      expect((await started(['/usr/bin/node'], '-e', look)).out).toMatch(/^1000 1000 1000 E(?:ROFS|ACCES)\n$/)
    })

    test.skipIf(notInstalled !== undefined)('becomes ready in a cluster, with what the chart gives it', async () => {
      const pool = `${ownAddresses()}0/24`
      const values = {
        image: { repository: 'registry.example.com/fairlead' },
        providers: ['local'],
        nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
        local: { hostNetwork: true, addressPools: [pool] },
      }
      await using release = await openRelease(values, { root, config: image.config })
      await release.install()
      const pod = await release.startPod()
      await pod.says(/"message":"ready"/)
      const [, http = ''] = await pod.says(/"http":"(http:[^"]+)"/)
      expect(await (await fetch(new URL('/readyz', http))).text()).toBe('ok\n')
      await release.create('web', { spec: { loadBalancerClass: 'fairlead.dev/local', ports: [{ port: 8080 }] } })
      expect((await release.reported('web', 'NoBackends')).status.loadBalancer.ingress).toHaveLength(1)
      await release.remove('web')
      await release.gone('web')
      expect(await pod.end('SIGTERM')).toMatchObject({ exitCode: 0 })
    })
  })
})
