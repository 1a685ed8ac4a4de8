/** The policy, compared with what is called over a life in which a Service asks for everything once. */
import { expect, test } from 'vitest'
import { DEFAULT_SEED } from '../../../emulators/aws/index.ts'
import { FEATURES, PERMISSIONS } from '../../../providers/aws/permissions.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
const AWS = 'service.beta.kubernetes.io/aws-load-balancer-'
const HOUR_MS = 3_600_000

/** As IAM names them. */
const NAMES: Readonly<Record<string, string>> = { elb: 'elasticloadbalancing', ec2: 'ec2', tagging: 'tag', acm: 'acm', unknown: 'unknown' }

/** Granted, and never called by us. */
const UNCALLED: Readonly<Record<string, string>> = {
  'iam:CreateServiceLinkedRole': 'AWS calls it on our behalf with the first load balancer of an account',
}

function granted(): ReadonlySet<string> {
  const isUsual = (feature: string): boolean => feature === 'core' || FEATURES[feature as keyof typeof FEATURES].byDefault
  return new Set(PERMISSIONS.filter(({ feature }) => isUsual(feature)).flatMap(({ actions }) => actions))
}

function called({ aws }: World): ReadonlySet<string> {
  return new Set(aws.journal.calls.map(({ service, action }) => `${NAMES[service] ?? service}:${action}`))
}

/** Asks for everything, waits until it is served, and takes it back. */
async function live(world: World): Promise<void> {
  const { certificates, publicSubnets } = world.aws.cloud.ids
  const [one, two] = certificates
  const ports = [
    { name: 'plain', port: 80 },
    { name: 'tls', port: 443 },
  ]
  const first = await world.start({ inspectionMs: HOUR_MS })
  await world.cluster.create('web', {
    spec: { ports },
    annotations: {
      'fairlead.dev/scheme': 'internet-facing',
      'fairlead.dev/targets': 'pods',
      'fairlead.dev/subnets': publicSubnets.slice(0, 2).join(','),
      'fairlead.dev/tls-certificates.443': [one, two].join(','),
      'fairlead.dev/drain-timeout': '30s',
      'fairlead.dev/cross-zone': 'true',
      'fairlead.dev/idle-timeout.80': '120s',
      'fairlead.dev/tags': 'team=shop,stage=live',
      [`${AWS}minimum-load-balancer-capacity`]: 'CapacityUnits=2750',
    },
  })
  await world.untilReason('web', 'Ready')
  const step = async (annotations: Readonly<Record<string, string | null>>): Promise<void> => {
    const mark = world.aws.journal.mark
    await world.cluster.change('web', { annotations })
    await world.until(`it is written: ${JSON.stringify(annotations)}`, () => world.aws.journal.since(mark).some(({ kind }) => kind === 'write'))
    await world.untilReason('web', 'Ready')
    await world.rest()
  }
  await step({ 'fairlead.dev/subnets': publicSubnets.join(',') })
  world.aws.cloud.call('ec2', 'CreateTags', { ResourceId: [...world.aws.cloud.ids.addresses], Tag: [{ Key: 'pool', Value: 'edge' }] })
  await step({ 'fairlead.dev/address-names': 'tag:pool=edge' })
  await step({ [`${AWS}ip-address-type`]: 'dualstack' })
  await step({ 'fairlead.dev/tags': 'team=mail' })
  await step({ 'fairlead.dev/tls-certificates.443': String(two) })
  await step({ 'fairlead.dev/health-check-interval': '30s' })
  await step({ [`${AWS}disable-nlb-sg`]: null, 'fairlead.dev/security-groups': world.aws.cloud.ids.nodeGroup })
  await world.cluster.pods('web', ['10.244.1.7'])
  await world.pass(3 * HOUR_MS)
  await first.stop()
  await world.start({ inspectionMs: HOUR_MS })
  await world.cluster.change('web', { spec: { ports: ports.slice(0, 1) }, annotations: { 'fairlead.dev/tls-certificates.443': null } })
  await world.until('a port is gone', () => world.ownedObjects().filter(({ kind }) => kind === 'listener').length === 1)
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(HOUR_MS)
  expect(world.owned()).toEqual([])
}

test('what is called is granted, and what is granted is called, or says why not', { timeout: 120_000 }, async () => {
  const world = await open()
  await live(world)
  await world.close()
  const bare = await open({ seed: { subnets: DEFAULT_SEED.subnets.map((subnet) => ({ ...subnet, tags: {} })) } })
  await serveIn(bare)
  const [calls, rights] = [new Set([...called(world), ...called(bare)]), granted()]
  expect([...calls].filter((action) => !rights.has(action))).toEqual([])
  const uncalled = [...rights].filter((action) => !calls.has(action))
  expect(uncalled.toSorted()).toEqual(Object.keys(UNCALLED).toSorted())
})

/** Where no subnet is tagged, the routes say which ones are public. */
async function serveIn(world: World): Promise<void> {
  await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await world.close()
}
