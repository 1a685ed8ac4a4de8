import { afterEach, describe, expect, it } from 'vitest'
import { type KubernetesApi, KubernetesError, type Lease } from '../../../src/kubernetes/api.ts'
import { campaign, ClusterMismatch, type Leadership } from '../../../src/kubernetes/lease.ts'
import { type Log, silentLog } from '../../../src/model/log.ts'
import { ManualClock } from '../../clock.ts'

type LeaseApi = Pick<KubernetesApi, 'getLease' | 'createLease' | 'updateLease'>

/** One Lease behind an optimistic lock. */
class FakeLeases implements LeaseApi {
  lease: Lease | undefined
  version = 0
  isDown = false
  /** The next write is stored and its answer lost. */
  losesAnswer = false
  hangs = false

  async getLease(): Promise<Lease | undefined> {
    this.#check()
    return this.lease
  }

  async createLease(lease: Lease): Promise<Lease> {
    this.#check()
    if (this.lease) throw new KubernetesError(409, 'AlreadyExists', 'exists')
    return this.store(lease)
  }

  async updateLease(lease: Lease, signal: AbortSignal): Promise<Lease> {
    this.#check()
    if (this.hangs) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    if (!this.lease) throw new KubernetesError(404, 'NotFound', 'gone')
    if (lease.metadata.resourceVersion !== this.lease.metadata.resourceVersion) throw new KubernetesError(409, 'Conflict', 'stale')
    const stored = this.store(lease)
    if (!this.losesAnswer) return stored
    this.losesAnswer = false
    throw new KubernetesError(0, 'NoAnswer', 'lost')
  }

  store(lease: Lease): Lease {
    const times = [lease.spec.acquireTime, lease.spec.renewTime].filter((time) => time !== undefined)
    for (const time of times) if (!/T\d\d:\d\d:\d\d\.\d{6}Z$/.test(time)) throw new KubernetesError(400, 'BadRequest', `bad MicroTime ${time}`)
    return (this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(++this.version) } })
  }

  #check(): void {
    if (this.isDown) throw new KubernetesError(503, 'ServiceUnavailable', 'down')
  }
}

const clock = new ManualClock()
const running: Leadership[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((leadership) => leadership.release()))
})

function run(leases: FakeLeases, identity: string, clusterId = 'c1', log: Log = silentLog): Leadership & { isLost: boolean } {
  const leadership = campaign({
    api: leases as unknown as KubernetesApi,
    clock,
    log,
    namespace: 'here',
    name: 'fairlead',
    identity,
    clusterId,
    random: () => 0.5,
  })
  running.push(leadership)
  const watched = Object.assign(Object.create(leadership) as Leadership, {
    isLost: false,
    isLeader: () => leadership.isLeader(),
    mayWrite: () => leadership.mayWrite(),
    term: () => leadership.term(),
    leftAt: () => leadership.leftAt(),
    release: () => leadership.release(),
  })
  void leadership.lost.then(
    () => (watched.isLost = true),
    () => {},
  )
  return watched
}

