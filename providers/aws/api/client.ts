/** The calls of `AwsApi` over the SDK, each under the limits of its family. */
import { limitedCall, type LimitedCallOptions } from '../../../src/provider/kit/limited-call.ts'
import { type AwsApi, FAMILIES, type Family } from './calls.ts'
import { cloudErrorOf } from './errors.ts'
import type { Sdk } from './sdk.ts'

export interface ClientOptions extends LimitedCallOptions<Family> {
  readonly sdk: Pick<Sdk, 'send'>
}

export function awsClient({ sdk, ...options }: ClientOptions): AwsApi {
  const limited = limitedCall<Family>(options)
  const callOf = (action: keyof AwsApi, family: Family) => {
    const named = { service: SERVICES[family], name: action.charAt(0).toUpperCase() + action.slice(1) }
    const rules = { families: family, isRead: family.endsWith('-read') || family === 'tagging', errorOf: (error: unknown) => cloudErrorOf(error, named) }
    return (input: object, signal: AbortSignal): Promise<object> => limited(rules, () => sdk.send(action, input, signal), signal)
  }
  const calls = Object.entries(FAMILIES).map(([action, family]) => [action, callOf(action as keyof AwsApi, family)] as const)
  return Object.fromEntries(calls) as unknown as AwsApi
}

/** As IAM names them. */
const SERVICES: Readonly<Record<Family, string>> = {
  'elb-read': 'elasticloadbalancing',
  'elb-targets': 'elasticloadbalancing',
  'elb-write': 'elasticloadbalancing',
  'ec2-read': 'ec2',
  'ec2-write': 'ec2',
  tagging: 'tag',
}
