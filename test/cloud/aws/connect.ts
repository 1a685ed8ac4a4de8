/** The AWS adapter on the emulated AWS. */
import type { AwsEmulator } from '../../../emulators/aws/index.ts'
import { LIMITS } from '../../../providers/aws/api/calls.ts'
import { type AwsConnection, connect } from '../../../providers/aws/index.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { unlimited } from '../unlimited.ts'
import { inProcess } from './transport.ts'

/** The SDK's own chain would read files. */
const ANY = { accessKeyId: 'test', secretAccessKey: 'test' }

export interface Connecting {
  readonly clusterId: string
  readonly clock: Clock
}

/** In process: what goes over the wire is the same, call by call (`test/unit/aws/wire.test.ts`). */
export function connectTo(aws: AwsEmulator, { clusterId, clock }: Connecting): Promise<AwsConnection> {
  const { url, cloud } = aws
  const settings = { clusterId, clusterName: cloud.ids.cluster, region: cloud.region, vpcId: cloud.ids.vpc, endpoint: url }
  return connect({ settings, clock, version: 'test', limits: unlimited(LIMITS), credentials: ANY, transport: inProcess(aws) })
}
