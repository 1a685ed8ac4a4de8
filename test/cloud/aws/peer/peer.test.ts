/** The calls of aws-load-balancer-controller over the life of a Service: on the emulated AWS, and on moto, an independent implementation. */
import { CreateTagsCommand, DescribeSubnetsCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AwsEmulator, type CloudObject, IMMEDIATE, startAws } from '../../../../emulators/aws/index.ts'
import { askJson } from '../../../unit/emulators/aws/ask-json.ts'
import { type Moto, noMoto, startMoto } from '../moto.ts'
import { reconcile } from './calls.ts'
import { type OpenPeer, openPeer } from './open.ts'
import { isWrite, type Phase, phases } from './phases.ts'
import { Shapes } from './shapes.ts'

const PHASES = phases(['', '']).map(({ name, wanted }, i) => ({ name, wanted, i }))
const phaseOf = ({ certificates }: OpenPeer, i: number): Phase => phases(certificates)[i]!
/** Each round of a Service that is there reads these. */
const READS = ['DescribeRules', 'DescribeTags', 'DescribeListenerAttributes', 'DescribeCapacityReservation', 'DescribeTargetHealth', 'DescribeInstances']

describe('aws-load-balancer-controller on the emulated AWS', () => {
  let cloud: Emulated
  let before: readonly CloudObject[]

  beforeAll(async () => {
    cloud = await emulated()
    before = cloud.aws.cloud.objects()
  })
  afterAll(() => cloud[Symbol.asyncDispose]())

  test.each(PHASES)('$name', async ({ i }) => {
    const { aws, opened } = cloud
    const { wanted, writes } = phaseOf(opened, i)
    const mark = aws.journal.mark
    const calls = await reconcile(opened.peer, wanted)
    expect(calls.filter(isWrite)).toEqual(writes)
    expect(calls).toEqual(expect.arrayContaining(wanted === undefined ? [] : READS))
    expect(aws.journal.since(mark).map(({ action, status }) => `${action} ${status}`)).toEqual(calls.map((action) => `${action} 200`))
    expect((await reconcile(opened.peer, wanted)).filter(isWrite)).toEqual([])
  })

  test('nothing is left behind', () => expect(cloud.aws.cloud.objects()).toEqual(before))
})

const reason = noMoto()
if (reason !== undefined) console.log(`skipped: the calls of aws-load-balancer-controller on moto: ${reason}`)

/** moto shows fewer attributes of a new target group than AWS, so that they are written at once. */
const MOTO_WRITES = new Set(['ModifyTargetGroupAttributes', 'ModifyLoadBalancerAttributes'])
/** moto changes no listener with TLS: all until the first one, and the deletion of fewer target groups. */
const firstTls = PHASES.findIndex(({ wanted }) => wanted?.ports.some(({ protocol }) => protocol === 'TLS'))
const onMoto = PHASES.filter(({ i, wanted }) => i < firstTls || wanted === undefined)

/** What moto shows and the emulator does not, and why. */
const NOT_SHOWN: readonly (readonly [RegExp, string])[] = [
  [/^DescribeInstances /, 'what an instance is made of'],
  [/^(Create|Describe)Listeners? \.Listeners\[\]\.SslPolicy/, 'moto gives a policy to listeners without TLS'],
  [/^DescribeCapacityReservation \.CapacityReservationState/, 'moto shows a state where nothing is reserved'],
  [/^ModifyTargetGroupAttributes /, 'asked of moto alone'],
]

describe.skipIf(reason !== undefined)('aws-load-balancer-controller on moto', () => {
  const shapes = new Shapes()
  let moto: Moto
  let opened: OpenPeer

  beforeAll(async () => {
    moto = await startMoto()
    await prepare(moto.url)
    opened = await openPeer(moto.url)
  }, 180_000)
  afterAll(async () => {
    opened?.close()
    await moto?.stop()
  })

  test.each(onMoto)('$name, with the same kinds of writes as on the emulated AWS', async ({ i }) => {
    const { wanted, writes } = phaseOf(opened, i)
    const kinds = (calls: readonly string[]): readonly string[] => calls.filter((call) => isWrite(call) && !MOTO_WRITES.has(call))
    expect(new Set(kinds(await reconcile(opened.peer, wanted, shapes.note)))).toEqual(new Set(kinds(writes)))
    expect((await reconcile(opened.peer, wanted)).filter(isWrite)).toEqual([])
  })

  test('what moto answers to these calls, the emulated AWS answers in the same fields', async () => {
    expect(shapes.actions.size).toBeGreaterThan(20)
    const ours = await shapesOnEmulator()
    expect(shapes.without(ours).filter((field) => NOT_SHOWN.every(([pattern]) => !pattern.test(field)))).toEqual([])
  })
})

async function shapesOnEmulator(): Promise<Shapes> {
  const shapes = new Shapes()
  await using cloud = await emulated()
  for (const { i } of onMoto) await reconcile(cloud.opened.peer, phaseOf(cloud.opened, i).wanted, shapes.note)
  return shapes
}

interface Emulated extends AsyncDisposable {
  readonly aws: AwsEmulator
  readonly opened: OpenPeer
}

/** With two nodes. */
async function emulated(): Promise<Emulated> {
  const aws = await startAws({ virtualTime: true, delays: IMMEDIATE })
  for (const zone of ['a', 'b']) aws.cloud.addInstance({ name: `node-${zone}`, zone })
  const opened = await openPeer(aws.url)
  return {
    aws,
    opened,
    async [Symbol.asyncDispose]() {
      opened.close()
      await aws.close()
    },
  }
}

/** The subnets that moto starts with, marked for load balancers, two instances and two certificates. */
async function prepare(endpoint: string): Promise<void> {
  const ec2 = new EC2Client({ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  const [first] = Subnets
  await ec2.send(new CreateTagsCommand({ Resources: Subnets.flatMap(({ SubnetId }) => SubnetId ?? []), Tags: [{ Key: 'kubernetes.io/role/elb', Value: '1' }] }))
  await ec2.send(new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 2, MaxCount: 2, SubnetId: first?.SubnetId }))
  ec2.destroy()
  for (const DomainName of ['www.example.com', 'api.example.com']) await askJson(endpoint, 'CertificateManager.RequestCertificate', { DomainName })
}
