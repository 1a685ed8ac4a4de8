import { expect, test } from 'vitest'
import { type Finding, type GateVerdict, judge, type Standing } from '../../../src/controller/gates/gate-verdict.ts'
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import type { TargetHealth } from '../../../src/provider/provider.ts'

const IP = '10.1.0.1'
const SIX = '2001:db8::1'

const target = (listener: ListenerKey, state: TargetHealth['state'] = 'healthy', { ip = IP, owner = 'uid-web' } = {}): TargetHealth => ({
  owner,
  listener,
  ip,
  port: 8080,
  state,
  because: state === 'healthy' ? '' : `${state} because`,
})
const answer = (...targets: readonly TargetHealth[]): Finding => ({ kind: 'answer', targets })
const behind = (name: string, finding: Finding, listeners: readonly ListenerKey[] | undefined = ['80/TCP'], ips = [IP]): Standing => ({
  owner: { namespace: 'shop', name, uid: `uid-${name}` },
  ips,
  listeners,
  finding,
})
/** A wish that is not carried out: what is found counts. */
const asFound = (name: string, finding: Finding): Standing => ({ ...behind(name, finding), listeners: undefined })

const table: readonly [string, readonly Standing[], GateVerdict['status'], GateVerdict['reason'], string][] = [
  ['not in the balancer yet', [behind('web', { kind: 'not registered' })], 'False', 'NotRegistered', 'not registered yet for shop/web'],
  ['the provider has no say', [behind('web', { kind: 'no say' })], 'True', 'Registered', 'registered for shop/web'],
  ['nobody asked since', [behind('web', { kind: 'not asked' })], 'False', 'HealthUnknown', 'registered for shop/web, its health is not known yet'],
  [
    'no answer',
    [behind('web', { kind: 'no answer', because: 'a right is missing' })],
    'False',
    'HealthUnknown',
    'the health of the targets of shop/web is not known: a right is missing',
  ],
  ['healthy', [behind('web', answer(target('80/TCP')))], 'True', 'Healthy', 'healthy for 80/TCP of shop/web'],
  ['being taken up', [behind('web', answer(target('80/TCP', 'initial')))], 'False', 'Initial', '80/TCP of shop/web: initial because'],
  ['unhealthy', [behind('web', answer(target('80/TCP', 'unhealthy')))], 'False', 'Unhealthy', '80/TCP of shop/web: unhealthy because'],
  [
    'one listener of two does not have it',
    [behind('web', answer(target('80/TCP')), ['80/TCP', '81/TCP'])],
    'False',
    'NotRegistered',
    'not registered yet for 81/TCP of shop/web',
  ],
  [
    "somebody else's target is none of its",
    [behind('web', answer(target('80/TCP', 'healthy', { owner: 'uid-other' })))],
    'False',
    'NotRegistered',
    'not registered yet for 80/TCP of shop/web',
  ],
  [
    "nor is another pod's",
    [behind('web', answer(target('80/TCP', 'healthy', { ip: '10.1.0.2' })))],
    'False',
    'NotRegistered',
    'not registered yet for 80/TCP of shop/web',
  ],
  [
    'both addresses count where both are registered',
    [behind('web', answer(target('80/TCP'), target('80/TCP', 'initial', { ip: SIX })), ['80/TCP'], [IP, SIX])],
    'False',
    'Initial',
    '80/TCP of shop/web: initial because',
  ],
  [
    'one address is enough where the balancer takes one family',
    [behind('web', answer(target('80/TCP')), ['80/TCP'], [IP, SIX])],
    'True',
    'Healthy',
    'healthy for 80/TCP of shop/web',
  ],
  [
    'every Service counts, and what somebody should look at first is the reason',
    [
      behind('web', answer(target('80/TCP', 'initial'))),
      behind('api', answer(target('80/TCP', 'unhealthy', { owner: 'uid-api' }))),
      behind('admin', { kind: 'no say' }),
    ],
    'False',
    'Unhealthy',
    '80/TCP of shop/api: unhealthy because; 80/TCP of shop/web: initial because',
  ],
  [
    'a provider without a say beside one that has it',
    [behind('web', answer(target('80/TCP'))), behind('admin', { kind: 'no say' })],
    'True',
    'Healthy',
    'healthy for 80/TCP of shop/web; registered for shop/admin',
  ],
  ['a refused wish: what is found is healthy', [asFound('web', answer(target('80/TCP')))], 'True', 'Healthy', 'healthy for 80/TCP of shop/web'],
  [
    'a refused wish: what is found does not have the pod',
    [asFound('web', answer(target('80/TCP', 'healthy', { ip: '10.1.0.2' })))],
    'False',
    'NotRegistered',
    'not registered yet for shop/web',
  ],
  [
    'a Stack that holds nothing of the Service does not hold the pod up',
    [asFound('old', answer()), behind('web', answer(target('80/TCP')))],
    'True',
    'Healthy',
    'healthy for 80/TCP of shop/web',
  ],
  ['nobody holds anything', [asFound('web', answer())], 'False', 'NotRegistered', 'no load balancer is there yet'],
]
test.each(table)('%s', (_, standings, status, reason, message) => expect(judge(standings)).toEqual({ status, reason, message }))

test('what is wrong in many places is not reported for each of them', () => {
  const listeners = Array.from({ length: 20 }, (_, i): ListenerKey => `${i + 1}/TCP`)
  const { message } = judge([behind('web', answer(...listeners.map((key) => target(key, 'initial'))), listeners)])
  expect(message.split('; ')).toHaveLength(9)
  expect(message).toMatch(/; and 12 more$/)
})
