/** What ends a controller before an uninstall: its Pods are asked to end, and the Lease is waited for, but never for long. */
import { expect, test } from 'vitest'
import { standDown } from '../../../src/cli/stand-down.ts'
import { KubernetesError, type Lease } from '../../../src/kubernetes/api.ts'
import type { Log } from '../../../src/model/log.ts'
import { ManualClock, settle } from '../../clock.ts'

const place = { namespace: 'fairlead-system', name: 'fairlead' }

interface Stage {
  /** Undefined: there is no Deployment. */
  replicas: number | undefined
  /** Undefined: there is no Lease. */
  holder: string | undefined
  /** What the API server answers to a read of the Lease. */
  failure: KubernetesError | undefined
}

function run(given: Partial<Stage>) {
  const clock = new ManualClock()
  const stage: Stage = { replicas: 2, holder: 'a', failure: undefined, ...given }
  const ended = new AbortController()
  const lines: string[] = []
  const say = (message: string): void => void lines.push(message)
  const log: Log = { debug: () => {}, info: say, warn: say, error: say }
  const api = {
    scaleDeployment: async (_namespace: string, _name: string, replicas: number) => {
      if (stage.replicas === undefined) return false
      stage.replicas = replicas
      return true
    },
    getLease: async (): Promise<Lease | undefined> => {
      if (stage.failure !== undefined) throw stage.failure
      return stage.holder === undefined ? undefined : { metadata: place, spec: { holderIdentity: stage.holder } }
    },
  }
  let isDone = false
  const done = standDown({ api, lease: place, deployment: 'fairlead', clock, log, signal: ended.signal }).then((isFree) => {
    isDone = true
    return isFree
  })
  return { clock, stage, lines, ended, done, isDone: () => isDone }
}

test('scales the Deployment to 0, and is done when the Lease has no holder', async () => {
  const { clock, stage, lines, isDone, done } = run({})
  await clock.advance(5_000)
  expect(stage.replicas).toBe(0)
  expect(isDone()).toBe(false)
  stage.holder = ''
  await clock.advance(2_000)
  expect(isDone()).toBe(true)
  expect(await done).toBe(true)
  expect(lines.at(-1)).toBe('the Lease is released')
})

test('waits for a copy that takes the released Lease before it is asked to end', async () => {
  const { clock, stage, isDone } = run({ holder: '' })
  await settle()
  stage.holder = 'b'
  await clock.advance(5_000)
  expect(isDone()).toBe(false)
  stage.holder = ''
  await clock.advance(2_000)
  expect(isDone()).toBe(true)
})

test('gives up after 30 seconds, and says so', async () => {
  const { clock, lines, isDone, done } = run({})
  await clock.advance(29_000)
  expect(isDone()).toBe(false)
  await clock.advance(1_000)
  expect(isDone()).toBe(true)
  expect(lines.at(-1)).toContain('was not released in time')
  expect(await done).toBe(false)
})

test('says so where there is no Deployment, and has nothing to wait for where there is no Lease', async () => {
  const without = run({ replicas: undefined })
  expect(await without.done).toBe(false)
  expect(without.lines).toEqual(['there is no such Deployment in the namespace of the Lease; name another with --lease-namespace'])
  const { clock, lines, isDone } = run({ holder: undefined })
  await clock.advance(1_000)
  expect(isDone()).toBe(true)
  expect(lines.at(-1)).toBe('the Lease is released')
})

test('goes on when a read of the Lease fails, and ends at once when it is stopped', async () => {
  const { clock, stage, isDone } = run({ holder: '', failure: new KubernetesError(500, 'InternalError', 'not now') })
  await clock.advance(3_000)
  stage.failure = undefined
  await clock.advance(2_000)
  expect(isDone()).toBe(true)
  const stopped = run({})
  await settle()
  stopped.ended.abort()
  await stopped.done
})
