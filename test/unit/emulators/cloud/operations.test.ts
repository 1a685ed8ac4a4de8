/** Operations as the next clouds need them. What Azure and Google Cloud do is from recordings of their answers. */
import { describe, expect, test } from 'vitest'
import { cloudClock } from '../../../../emulators/cloud/clock.ts'
import { type Begun, Busy, OperationFailed, Operations } from '../../../../emulators/cloud/operations.ts'

function given() {
  const clock = cloudClock({ virtualTime: true })
  const operations = new Operations(clock)
  const done: string[] = []
  const begin = (kind: string, more: Partial<Begun> = {}) =>
    operations.begin({ document: 'balancer', kind, ms: 1_000, effects: [() => void done.push(kind)], ...more })
  return { clock, operations, done, begin }
}

describe('an operation', () => {
  test('runs until its time has come, and has its effect then', () => {
    const { clock, operations, done, begin } = given()
    const { id, status } = begin('insert')
    clock.advance(999)
    expect([status, operations.get(id)?.status, done]).toEqual(['running', 'running', []])
    clock.advance(1)
    expect([operations.get(id)?.status, done]).toEqual(['succeeded', ['insert']])
  })

  test('that takes no time is over in the first answer, as most writes of a load balancer in Azure and every setLabels of Google Cloud', () => {
    const { done, begin } = given()
    expect([begin('setLabels', { ms: 0 }).status, done]).toEqual(['succeeded', ['setLabels']])
  })

  test('is over in the order of time, whatever order they began in', () => {
    const { clock, operations, done, begin } = given()
    begin('long', { ms: 2_000 })
    begin('short', { ms: 500 })
    clock.advance(5_000)
    operations.settle()
    expect(done).toEqual(['short', 'long'])
  })

  test('is known while it runs, so that the document shows Updating', () => {
    const { clock, operations, begin } = given()
    const { id } = begin('put')
    expect(operations.running('balancer').map((one) => one.id)).toEqual([id])
    expect(operations.running('other')).toEqual([])
    clock.advance(1_000)
    expect(operations.running('balancer')).toEqual([])
  })

  test('of an id that was never given is not there', () => {
    expect(given().operations.get('operation-9')).toBeUndefined()
  })
})

describe('a failure', () => {
  const inUse = { code: 'RESOURCE_IN_USE_BY_ANOTHER_RESOURCE', message: 'in use', status: 400 }

  test('found when the operation is carried out: the call was answered well, and the operation says why, as in Google Cloud', () => {
    const { clock, operations, begin } = given()
    const effect = () => {
      throw new OperationFailed(inUse)
    }
    const { id, status } = begin('delete', { effects: [effect] })
    clock.advance(1_000)
    expect(status).toBe('running')
    expect(operations.get(id)).toMatchObject({ status: 'failed', failure: inUse })
  })

  test('half-way: what was done before it stays', () => {
    const { clock, operations, done, begin } = given()
    operations.faults.inject({ match: { kind: 'put' }, failure: { code: 'InternalServerError', message: 'oh' }, afterEffects: 1 })
    const { id } = begin('put', { effects: [() => done.push('first'), () => done.push('second')] })
    clock.advance(1_000)
    expect([operations.get(id)?.status, done]).toEqual(['failed', ['first']])
  })

  test('of the k-th operation of a kind', () => {
    const { operations, begin } = given()
    operations.faults.inject({ match: { kind: 'insert' }, at: 2, failure: inUse })
    expect(['insert', 'delete', 'insert', 'insert'].map((kind) => begin(kind, { ms: 0 }).status)).toEqual(['succeeded', 'succeeded', 'failed', 'succeeded'])
    expect(operations.get('operation-3')?.failure).toEqual(inUse)
  })

  test('that is a fault of the emulator is not hidden', () => {
    const { begin } = given()
    const effect = () => {
      throw new TypeError('ours')
    }
    expect(() => begin('put', { ms: 0, effects: [effect] })).toThrow(TypeError)
  })
})

describe('two operations on one document', () => {
  test('the newer takes the place of the older, which is canceled and never has its effect: a load balancer of Azure', () => {
    const { clock, operations, done, begin } = given()
    const older = begin('PutLoadBalancerOperation', { effects: [() => done.push('older')], whenBusy: 'supersede' })
    clock.advance(500)
    const newer = begin('PutLoadBalancerOperation', { effects: [() => done.push('newer')], whenBusy: 'supersede' })
    clock.advance(1_000)
    expect(operations.get(older.id)).toMatchObject({
      status: 'canceled',
      supersededBy: newer.id,
      failure: {
        code: 'CanceledAndSupersededDueToAnotherOperation',
        message: 'Operation PutLoadBalancerOperation (operation-1) was canceled and superseded by operation PutLoadBalancerOperation (operation-2).',
      },
    })
    expect([operations.get(newer.id)?.status, done]).toEqual(['succeeded', ['newer']])
  })

  test('one that is over is not superseded', () => {
    const { clock, operations, begin } = given()
    const { id } = begin('put', { whenBusy: 'supersede' })
    clock.advance(1_000)
    begin('put', { whenBusy: 'supersede' })
    expect(operations.get(id)?.status).toBe('succeeded')
  })

  test('the newer is refused while the older runs: AnotherOperationInProgress of Azure, resourceNotReady of Google Cloud', () => {
    const { clock, begin } = given()
    const { id } = begin('delete', { whenBusy: 'refuse' })
    expect(() => begin('delete', { whenBusy: 'refuse' })).toThrow(Busy)
    expect(() => begin('delete', { whenBusy: 'refuse' })).toThrow(`delete ${id} is changing balancer`)
    clock.advance(1_000)
    expect(begin('delete', { whenBusy: 'refuse' }).status).toBe('running')
  })

  test('on two documents they run side by side', () => {
    const { begin } = given()
    begin('put', { whenBusy: 'refuse' })
    expect(begin('put', { whenBusy: 'refuse', document: 'address' }).status).toBe('running')
  })
})

test('one that is cancelled never has its effect', () => {
  const { clock, operations, done, begin } = given()
  const { id } = begin('put')
  operations.cancel(id, { code: 'Canceled', message: 'Operation was canceled.' })
  clock.advance(1_000)
  expect([operations.get(id)?.status, done]).toEqual(['canceled', []])
})

test('a request of the same id is the same operation, also when that failed: the requestId of Google Cloud', () => {
  const { operations, done, begin } = given()
  operations.faults.inject({ failure: { code: 'QUOTA_EXCEEDED', message: 'no more' } })
  const first = begin('insert', { ms: 0, requestId: 'a' })
  expect(begin('insert', { ms: 0, requestId: 'a' })).toEqual(first)
  expect([first.status, done]).toEqual(['failed', []])
  expect([begin('insert', { ms: 0, requestId: 'b' }).status, done]).toEqual(['succeeded', ['insert']])
})

test('an effect may begin another operation', () => {
  const { clock, operations, done, begin } = given()
  begin('outer', { effects: [() => void begin('inner', { ms: 0 }), () => void done.push('outer')] })
  clock.advance(1_000)
  operations.settle()
  expect(done).toEqual(['inner', 'outer'])
})
