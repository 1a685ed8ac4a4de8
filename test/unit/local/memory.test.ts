/** What outlives a process: it comes back as it was, or is reported to be unusable and set aside. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { fileMemory, type KeptPart, type Memory } from '../../../providers/local/served-state.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock } from '../../clock.ts'

const PART: KeptPart = {
  key: 'uid-1/127.0.10.1/80/TCP',
  owner: { namespace: 'default', name: 'web', uid: 'uid-1' },
  address: '127.0.10.1',
  order: 0,
  lingers: false,
  listener: '80/TCP',
  port: 80,
  protocol: 'TCP',
  settings: {
    reach: 'pods',
    local: false,
    scheduler: 'rr',
    affinity: { kind: 'none' },
    sourceRanges: ['10.0.0.0/8'],
    proxyProtocol: 'off',
    healthCheck: { protocol: 'none', port: 'traffic', from: 'traffic port' },
    idleTimeoutSeconds: 3600,
    drainTimeoutSeconds: 30,
  },
}

let directory: string
let clock: ManualClock
let reported: string[]
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairlead-memory-'))
  clock = new ManualClock()
  reported = []
})
afterEach(() => rm(directory, { recursive: true }))

const file = (): string => join(directory, 'deep', 'state.json')
function memory(cluster = 'c1', path = file()): Memory {
  return fileMemory({ file: path, cluster, clock, log: { ...silentLog, warn: (message, fields) => reported.push(`${message}: ${String(fields?.['error'])}`) } })
}

async function kept(parts: readonly KeptPart[]): Promise<void> {
  const first = memory()
  first.keep(() => parts)
  await first.flush()
}

describe('the state file', () => {
  it('gives back what was kept, to its own user alone', async () => {
    await kept([PART])
    expect(await memory().recall()).toEqual([PART])
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect(await readdir(join(directory, 'deep')), 'nothing else is left').toEqual(['state.json'])
    expect(reported).toEqual([])
  })

  it('is empty where there is none', async () => {
    expect(await memory().recall()).toEqual([])
    expect(reported).toEqual([])
  })

  it('is written once for many changes, as things are when it is written', async () => {
    const one = memory()
    let asked = 0
    for (let i = 0; i < 100; i++) one.keep(() => (asked++, i === 99 ? [PART] : []))
    expect(await readdir(directory)).toEqual([])
    await clock.advance(100)
    await one.flush()
    expect(asked).toBe(1)
    expect(await memory().recall()).toEqual([PART])
  })

  it('is written at once where that is asked for, and twice at most for all who ask at the same time', async () => {
    const one = memory()
    let asked = 0
    const change = (): Promise<void> => {
      one.keep(() => (asked++, [PART]))
      return one.flush()
    }
    await Promise.all(Array.from({ length: 100 }, change))
    expect(asked).toBeLessThanOrEqual(2)
    expect(await memory().recall()).toEqual([PART])
  })

  it('that cannot be written is reported once, and again after it could', async () => {
    const path = join(directory, 'state.json')
    const one = memory('c1', path)
    const change = async (): Promise<void> => {
      one.keep(() => [PART])
      await one.flush()
    }
    await rm(directory, { recursive: true })
    await writeFile(directory, 'a file where the directory should be')
    await change()
    await change()
    expect(reported).toEqual([expect.stringContaining('the state file cannot be written')])
    await rm(directory)
    await change()
    expect(await memory('c1', path).recall()).toEqual([PART])
  })
})

describe('a state file that cannot be used', () => {
  const cases: readonly [string, (text: string) => string, RegExp][] = [
    ['of another version', (text) => text.replace('"version":1', '"version":2'), /version 2; this program reads version 1/],
    ['of another cluster', (text) => text.replace('"c1"', '"c2"'), /cluster "c2"; this is cluster "c1"/],
    ['that breaks off', (text) => text.slice(0, -20), /JSON/],
    ['that is empty', () => '', /JSON/],
    ['that is something else', () => 'null', /version undefined/],
    ['that was edited by hand', (text) => text.replace('127.0.10.1', '127.0.10.2'), /not as they were written/],
    ['without parts', () => '{"version":1,"cluster":"c1"}', /not as they were written/],
  ]
  test.each(cases)('%s is reported and set aside, and the next one can be written', async (_, spoil, why) => {
    await kept([PART])
    await writeFile(file(), spoil(await readFile(file(), 'utf8')))
    expect(await memory().recall()).toEqual([])
    expect(reported).toEqual([expect.stringMatching(why)])
    expect(await readdir(join(directory, 'deep'))).toEqual(['state.json.unusable'])
    await kept([PART])
    expect(await memory().recall()).toEqual([PART])
  })
})

it('a part that is there twice, or that no frontend can be made of, is left out with a warning', async () => {
  const bad = [{ ...PART, port: 0 }, { ...PART, address: 'x' }, { ...PART, key: 'other' }, null as unknown as KeptPart]
  await kept([PART, PART, ...bad])
  expect(await memory().recall()).toEqual([PART])
  expect(reported).toHaveLength(1 + bad.length)
})

it('whoever changes the form of parts raises the version', async () => {
  await kept([PART])
  const text = await readFile(file(), 'utf8')
  expect(JSON.parse(text), 'another form of parts needs another version').toMatchObject({
    version: 1,
    digest: 'de62d2b42eeaaa412b92f4cca044bbbd32cb99921b9ac02825330dae678beeaf',
  })
})
