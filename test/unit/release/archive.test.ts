import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Entry, file, folder, link } from '../../../release/archive/entries.ts'
import { entriesOf } from '../../../release/archive/folder.ts'
import { tar } from '../../../release/archive/tar.ts'
import { command } from '../../../release/command.ts'
import { imageArchive, type Image } from '../../../release/image/oci.ts'

const temporary = mkdtempSync(join(tmpdir(), 'fairlead-archive-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const SECONDS = 1_700_000_000
const LONG = `${'deep/'.repeat(25)}file`
const ENTRIES: readonly Entry[] = [file('b/run', 'text', 0o755), link('b/link', 'run'), folder('empty'), file(LONG, 'far'), file('ä', 'name'), file('none', '')]

describe('a tar archive', () => {
  test('is unpacked by tar as it was made', () => {
    const [archive, into] = [join(temporary, 'a.tar'), join(temporary, 'a')]
    writeFileSync(archive, tar(ENTRIES, SECONDS))
    mkdirSync(into)
    command('tar', ['-xpf', archive, '-C', into])
    expect(readdirSync(into).toSorted()).toEqual(['b', 'deep', 'empty', 'none', 'ä'])
    expect(readFileSync(join(into, LONG), 'utf8')).toBe('far')
    expect(readlinkSync(join(into, 'b/link'))).toBe('run')
    expect(statSync(join(into, 'b/run')).mode & 0o777).toBe(0o755)
    expect(statSync(join(into, 'none')).mtimeMs).toBe(SECONDS * 1000)
  })

  test('is the same in whatever order the entries come', () => {
    expect(tar(ENTRIES.toReversed(), SECONDS)).toEqual(tar(ENTRIES, SECONDS))
  })

  test('names neither a user nor this machine, and every owner is 0', () => {
    const listing = command('tar', ['--list', '--verbose', '--numeric-owner', '--file', join(temporary, 'a.tar')])
    expect(
      listing
        .trim()
        .split('\n')
        .filter((line) => !/^\S+ 0\/0 /.test(line)),
    ).toEqual([])
  })

  test.each([
    ['a path twice', [file('a', ''), folder('a')], 'would hold a twice'],
    ['a path that the format has no room for', [file('x'.repeat(101), '')], 'too long for a tar archive'],
    ['a link that the format has no room for', [link('a', 'x'.repeat(101))], 'too long for a tar archive'],
  ])('with %s is refused', (_, entries, reason) => {
    expect(() => tar(entries, 0)).toThrow(reason)
  })
})

test('a folder is read without what the machine adds to it', () => {
  const from = join(temporary, 'from')
  mkdirSync(join(from, 'in'), { recursive: true, mode: 0o700 })
  writeFileSync(join(from, 'in/text'), 'text', { mode: 0o600 })
  writeFileSync(join(from, 'run'), '', { mode: 0o700 })
  expect(Object.fromEntries(entriesOf(from, 'app').map(({ path, mode }) => [path, mode]))).toEqual({ 'app/in': 0o755, 'app/in/text': 0o644, 'app/run': 0o755 })
})

describe('the archive of an image', () => {
  const image: Image = {
    tag: '1.2.3',
    labels: { 'org.opencontainers.image.version': '1.2.3' },
    execution: { User: '1000:1000', Env: [], Entrypoint: ['/run'], WorkingDir: '/', ExposedPorts: {} },
    platforms: (['amd64', 'arm64'] as const).map((architecture) => ({ architecture, layers: [{ madeBy: 'a test', entries: [file('run', architecture)] }] })),
    seconds: SECONDS,
    compression: 6,
  }

  test('is the same each time', () => {
    expect(imageArchive(image)).toEqual(imageArchive(structuredClone(image)))
  })

  test('has another digest with another content', () => {
    expect(imageArchive({ ...image, seconds: SECONDS + 1 }).digest).not.toBe(imageArchive(image).digest)
  })
})
