/** What a controller publishes of its settings, and how a command finds it. */
import { describe, expect, test } from 'vitest'
import { type ControllerSettings, findSettings, publishSettings, type Publication } from '../../../src/cli/controller-settings.ts'
import { PUBLISHED, readSettings, SETTINGS, type Settings } from '../../../src/config.ts'
import { type ConfigMap, KubernetesError, type Lease } from '../../../src/kubernetes/api.ts'
import type { SettingValues } from '../../../src/model/setting.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock } from '../../clock.ts'

const forever = new AbortController().signal
const place = { namespace: 'kube-system', name: 'fairlead' }

/** ConfigMaps and Leases as an API server keeps them. */
class Store {
  readonly configMaps = new Map<string, ConfigMap>()
  readonly leases = new Map<string, Lease>()
  writes = 0
  /** Answers each call; throws what the server would answer. */
  refuse: (call: string) => void = () => {}

  async getConfigMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    this.refuse(`get ${namespace}/${name}`)
    return this.configMaps.get(`${namespace}/${name}`)
  }
  async listConfigMaps(label: string): Promise<readonly ConfigMap[]> {
    this.refuse('list')
    const [key = '', value] = label.split('=')
    return [...this.configMaps.values()].filter(({ metadata }) => metadata.labels?.[key] === value)
  }
  async applyConfigMap(configMap: ConfigMap): Promise<void> {
    this.refuse('apply')
    this.writes += 1
    const { namespace, name } = configMap.metadata
    this.configMaps.set(`${namespace}/${name}`, configMap)
  }
  async getLease(namespace: string, name: string): Promise<Lease | undefined> {
    return this.leases.get(`${namespace}/${name}`)
  }
}

const forbidden = new KubernetesError(403, 'Forbidden', 'forbidden')
const settingsOf = (flags: Record<string, string | string[]>): Settings => readSettings('run', { flags, environment: {} })
const publication = (flags: Record<string, string | string[]>, more: Partial<Publication> = {}): Publication => ({
  settings: settingsOf(flags),
  version: '1.2.3',
  isEmulated: false,
  ...more,
})

async function publish(store: Store, flags: Record<string, string | string[]>, more: Partial<Publication> = {}, lease = place): Promise<void> {
  await publishSettings({ api: store, lease, publication: () => publication(flags, more), clock: new ManualClock(), log: silentLog, signal: forever })
}

function find(store: Store, flags: Record<string, string> = {}, now = 0): Promise<ControllerSettings | undefined> {
  const settings = readSettings('plan', { flags, environment: {} })
  return findSettings({ api: store, settings, namespace: 'shop', clock: { date: () => new Date(now) }, signal: forever })
}

const AWS = { providers: ['aws'], 'default-class': 'aws', 'aws-region': 'eu-west-1', 'aws-vpc-id': 'vpc-1', 'aws-endpoint': 'http://127.0.0.1:4566' }

describe('publishing', () => {
  test('a command without flags then works with the settings of the controller, in every setting that decides about Services', async () => {
    const store = new Store()
    const own = { 'address-pool': ['edge=127.0.20.0/24'], 'network-map': ['10.244.0.0/16=127.244.0.0/16'], 'port-offset': '8000' }
    const flags = { ...AWS, ...own, 'share-across-namespaces': ['edge'], 'default-scheme': 'internal' }
    await publish(store, flags)
    const found = await find(store)
    const settings = readSettings('plan', { flags: {}, environment: {}, ...(found === undefined ? {} : { published: found }) })
    const expected: SettingValues = settingsOf(flags)
    expect(expected['network-map']).toEqual(['10.244.0.0/16=127.244.0.0/16'])
    for (const name of PUBLISHED) expect([name, settings[name]]).toEqual([name, expected[name]])
    expect(found?.where).toBe('ConfigMap kube-system/fairlead-settings')
  })

  test('every setting that a plan depends on is published, and none that is of this machine', () => {
    const ofPlan = Object.entries(SETTINGS).flatMap(([name, { commands }]) => (commands.includes('plan') && commands.includes('run') ? [name] : []))
    expect(ofPlan.filter((name) => !PUBLISHED.some((published) => published === name)).toSorted()).toEqual([
      'context',
      'kubeconfig',
      'lease-name',
      'lease-namespace',
      'policy-file',
    ])
  })

  test('no credentials travel with it', async () => {
    const store = new Store()
    await publish(store, { ...AWS, 'aws-endpoint': 'http://user:secret@127.0.0.1:4566', kubeconfig: '/home/me/secret-place' })
    expect(JSON.stringify([...store.configMaps.values()])).not.toContain('secret')
  })

  test('the policy that is in force goes with it, and is taken back with it', async () => {
    const store = new Store()
    await publish(store, AWS, { policy: 'rules: []' })
    expect((await find(store))?.policy).toBe('rules: []')
    await publish(store, AWS)
    expect([(await find(store))?.policy, store.writes]).toEqual([undefined, 2])
  })

  test('the same settings are written once', async () => {
    const store = new Store()
    await publish(store, AWS)
    await publish(store, AWS)
    expect(store.writes).toBe(1)
    await publish(store, { ...AWS, 'default-scheme': 'internal' })
    expect(store.writes).toBe(2)
  })

  test('what cannot be written is tried again, seldom, and holds up nothing', async () => {
    const store = new Store()
    const clock = new ManualClock()
    let isRefused = true
    store.refuse = () => {
      if (isRefused) throw forbidden
    }
    const warnings: string[] = []
    const log = { ...silentLog, warn: (message: string) => void warnings.push(message) }
    const done = publishSettings({ api: store, lease: place, publication: () => publication(AWS), clock, log, signal: forever })
    await clock.advance(60_000)
    expect(warnings).toEqual(['the settings could not be published: plan and explain need the flags of this controller'])
    isRefused = false
    await clock.advance(1_200_000)
    await done
    expect(store.writes).toBe(1)
  })
})

