import { describe, expect, test } from 'vitest'
import { type Standing, tell } from '../../../src/controller/outcome.ts'
import type { Report, Verdict } from '../../../src/controller/report.ts'
import { READY_REASONS, type ReadyReason } from '../../../src/model/reason.ts'
import { FINALIZER, type Given, malformed, notOurs, placed, PROVIDER, service, wanted } from './given.ts'

const IP = '192.0.2.1'
const at = (...ips: readonly string[]): Report['status'] => ({ places: ips.map((ip) => ({ ip, ipMode: 'VIP' })) })

function report(verdict: Verdict | 'served', more: Partial<Report> = {}): Report {
  return { ask: 'want', verdict: verdict === 'served' ? { kind: 'served' } : verdict, status: at(IP), hasBackends: true, ...more }
}

function standing(given: Given, more: Partial<Standing> = {}): Standing {
  const placement = placed({ home: 'home', named: ['home'], held: ['home'] })
  return { provider: PROVIDER, service: service(given), wish: wanted(), placement, reports: new Map(), isRepaired: false, ...more }
}

const home = (of: Report): Pick<Standing, 'reports'> => ({ reports: new Map([['home', of]]) })
const problem = { reason: 'Conflict', field: 'port 80/TCP', wrong: 'is held by default/other' } as const
const reasons = (told: ReturnType<typeof tell>): readonly string[] => told.events.map(({ type, reason }) => `${type} ${reason}`)

