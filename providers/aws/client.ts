/** The calls of `AwsApi` over the SDK: each waits for its token, is made once, and tells the budget when AWS asks us to slow down. */
import type { Budget } from '../../src/provider/budget.ts'
import type { CloudError } from '../../src/provider/cloud-error.ts'
import { retryRead, retryWrite } from '../../src/provider/retry.ts'
import { type AwsApi, FAMILIES, type Family } from './api.ts'
import { cloudErrorOf } from './errors.ts'
import type { Sdk } from './sdk.ts'

export interface ClientOptions {
  readonly sdk: Pick<Sdk, 'send'>
  readonly budget: Pick<Budget<Family>, 'take' | 'throttled'>
}

export function awsClient({ sdk, budget }: ClientOptions): AwsApi {
  const callOf = (action: keyof AwsApi, family: Family) => {
    const named = { service: SERVICES[family], name: action.charAt(0).toUpperCase() + action.slice(1) }
    const repeat = family.endsWith('-read') || family === 'tagging' ? retryRead : retryWrite
    return (input: object, signal: AbortSignal): Promise<object> =>
      repeat(
        async () => {
          await budget.take(family, signal)
          return sdk.send(action, input, signal).catch((error: unknown) => {
            signal.throwIfAborted()
            const failure = cloudErrorOf(error, named)
            if (isThrottle(failure)) budget.throttled(family)
            throw failure
          })
        },
        { signal },
      )
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

function isThrottle({ consequence, reason }: CloudError): boolean {
  return consequence === 'later' && reason === 'Throttled'
}