describe('finding', () => {
  const held = (now: number): Lease => ({
    metadata: { name: 'fairlead', namespace: '' },
    spec: { holderIdentity: 'pod-1', leaseDurationSeconds: 15, renewTime: new Date(now).toISOString() },
  })

  test('in whatever namespace the controller is', async () => {
    const store = new Store()
    await publish(store, AWS, {}, { namespace: 'balancers', name: 'mine' })
    expect((await find(store))?.where).toBe('ConfigMap balancers/mine-settings')
  })

  test.each([
    ['fairlead-system', {}],
    ['kube-system', {}],
    ['shop', {}],
    ['balancers', { 'lease-namespace': 'balancers' }],
  ])('without the right to list, by name: in %s', async (namespace, flags) => {
    const store = new Store()
    await publish(store, AWS, {}, { namespace, name: 'fairlead' })
    store.refuse = (call) => {
      if (call === 'list') throw forbidden
    }
    expect((await find(store, flags))?.where).toBe(`ConfigMap ${namespace}/fairlead-settings`)
  })

  test('where nothing may be read, as where there is nothing: the command goes by its own flags', async () => {
    const store = new Store()
    expect(await find(store)).toBeUndefined()
    await publish(store, AWS)
    store.refuse = () => {
      throw forbidden
    }
    expect(await find(store)).toBeUndefined()
  })

  test('one that the chart has made and nobody has filled in counts for nothing', async () => {
    const store = new Store()
    store.configMaps.set('fairlead-system/fairlead-settings', {
      metadata: { namespace: 'fairlead-system', name: 'fairlead-settings', labels: { 'fairlead.dev/settings': 'true' } },
    })
    expect(await find(store)).toBeUndefined()
  })

  test('of several, the one whose Lease is held', async () => {
    const store = new Store()
    const now = Date.parse('2026-01-01T12:00:00Z')
    await publish(store, AWS)
    await publish(store, { 'default-class': 'local' }, {}, { namespace: 'fairlead-system', name: 'fairlead' })
    store.leases.set('kube-system/fairlead', held(now - 3_600_000))
    store.leases.set('fairlead-system/fairlead', held(now))
    expect((await find(store, {}, now))?.where).toBe('ConfigMap fairlead-system/fairlead-settings')
  })

  test('where several run, the command says how to choose', async () => {
    const store = new Store()
    await publish(store, AWS)
    await publish(store, {}, {}, { namespace: 'edge', name: 'mine' })
    await expect(find(store)).rejects.toThrow('choose one: --lease-namespace kube-system --lease-name fairlead, or --lease-namespace edge --lease-name mine')
    expect((await find(store, { 'lease-name': 'mine' }))?.where).toBe('ConfigMap edge/mine-settings')
  })

  test.each(['[', 'just text', '- a'])('what is no map of settings is reported, and not shown: %s', async (text) => {
    const store = new Store()
    await publish(store, AWS)
    for (const [key, configMap] of store.configMaps) store.configMaps.set(key, { ...configMap, data: { 'settings.yaml': text } })
    await expect(find(store)).rejects.toThrow(
      'ConfigMap kube-system/fairlead-settings holds no settings under settings.yaml; restart the controller, which writes them',
    )
  })
})

describe('what takes precedence', () => {
  const published = { where: 'ConfigMap a/b', values: { providers: ['aws'], 'default-class': 'aws', 'default-scheme': 'internal', 'from-the-future': 1 } }
  test.each([
    ['a flag', { flags: { 'default-scheme': 'internet-facing' }, environment: {} }, 'internet-facing'],
    ['a variable', { flags: {}, environment: { FAIRLEAD_DEFAULT_SCHEME: 'internet-facing' } }, 'internet-facing'],
    ['a line of the file', { flags: {}, environment: {}, file: { 'default-scheme': 'internet-facing' } }, 'internet-facing'],
    ['nothing', { flags: {}, environment: {} }, 'internal'],
  ])('%s over what was published', (_, sources, expected) => {
    expect(readSettings('plan', { ...sources, published })['default-scheme']).toBe(expected)
  })

  test('other providers by a flag: the published default class, which is none of them, does not hold', () => {
    const settings = readSettings('plan', { flags: { providers: ['local'] }, environment: {}, published })
    expect([settings.providers, settings['default-class']]).toEqual([['local'], undefined])
  })

  test('a published value that cannot be used is named with its place', () => {
    const wrong = { where: 'ConfigMap a/b', values: { 'aws-vpc-id': 'main' } }
    expect(() => readSettings('plan', { flags: {}, environment: {}, published: wrong })).toThrow(
      'aws-vpc-id in ConfigMap a/b is "main"; allowed: the id of a VPC',
    )
  })
})
