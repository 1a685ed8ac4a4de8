import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import { describe, expect, test } from 'vitest'
import { type ServiceFacts, type ServiceUpdate, updateFor } from '../../../src/controller/services/service-update.ts'
import type { Report, OwnerResult } from '../../../src/controller/services/report.ts'
import { READY_REASONS, type ReadyReason } from '../../../src/model/reason.ts'
import { FINALIZER, type Given, malformed, notOurs, placed, PROVIDER, service, wanted } from './given.ts'

const IP = '192.0.2.1'
const at = (...ips: readonly string[]): Report['status'] => ({ places: ips.map((ip) => ({ ip, ipMode: 'VIP' })) })

function report(result: OwnerResult | 'served', more: Partial<Report> = {}): Report {
  return {
    ask: 'want',
    result: result === 'served' ? { kind: 'served' } : result,
    status: at(IP),
    backends: { reason: 'Registered', isNone: false, cause: '' },
    ...more,
  }
}

function facts(given: Given, more: Partial<ServiceFacts> = {}): ServiceFacts {
  const placement = placed({ home: 'home', named: ['home'], held: ['home'] })
  return {
    provider: PROVIDER,
    service: service(given),
    request: wanted(),
    placement,
    reports: new Map(),
    zeroBackendsRefuse: { supported: true },
    byPublishedAddress: false,
    upstreamFinalizer: false,
    isRepaired: false,
    ...more,
  }
}

const home = (of: Report): Pick<ServiceFacts, 'reports'> => ({ reports: new Map([['home', of]]) })
const problem = { reason: 'Conflict', field: 'port 80/TCP', wrong: 'is held by default/other' } as const
const written = (of: ServiceFacts): Partial<ServiceUpdate> & Pick<ServiceUpdate, 'events'> => updateFor(of) ?? { events: [] }
const reasons = (update: Pick<ServiceUpdate, 'events'>): readonly string[] => update.events.map(({ type, reason }) => `${type} ${reason}`)