describe('one Lease, two processes', () => {
  it('has one leader, and the other one follows when that gives up, at once', async () => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    const b = run(leases, 'b')
    await clock.advance(60_000)
    expect([a.mayWrite(), b.mayWrite()]).toEqual([true, false])
    expect(leases.lease?.metadata.annotations).toEqual({ 'fairlead.dev/cluster-id': 'c1' })
    await a.release()
    await clock.advance(2_500)
    expect([a.mayWrite(), b.mayWrite()]).toEqual([false, true])
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
  })

  it('passes to the other when the leader falls silent, only after the Lease ran out by the other one’s clock', async () => {
    const leases = new FakeLeases()
    const past = '2001-01-01T00:00:00.000000Z'
    leases.store({ metadata: { namespace: 'here', name: 'fairlead' }, spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: past } })
    const b = run(leases, 'b')
    await clock.advance(14_000)
    expect(b.isLeader()).toBe(false)
    await clock.advance(4_000)
    expect(b.mayWrite()).toBe(true)
  })

  it('says once who holds the Lease and until when, and again when another one does', async () => {
    const leases = new FakeLeases()
    const [lines, began]: [object[], number] = [[], clock.now()]
    const spec = { leaseDurationSeconds: 15, renewTime: '2001-01-01T00:00:00.000000Z' }
    leases.store({ metadata: { namespace: 'here', name: 'fairlead' }, spec: { ...spec, holderIdentity: 'killed' } })
    const log: Log = { ...silentLog, info: (message, fields = {}) => message.startsWith('another process') && lines.push(fields) }
    const b = run(leases, 'b', 'c1', log)
    await clock.advance(10_000)
    expect(lines).toEqual([{ lease: 'here/fairlead', holder: 'killed', until: new Date(began + 15_000).toISOString() }])
    leases.store({ ...leases.lease!, spec: { ...spec, holderIdentity: 'quicker' } })
    await clock.advance(5_000)
    expect(lines.slice(1)).toMatchObject([{ holder: 'quicker' }])
    await clock.advance(20_000)
    expect(b.mayWrite()).toBe(true)
    expect(lines).toHaveLength(2)
  })

  it('tells when the one before gave its last sign of life, by a release or a renewal; and nothing where there was none', async () => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    expect(a.leftAt()).toBeUndefined()
    await clock.advance(60_000)
    const released = clock.now()
    await a.release()
    const b = run(leases, 'b')
    await clock.advance(20_000)
    expect(b.leftAt()).toBe(released)
    await clock.advance(60_000)
    expect(b.leftAt(), 'its own renewals are no sign of another').toBe(released)
  })

  it('never has two that may write, whatever the server does', async () => {
    const leases = new FakeLeases()
    const all = ['a', 'b', 'c'].map((identity) => run(leases, identity))
    for (let second = 0; second < 300; second++) {
      leases.isDown = second % 70 > 50
      leases.losesAnswer = second % 7 === 3
      await clock.advance(1_000)
      expect(all.filter((one) => one.mayWrite()).length).toBeLessThanOrEqual(1)
    }
    expect(all.filter((one) => one.isLeader())).toHaveLength(1)
  })
})

describe('a leader', () => {
  it('may not write while the renewal is overdue, and goes on when nobody took the Lease meanwhile', async () => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    leases.isDown = true
    await clock.advance(9_000)
    expect(a.mayWrite()).toBe(true)
    await clock.advance(4_000)
    expect([a.mayWrite(), a.isLeader()]).toEqual([false, true])
    leases.isDown = false
    await clock.advance(3_000)
    expect([a.mayWrite(), a.isLost]).toEqual([true, false])
  })

  it.each([-3_600_000, -31_536_000_000])('whose time of day is set by %i ms may not write once its renewals fail', async (ms) => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    leases.isDown = true
    clock.setDate(ms)
    await clock.advance(9_000)
    expect(a.mayWrite()).toBe(true)
    await clock.advance(1_500)
    expect(a.mayWrite()).toBe(false)
    clock.setDate(-ms)
  })

  it('on a machine that slept past the deadline may not write before it has renewed', async () => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    clock.setDate(3_600_000)
    expect(a.mayWrite()).toBe(false)
    await clock.advance(3_000)
    expect([a.mayWrite(), a.isLost]).toEqual([true, false])
    clock.setDate(-3_600_000)
  })

  it('is not stopped by a request that hangs', async () => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    leases.hangs = true
    await clock.advance(2_500)
    leases.hangs = false
    await clock.advance(7_400)
    expect(a.mayWrite()).toBe(true)
  })

  it('goes on after a write of its own whose answer was lost', async () => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    leases.losesAnswer = true
    await clock.advance(8_000)
    expect([a.mayWrite(), a.isLost]).toEqual([true, false])
  })

  it.each([
    ['somebody else holds it', 'thief'],
    ['somebody else had it and gave it up', ''],
  ])('has lost the Lease when %s', async (_, holderIdentity) => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    leases.store({ ...leases.lease!, spec: { ...leases.lease!.spec, holderIdentity } })
    await clock.advance(3_000)
    expect([a.mayWrite(), a.isLost]).toEqual([false, true])
  })

  it('makes the Lease anew when somebody deleted it', async () => {
    const leases = new FakeLeases()
    const a = run(leases, 'a')
    await clock.advance(1)
    leases.lease = undefined
    await clock.advance(8_000)
    expect([a.mayWrite(), leases.lease]).toMatchObject([true, { spec: { holderIdentity: 'a' } }])
  })
})

describe('a Lease of another cluster', () => {
  it('stops the program, whoever holds it', async () => {
    const leases = new FakeLeases()
    leases.store({ metadata: { namespace: 'here', name: 'fairlead', annotations: { 'fairlead.dev/cluster-id': 'c0' } }, spec: { holderIdentity: '' } })
    const leadership = run(leases, 'a', 'c1')
    await expect(leadership.elected).rejects.toThrow(ClusterMismatch)
    await expect(leadership.elected).rejects.toThrow(/c0.*c1/)
    expect(leases.lease?.spec.holderIdentity).toBe('')
  })
})