describe('what a Service is told', () => {
  test('a new one: finalizer, Stack and the first condition in one write, no address', () => {
    const told = tell(standing({ finalizers: [] }, { placement: placed({ home: 'home' }) }))
    expect(told.publication).toMatchObject({ finalizer: 'add', stacks: ['home'], ready: { status: 'False', reason: 'Progressing' } })
    expect(told.publication?.status).toBeUndefined()
  })

  test('a new one whose ports cannot be had: the error of each port, though no Stack knows it', () => {
    const ports = [{ port: 80, protocol: 'SCTP', error: 'fairlead.dev/ProtocolNotSupported' }] as const
    const nowhere = { placement: undefined, wish: { ...malformed(), ports } } as Partial<Standing>
    expect(tell(standing({ finalizers: [] }, nowhere)).publication).toMatchObject({ finalizer: 'keep', status: { places: [], ports } })
    expect(tell(standing({ finalizers: [] }, { ...nowhere, wish: malformed() })).publication?.status, 'an older error goes').toBe('clear')
    expect(tell(standing({ ip: IP }, nowhere)).publication?.status, 'what is published stays until a Stack was seen').toBeUndefined()
  })

  test('a served one: its address, Ready, and that it was created', () => {
    const told = tell(standing({ ready: ['False', 'Progressing'] }, home(report('served'))))
    expect(told.publication).toMatchObject({ status: at(IP), ready: { status: 'True', reason: 'Ready', message: `Served at ${IP}.` } })
    expect(reasons(told)).toEqual(['Normal Created', 'Normal Ready'])
  })

  test('after a restart, one that is served as it was: no event', () => {
    expect(tell(standing({ ip: IP, ready: ['True', 'Ready'] }, home(report('served')))).events).toEqual([])
    expect(tell(standing({ ip: IP, ready: ['True', 'Ready'] })).publication?.ready).toBeUndefined()
  })

  const table: readonly [string, Given, Partial<Standing>, string, string[]][] = [
    ['no backends', { ip: IP }, home(report('served', { hasBackends: false })), 'True NoBackends', ['Warning NoBackends']],
    ['served without an address yet', {}, home(report('served', { status: at() })), 'False Waiting', ['Normal Waiting']],
    ['refused, and nothing served', {}, home(report({ kind: 'refused', problem }, { status: at() })), 'False Conflict', ['Warning Conflict']],
    ['refused, and served as before', { ip: IP }, home(report({ kind: 'refused', problem })), 'False Conflict', ['Warning Conflict']],
    ['waiting for the first time', {}, home(report({ kind: 'waiting', reason: 'Waiting', because: 'in use' })), 'False Waiting', ['Normal Waiting']],
    ['waiting, and served', { ip: IP }, home(report({ kind: 'waiting', reason: 'Waiting', because: 'in use' })), 'Unknown Waiting', ['Normal Waiting']],
    ['stopped', {}, home(report({ kind: 'stopped', reason: 'Denied', message: 'no right' })), 'False Denied', ['Warning Denied']],
    [
      'stopped, and served',
      { ip: IP },
      home(report({ kind: 'stopped', reason: 'Throttled', message: 'slow down' })),
      'Unknown Throttled',
      ['Warning Throttled'],
    ],
    ['held back by policy', { ip: IP }, home(report({ kind: 'held', steps: ['delete x'] })), 'Unknown PlanOnly', ['Normal PlanOnly']],
    ['malformed', { ip: IP }, { wish: malformed() }, 'False Invalid', ['Warning Invalid']],
    ['paused', { ip: IP }, { wish: wanted({}, 'pause') }, 'Unknown Paused', ['Normal Paused']],
    [
      'waiting for the old place',
      { ip: IP },
      home(report({ kind: 'open' }, { ask: 'nothing', because: 'claimed elsewhere' })),
      'Unknown Moved',
      ['Normal Moved'],
    ],
    ['protected', { isDeleting: true, ip: IP }, { wish: wanted({ deletionProtection: true }) }, 'False Protected', ['Warning Protected']],
    ['an inventory that fails', {}, { trouble: { reason: 'CloudUnavailable', message: 'no answer' } }, 'False CloudUnavailable', ['Warning CloudUnavailable']],
  ]
  test.each(table)('%s', (_, given, more, ready, events) => {
    const told = tell(standing(given, more))
    expect(`${told.publication?.ready?.status} ${told.publication?.ready?.reason}`).toBe(ready)
    expect(reasons(told).filter((event) => event !== 'Normal Created')).toEqual(events)
    const again = tell(
      standing({ ...given, ready: [told.publication!.ready!.status, told.publication!.ready!.reason, told.publication!.ready!.message] }, more),
    )
    expect(reasons(again).filter((event) => event !== 'Normal Created')).toEqual([])
  })

  test('a new one whose ports cannot be had: which, though no Stack has it and no turn was taken', () => {
    const ports = [{ port: 80, protocol: 'SCTP', error: 'LoadBalancerProtocolNotSupported' }] as const
    const wish = { ...malformed(), ports } as Standing['wish']
    const told = tell(standing({ finalizers: [] }, { wish, placement: undefined }))
    expect(told.publication).toMatchObject({ finalizer: 'keep', status: { places: [], ports }, ready: { status: 'False', reason: 'Invalid' } })
    const served = tell(standing({ ip: IP }, { wish, placement: undefined }))
    expect(served.publication?.status, 'what is served is not taken back before its Stack was looked at').toBeUndefined()
  })

  test('a refused port is told beside the address that the other ports keep', () => {
    const ports = [{ port: 80, protocol: 'TCP', error: 'PortInUse' }] as const
    const told = tell(standing({}, home(report({ kind: 'refused', problem, ports }))))
    expect(told.publication?.status).toEqual({ ...at(IP), ports })
  })

  test('an address is not taken back by a turn that could not finish, and is by one that found none', () => {
    const unfinished = report({ kind: 'stopped', reason: 'CloudUnavailable', message: 'no answer' }, { status: at() })
    expect(tell(standing({ ip: IP }, home(unfinished))).publication?.status).toBeUndefined()
    expect(tell(standing({ ip: IP }, home(report('served', { status: at() })))).publication?.status).toBe('clear')
  })

  test('during a move the old address stays until the new place serves', () => {
    const placement = placed({ home: 'home', named: ['old', 'home'], held: ['old', 'home'] })
    const old = report('served', { ask: 'follow', because: 'moving away' })
    const starting = report({ kind: 'waiting', reason: 'Waiting', because: 'on its way' }, { status: at('192.0.2.2') })
    const moving = {
      placement,
      reports: new Map([
        ['old', old],
        ['home', starting],
      ]),
    }
    expect(tell(standing({ ip: IP }, moving)).publication?.status).toEqual(at(IP))
    const moved = {
      placement,
      reports: new Map([
        ['old', old],
        ['home', report('served', { status: at('192.0.2.2') })],
      ]),
    }
    const told = tell(standing({ ip: IP, ready: ['True', 'Ready'] }, moved))
    expect(told.publication).toMatchObject({ status: at('192.0.2.2'), stacks: ['old', 'home'] })
    expect(reasons(told)).toEqual(['Normal AddressChanged'])
    const left = { placement: placed({ home: 'home', named: ['old', 'home'], held: ['home'], cleared: ['old'] }), reports: moved.reports }
    expect(tell(standing({}, left)).publication?.stacks).toEqual(['home'])
  })

  test('what somebody else wrote over our address is a repair, not a new address', () => {
    const told = tell(standing({ ip: '203.0.113.66', ready: ['True', 'Ready'] }, { ...home(report('served')), written: at(IP) }))
    expect(told.publication?.status).toEqual(at(IP))
    expect(reasons(told)).toEqual(['Warning Repaired'])
  })
})