describe('what a Service reports', () => {
  test('a new one: finalizer, Stack and the first condition in one write, no address', () => {
    const update = written(facts({ finalizers: [] }, { placement: placed({ home: 'home' }) }))
    expect(update.publication).toMatchObject({ finalizer: 'add', stacks: ['home'], ready: { status: 'False', reason: 'Progressing' } })
    expect(update.publication?.status).toBeUndefined()
  })

  test('a new one whose ports cannot be had: the error of each port, though no Stack knows it', () => {
    const ports = [{ port: 80, protocol: 'SCTP', error: 'fairlead.dev/ProtocolNotSupported' }] as const
    const nowhere = { placement: undefined, request: { ...malformed(), ports } } as Partial<ServiceFacts>
    expect(written(facts({ finalizers: [] }, nowhere)).publication).toMatchObject({ finalizer: 'keep', status: { places: [], ports } })
    expect(written(facts({ finalizers: [] }, { ...nowhere, request: malformed() })).publication?.status, 'an older error goes').toBe('clear')
    expect(written(facts({ ip: IP }, nowhere)).publication?.status, 'what is published stays until a Stack was seen').toBeUndefined()
  })

  test('a served one: its address, Ready, and that it was created', () => {
    const update = written(facts({ ready: ['False', 'Progressing'] }, home(report('served'))))
    expect(update.publication).toMatchObject({ status: at(IP), ready: { status: 'True', reason: 'Ready', message: `Served at ${IP}.` } })
    expect(reasons(update)).toEqual(['Normal Created', 'Normal Ready'])
  })

  test('after a restart, one that is served as it was: no event', () => {
    expect(written(facts({ ip: IP, ready: ['True', 'Ready'] }, home(report('served')))).events).toEqual([])
    expect(written(facts({ ip: IP, ready: ['True', 'Ready'] })).publication?.ready).toBeUndefined()
  })

  const table: readonly [string, Given, Partial<ServiceFacts>, string, string[]][] = [
    [
      'no backends',
      { ip: IP },
      home(report('served', { backends: { reason: 'NoneReady', isNone: true, cause: 'None of its 2 endpoints is ready.' } })),
      'True NoBackends',
      ['Warning NoBackends'],
    ],
    ['served without an address yet', {}, home(report('served', { status: at() })), 'False Waiting', ['Normal Waiting']],
    ['refused, and nothing served', {}, home(report({ kind: 'refused', problem }, { status: at() })), 'False Conflict', ['Warning Conflict']],
    ['refused, and served as before', { ip: IP }, home(report({ kind: 'refused', problem })), 'False Conflict', ['Warning Conflict']],
    [
      'waiting for the first time',
      {},
      home(report({ kind: 'waiting', reason: 'Waiting', because: 'in use', afterMs: 60_000 })),
      'False Waiting',
      ['Normal Waiting'],
    ],
    [
      'waiting, and served',
      { ip: IP },
      home(report({ kind: 'waiting', reason: 'Waiting', because: 'in use', afterMs: 60_000 })),
      'Unknown Waiting',
      ['Normal Waiting'],
    ],
    ['stopped', {}, home(report({ kind: 'stopped', reason: 'Denied', message: 'no right', afterMs: 60_000 })), 'False Denied', ['Warning Denied']],
    [
      'stopped, and served',
      { ip: IP },
      home(report({ kind: 'stopped', reason: 'Throttled', message: 'slow down', afterMs: 60_000 })),
      'Unknown Throttled',
      ['Warning Throttled'],
    ],
    ['held back by policy', { ip: IP }, home(report({ kind: 'held', steps: ['delete x'] })), 'Unknown PlanOnly', ['Normal PlanOnly']],
    ['malformed', { ip: IP }, { request: malformed() }, 'False Invalid', ['Warning Invalid']],
    ['paused', { ip: IP }, { request: wanted({}, 'pause') }, 'Unknown Paused', ['Normal Paused']],
    [
      'waiting for the old place',
      { ip: IP },
      home(report({ kind: 'open' }, { ask: 'nothing', because: 'claimed elsewhere' })),
      'Unknown Moved',
      ['Normal Moved'],
    ],
    ['protected', { isDeleting: true, ip: IP }, { request: wanted({ deletionProtection: true }) }, 'False Protected', ['Warning Protected']],
    ['an inventory that fails', {}, { trouble: { reason: 'CloudUnavailable', message: 'no answer' } }, 'False CloudUnavailable', ['Warning CloudUnavailable']],
  ]
  test.each(table)('%s', (_, given, more, ready, events) => {
    const update = written(facts(given, more))
    expect(`${update.publication?.ready?.status} ${update.publication?.ready?.reason}`).toBe(ready)
    expect(reasons(update).filter((event) => event !== 'Normal Created')).toEqual(events)
    const again = written(
      facts({ ...given, ready: [update.publication!.ready!.status, update.publication!.ready!.reason, update.publication!.ready!.message] }, more),
    )
    expect(reasons(again).filter((event) => event !== 'Normal Created')).toEqual([])
  })

  describe('the condition Backends', () => {
    const REGISTERED = { reason: 'Registered', isNone: false, cause: '' } as const
    const NONE_READY = { reason: 'NoneReady', isNone: true, cause: 'None of its 2 endpoints is ready.' } as const
    const refuses = { supported: true, note: 'the socket is closed' } as const
    const drops = { supported: false, because: 'connections time out' } as const
    const stopped = { kind: 'stopped', reason: 'CloudUnavailable', message: 'no answer', afterMs: 60_000 } as const

    test.each<[string, Given, Partial<ServiceFacts>, string]>([
      ['backends are registered', {}, home(report('served')), 'True Registered: Every port of the load balancer has at least one backend.'],
      [
        'there are none, and the provider refuses clients',
        {},
        { ...home(report('served', { backends: NONE_READY })), zeroBackendsRefuse: refuses },
        'False NoneReady: None of its 2 endpoints is ready. Until then connections are refused: the socket is closed.',
      ],
      [
        'there are none, and the provider lets clients wait',
        {},
        { ...home(report('served', { backends: NONE_READY })), zeroBackendsRefuse: drops },
        'False NoneReady: None of its 2 endpoints is ready. Until then connections get no answer: connections time out.',
      ],
      ['nothing is made yet', { finalizers: [] }, {}, 'False NoLoadBalancer: There is no load balancer yet. The condition fairlead.dev/Ready says why.'],
      ['a turn could not finish', { ip: IP, ready: ['True', 'Ready'] }, home(report(stopped, { backends: REGISTERED })), 'as it is'],
      ['a turn could not finish, and no pod is ready', { ip: IP }, home(report(stopped, { backends: NONE_READY })), 'False NoneReady: None'],
      ['a new process has not looked yet', { ip: IP, ready: ['True', 'Ready'] }, {}, 'as it is'],
      [
        'an invalid change of what is served',
        { ip: IP },
        { ...home(report('served', { ask: 'follow', backends: NONE_READY })), request: malformed() },
        'False NoneReady',
      ],
      ['a Service that goes', { isDeleting: true, ip: IP }, home(report('served', { backends: NONE_READY })), 'as it is'],
    ])('%s', (_, given, more, expected) => {
      const update = written(facts(given, more)).publication?.backends
      expect(update === undefined ? 'as it is' : `${update.status} ${update.reason}: ${update.message}`).toContain(expected)
    })

    test('ports without backends beside ports with some: Ready stays, the condition and one event name them', () => {
      const partial = { reason: 'PortNotFound', isNone: false, cause: '81/TCP has no backends.' } as const
      const update = written(facts({ ip: IP, ready: ['True', 'Ready'] }, home(report('served', { backends: partial }))))
      expect(update.publication).toMatchObject({ ready: { status: 'True', reason: 'Ready' }, backends: { status: 'False', reason: 'PortNotFound' } })
      expect(reasons(update)).toEqual(['Warning NoBackends'])
    })
  })

  test('a new one whose ports cannot be had: which, though no Stack has it and no turn was taken', () => {
    const ports = [{ port: 80, protocol: 'SCTP', error: 'LoadBalancerProtocolNotSupported' }] as const
    const request = { ...malformed(), ports } as ServiceFacts['request']
    const update = written(facts({ finalizers: [] }, { request, placement: undefined }))
    expect(update.publication).toMatchObject({ finalizer: 'keep', status: { places: [], ports }, ready: { status: 'False', reason: 'Invalid' } })
    const served = written(facts({ ip: IP }, { request, placement: undefined }))
    expect(served.publication?.status, 'what is served is not taken back before its Stack was looked at').toBeUndefined()
  })

  test('a refused port is reported beside the address that the other ports keep', () => {
    const ports = [{ port: 80, protocol: 'TCP', error: 'PortInUse' }] as const
    const update = written(facts({}, home(report({ kind: 'refused', problem, ports }))))
    expect(update.publication?.status).toEqual({ ...at(IP), ports })
  })

  test('an address is not taken back by a turn that could not finish, and is by one that found none', () => {
    const unfinished = report({ kind: 'stopped', reason: 'CloudUnavailable', message: 'no answer', afterMs: 60_000 }, { status: at() })
    expect(written(facts({ ip: IP }, home(unfinished))).publication?.status).toBeUndefined()
    expect(written(facts({ ip: IP }, home(report('served', { status: at() })))).publication?.status).toBe('clear')
  })

  test('during a move the old address stays until the new place serves', () => {
    const placement = placed({ home: 'home', named: ['old', 'home'], held: ['old', 'home'] })
    const old = report('served', { ask: 'follow', because: 'moving away' })
    const starting = report({ kind: 'waiting', reason: 'Waiting', because: 'on its way', afterMs: 60_000 }, { status: at('192.0.2.2') })
    const moving = {
      placement,
      reports: new Map([
        ['old', old],
        ['home', starting],
      ]),
    }
    expect(written(facts({ ip: IP }, moving)).publication?.status).toEqual(at(IP))
    const moved = {
      placement,
      reports: new Map([
        ['old', old],
        ['home', report('served', { status: at('192.0.2.2') })],
      ]),
    }
    const update = written(facts({ ip: IP, ready: ['True', 'Ready'] }, moved))
    expect(update.publication).toMatchObject({ status: at('192.0.2.2'), stacks: ['old', 'home'] })
    expect(reasons(update)).toEqual(['Normal AddressChanged'])
    const left = { placement: placed({ home: 'home', named: ['old', 'home'], held: ['home'], cleared: ['old'] }), reports: moved.reports }
    expect(written(facts({}, left)).publication?.stacks).toEqual(['home'])
  })

  test('what somebody else wrote over our address is a repair, not a new address', () => {
    const update = written(facts({ ip: '203.0.113.66', ready: ['True', 'Ready'] }, { ...home(report('served')), written: at(IP) }))
    expect(update.publication?.status).toEqual(at(IP))
    expect(reasons(update)).toEqual(['Warning Repaired'])
  })
})

