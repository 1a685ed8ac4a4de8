import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { policyOf } from '../unit/policy/given.ts'
import { againstServers } from './support.ts'
import { addressOf, finalizersOf, readyOf } from './world.ts'

const note = (annotations: Record<string, string | null>): object => ({ metadata: { annotations } })
const NO_TAGS = policyOf('contact: me\nrules: [{name: no-tags, forbiddenAnnotations: [fairlead.dev/tags]}]')
const EVERYTHING = policyOf('rules: []')

againstServers("an operator's policy", (world) => {
  test('a new Service that is forbidden gets nothing, not even the finalizer, and is served when it is corrected', async () => {
    const process = await world().start({ policy: NO_TAGS })
    await world().create('web', note({ 'fairlead.dev/tags': 'a=b' }))
    const service = await world().reported('web', 'Forbidden')
    expect(readyOf(service)).toMatchObject({
      status: 'False',
      message:
        'fairlead.dev/tags is forbidden by the rule "no-tags" of the operator\'s policy. Ask me. Fairlead tries again when the Service, its namespace or the operator\'s policy changes.',
    })
    expect(finalizersOf(service)).toEqual([])
    expect(world().cloud.addresses).toEqual([])
    await world().patch('web', note({ 'fairlead.dev/tags': null }))
    await world().reported('web', 'NoBackends')
    await process.stop()
  })

  test('a rule that comes later leaves what is served; when it goes, the Service is changed again', async () => {
    const process = await world().start({ policy: EVERYTHING })
    await world().create('web', note({ 'fairlead.dev/tags': 'a=b' }))
    const address = addressOf(await world().reported('web', 'NoBackends'))
    process.controller.setPolicy(NO_TAGS)
    await world().reported('web', 'Forbidden')
    await world().patch('web', { spec: { ports: [{ port: 81 }] } })
    await process.controller.idle()
    expect(addressOf(await world().get('web'))).toBe(address)
    expect(await world().reach('web', 80)).toBe('node')
    process.controller.setPolicy(EVERYTHING)
    await until(async () => (await world().reach('web', 81)) === 'node')
    await process.stop()
  })

  test('a default is kept on the Service, so that another policy moves nothing', async () => {
    const process = await world().start({ policy: policyOf('rules: [{name: a, defaults: {fairlead.dev/scheme: internal}}]') })
    await world().create('web')
    const service = await world().reported('web', 'NoBackends')
    expect(service.metadata.annotations).toMatchObject({ 'fairlead.dev/defaults-memory': 'fairlead.dev/scheme=internal' })
    process.controller.setPolicy(EVERYTHING)
    await process.controller.idle()
    expect(addressOf(await world().get('web'))).toBe(addressOf(service))
    await process.stop()
  })

  test('who removes or widens the source ranges is forbidden, and the load balancer keeps those it has', async () => {
    const policy = policyOf('rules: [{name: corporate, allowedSourceRanges: [10.0.0.0/8], defaults: {fairlead.dev/source-ranges: 10.1.0.0/16}}]')
    const process = await world().start({ policy })
    const ranges = () => world().cloud.rules.map(({ sourceRanges }) => sourceRanges)
    const readyReason = async (name: string) => readyOf(await world().get(name))?.reason
    const KEPT = 'fairlead.dev/defaults-memory'
    await world().create('web')
    await world().reported('web', 'NoBackends')
    expect(ranges()).toEqual([['10.1.0.0/16']])
    const wider: readonly (readonly [object, string])[] = [
      [note({ [KEPT]: null }), 'does not restrict the clients of all ports'],
      [note({ [KEPT]: 'fairlead.dev/source-ranges=0.0.0.0/0' }), '0.0.0.0/0'],
      [note({ 'fairlead.dev/source-ranges': '0.0.0.0/1' }), '0.0.0.0/1'],
      [{ spec: { loadBalancerSourceRanges: ['0.0.0.0/2'] } }, '0.0.0.0/2'],
    ]
    for (const [change, wrong] of wider) {
      await world().patch('web', change)
      await until(async () => readyOf(await world().get('web'))?.message.includes(wrong) === true)
      expect([await readyReason('web'), ranges()]).toEqual(['Forbidden', [['10.1.0.0/16']]])
    }
    await world().patch('web', { ...note({ 'fairlead.dev/source-ranges': null }), spec: { loadBalancerSourceRanges: ['10.2.0.0/16'] } })
    await world().reported('web', 'NoBackends')
    expect(ranges()).toEqual([['10.2.0.0/16']])
    await process.stop()
  })

  test('a rule of source ranges that comes later leaves an open load balancer as it is, until its Service names some', async () => {
    const process = await world().start({ policy: EVERYTHING })
    await world().create('web')
    await world().reported('web', 'NoBackends')
    process.controller.setPolicy(policyOf('rules: [{name: corporate, allowedSourceRanges: [10.0.0.0/8]}]'))
    await world().reported('web', 'Forbidden')
    expect(await world().reach('web')).toBe('node')
    await world().patch('web', { spec: { loadBalancerSourceRanges: ['10.2.0.0/16'] } })
    await world().reported('web', 'NoBackends')
    expect(world().cloud.rules.map(({ sourceRanges }) => sourceRanges)).toEqual([['10.2.0.0/16']])
    await process.stop()
  })

  test('when one Service of a full namespace goes, the next is served', async () => {
    const process = await world().start({ policy: policyOf('rules: [{name: one, maxServices: 1}]') })
    await world().create('first')
    await world().reported('first', 'NoBackends')
    await world().create('second')
    await world().reported('second', 'Forbidden')
    await world().remove('first')
    await world().reported('second', 'NoBackends')
    expect(await world().reach('second')).toBe('node')
    await process.stop()
  })

  test('the label of a namespace decides, also when it changes', async () => {
    const process = await world().start({
      policy: policyOf('rules: [{name: closed, namespaces: {labels: closed=yes}, forbiddenAnnotations: [fairlead.dev/tags]}]'),
    })
    await world().create('web', note({ 'fairlead.dev/tags': 'a=b' }))
    await world().reported('web', 'NoBackends')
    await world().server.user('PATCH', `/api/v1/namespaces/${world().namespace}`, { metadata: { labels: { closed: 'yes' } } })
    await world().reported('web', 'Forbidden')
    expect(await world().reach('web')).toBe('node')
    await process.stop()
  })
})
