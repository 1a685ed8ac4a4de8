/** The API of AWS: which action answers a call, and how the answer is written. */
import { randomUUID } from 'node:crypto'
import type { Refused } from '../../cloud/faults.ts'
import type { Api, Reply } from '../../cloud/http/front-door.ts'
import type { Limiter } from '../../cloud/limiter.ts'
import { ACM_ACTIONS } from '../acm/index.ts'
import type { Region } from '../cloud/region.ts'
import { EC2_ACTIONS } from '../ec2/index.ts'
import { ELB_ACTIONS } from '../elb/index.ts'
import type { Service } from '../service.ts'
import { TAGGING_ACTIONS } from '../tagging/index.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal } from '../wire/refusal.ts'
import { type Answer, type Request, answerOf, failed, noSuchAction, readRequest, refusalOf, throttled } from './protocol.ts'

const ACTIONS: Readonly<Record<Service, Readonly<Record<string, (region: Region, input: Input) => Members>>>> = {
  elb: ELB_ACTIONS,
  ec2: EC2_ACTIONS,
  tagging: TAGGING_ACTIONS,
  acm: ACM_ACTIONS,
  unknown: {},
}

/** Carries out an action. Throws a Refusal. */
export function perform(region: Region, request: Omit<Request, 'kind'>): Members {
  const { service, action } = request
  const run = Object.hasOwn(ACTIONS[service], action) ? ACTIONS[service][action] : undefined
  if (run === undefined) throw noSuchAction(request)
  const input = request.input()
  if (service === 'ec2' && input.text('DryRun') === 'true') {
    throw new Refusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
  }
  return run(region, input)
}

export interface ApiProps {
  readonly region: Region
  readonly limiter: Limiter
}

/** A call of AWS, and the id that its answer bears. */
interface AwsCall extends Request {
  readonly id: string
}

export function awsApi(props: ApiProps): Api<AwsCall> {
  return {
    read: ({ request, body }) => ({ ...readRequest(request.headers, (request.url ?? '').split('?')[1] ?? '', body), id: randomUUID() }),
    answer(call, { request }, refused) {
      try {
        if (request.headers.authorization === undefined) throw new Refusal('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
        if (refused !== undefined) throw refusalFor(refused, call.service)
        if (!props.limiter.admits(call)) throw throttled(call.service)
        return replyOf(call, answerOf(call, perform(props.region, call), call.id))
      } catch (error) {
        const refusal =
          error instanceof Refusal ? error : new Refusal('InternalFailure', error instanceof Error ? (error.stack ?? error.message) : String(error), 500)
        return { ...replyOf(call, refusalOf(call.protocol, refusal, call.id)), code: refusal.code }
      }
    },
  }
}

function refusalFor(refused: Refused, service: Service): Refusal {
  if (typeof refused === 'object') return new Refusal(refused.code, refused.message ?? 'The request was made to fail', refused.status)
  return refused === 'throttle' ? throttled(service) : failed(service, refused === '500' ? 500 : 503)
}

function replyOf({ id }: AwsCall, { status, type, body }: Answer): Reply {
  return { status, headers: { 'content-type': type, 'x-amzn-requestid': id }, body }
}