describe('a Service that goes', () => {
  const going = (cleared: readonly string[], more: Partial<ServiceFacts> = {}): Partial<ServiceFacts> => ({
    placement: placed({ home: 'home', named: ['home', 'old'], held: ['home'], cleared }),
    ...more,
  })

  test('the finalizer waits for every Stack', () => {
    expect(written(facts({ isDeleting: true }, going(['home']))).publication?.finalizer).toBe('keep')
    const update = written(facts({ isDeleting: true, ip: IP }, going(['home', 'old'])))
    expect(update.publication).toMatchObject({ finalizer: 'remove', status: 'clear' })
    expect(reasons(update)).toEqual(['Normal Deleted'])
  })

  test('what is in the way is reported', () => {
    const gone = report({ kind: 'stopped', reason: 'Denied', message: 'no right', afterMs: 60_000 }, { ask: 'gone' })
    expect(written(facts({ isDeleting: true }, going([], home(gone)))).publication).toMatchObject({
      finalizer: 'keep',
      ready: { status: 'False', reason: 'Denied' },
    })
  })

  test('a deleting Service without our finalizer reports nothing, and gets none', () => {
    expect(updateFor(facts({ isDeleting: true, finalizers: ['example.com/hold'] }, { placement: undefined }))).toBeUndefined()
  })

  test('a Service of another controller reports nothing', () => {
    expect(updateFor(facts({ class: 'example.com/other', finalizers: [], ip: IP }, { request: notOurs, placement: undefined }))).toBeUndefined()
  })

  const statuses: readonly [string, Given, Partial<ServiceFacts>, 'clear' | undefined][] = [
    ['another type: the server has emptied it', { type: 'ClusterIP', class: null }, {}, undefined],
    ['another class: what it shows was written after us', { class: 'example.com/other', ip: IP }, {}, undefined],
    ['no class, and not ours any more: it was ours', { class: null, ip: IP }, {}, 'clear'],
    [
      'no class, and a cloud controller took over',
      { class: null, ip: IP, finalizers: [FINALIZER, 'service.kubernetes.io/load-balancer-cleanup'] },
      {},
      undefined,
    ],
    [
      'no class, and the upstream finalizer that we have set ourselves',
      {
        class: null,
        ip: IP,
        finalizers: [FINALIZER, 'service.kubernetes.io/load-balancer-cleanup'],
        annotations: { 'fairlead.dev/upstream-finalizer': PROVIDER },
      },
      {},
      'clear',
    ],
    ['no class, and not what we wrote last', { class: null, ip: '203.0.113.66' }, { written: at(IP) }, undefined],
  ]
  test.each(statuses)('its status with %s', (_, given, more, expected) => {
    const update = written(facts(given, { request: notOurs, ...going(['home', 'old']), ...more }))
    expect(update.publication?.finalizer).toBe('remove')
    expect(update.publication?.status).toBe(expected)
  })
})