describe('a Service that goes', () => {
  const going = (cleared: readonly string[], more: Partial<Standing> = {}): Partial<Standing> => ({
    placement: placed({ home: 'home', named: ['home', 'old'], held: ['home'], cleared }),
    ...more,
  })

  test('the finalizer waits for every Stack', () => {
    expect(tell(standing({ isDeleting: true }, going(['home']))).publication?.finalizer).toBe('keep')
    const told = tell(standing({ isDeleting: true, ip: IP }, going(['home', 'old'])))
    expect(told.publication).toMatchObject({ finalizer: 'remove', status: 'clear' })
    expect(reasons(told)).toEqual(['Normal Deleted'])
  })

  test('what is in the way is told', () => {
    const gone = report({ kind: 'stopped', reason: 'Denied', message: 'no right' }, { ask: 'gone' })
    expect(tell(standing({ isDeleting: true }, going([], home(gone)))).publication).toMatchObject({
      finalizer: 'keep',
      ready: { status: 'False', reason: 'Denied' },
    })
  })

  test('a deleting Service without our finalizer is told nothing, and gets none', () => {
    expect(tell(standing({ isDeleting: true, finalizers: ['example.com/hold'] }, { placement: undefined }))).toEqual({ events: [] })
  })

  test("a Service of somebody else's is told nothing", () => {
    expect(tell(standing({ class: 'example.com/other', finalizers: [], ip: IP }, { wish: notOurs, placement: undefined }))).toEqual({ events: [] })
  })

  const statuses: readonly [string, Given, Partial<Standing>, 'clear' | undefined][] = [
    ['another type: the server has emptied it', { type: 'ClusterIP', class: null }, {}, undefined],
    ['another class: what it shows was written after us', { class: 'example.com/other', ip: IP }, {}, undefined],
    ['no class, and not ours any more: it was ours', { class: null, ip: IP }, {}, 'clear'],
    [
      'no class, and a cloud controller took over',
      { class: null, ip: IP, finalizers: [FINALIZER, 'service.kubernetes.io/load-balancer-cleanup'] },
      {},
      undefined,
    ],
    ['no class, and not what we wrote last', { class: null, ip: '203.0.113.66' }, { written: at(IP) }, undefined],
  ]
  test.each(statuses)('its status with %s', (_, given, more, expected) => {
    const told = tell(standing(given, { wish: notOurs, ...going(['home', 'old']), ...more }))
    expect(told.publication?.finalizer).toBe('remove')
    expect(told.publication?.status).toBe(expected)
  })
})

test.each(Object.keys(READY_REASONS) as ReadyReason[])('whatever stops a Stack, %s, is told with what happens next', (reason) => {
  const { publication } = tell(standing({}, home(report({ kind: 'stopped', reason, message: 'something is wrong' }))))
  expect(publication?.ready).toMatchObject({ status: 'False', reason })
  expect(publication?.ready?.message).toMatch(/^something is wrong\. .*tried again/)
})