test.each(Object.keys(READY_REASONS) as ReadyReason[])('whatever stops a Stack, %s, is reported with what happens next', (reason) => {
  const { publication } = written(facts({}, home(report({ kind: 'stopped', reason, message: 'something is wrong', afterMs: 60_000 }))))
  expect(publication?.ready).toMatchObject({ status: 'False', reason })
  expect(publication?.ready?.message).toMatch(/^something is wrong\. .*tries again/)
})

describe('a Service that is refused with other ports than its load balancer has', () => {
  const KEEPS = 'The existing load balancer keeps its settings; its backends are still updated.'
  const given = service({ ip: IP })
  const asking = { ...given, spec: { ...given.spec, ports: [{ port: 80 }] } }
  const refused = (byPublishedAddress: boolean, listeners: readonly ListenerKey[] | undefined): Partial<ServiceUpdate> => {
    const reports = home(report('served', { ask: 'follow', ...(listeners === undefined ? {} : { listeners }) }))
    return written(facts({}, { ...reports, service: asking, request: malformed(), byPublishedAddress }))
  }
  const messageOf = ({ publication }: Partial<ServiceUpdate>): string => publication?.ready?.message ?? ''

  test.for<[string, boolean, readonly ListenerKey[] | undefined, string]>([
    ['the same ports', true, ['80/TCP'], KEEPS],
    ['ports that cannot be named', true, undefined, KEEPS],
    ['another port, reached by a node port', false, ['81/TCP'], `${KEEPS} Its port 81/TCP is still open. Port 80/TCP is not open yet.`],
    [
      'another port, reached by the published address',
      true,
      ['81/TCP', '82/UDP'],
      `${KEEPS} Its ports 81/TCP, 82/UDP are closed, because the Service does not have them any more and the nodes answer for the ports that it has now. Port 80/TCP is not open yet.`,
    ],
  ])('%s', ([, byPublishedAddress, listeners, expected]) => {
    expect(messageOf(refused(byPublishedAddress, listeners))).toContain(`${expected} Fairlead tries again`)
  })

  test('the condition for backends says so where the nodes do not answer any more', () => {
    expect(refused(true, ['81/TCP']).publication?.backends).toMatchObject({ status: 'False', reason: 'PortClosed' })
    expect(refused(false, ['81/TCP']).publication?.backends).toMatchObject({ status: 'True', reason: 'Registered' })
  })
})
