/** Takes a call in: what befalls it, which action answers, and what the journal says of it. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Region } from '../cloud/region.ts'
import { EC2_ACTIONS } from '../ec2/index.ts'
import { ELB_ACTIONS } from '../elb/index.ts'
import type { Faults, Trouble } from '../faults.ts'
import type { Journal, Service } from '../journal.ts'
import { TAGGING_ACTIONS } from '../tagging/index.ts'
import type { Limiter } from '../limiter.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal } from '../wire/refusal.ts'
import { type Answer, type Request, answerOf, failed, readRequest, refusalOf, throttled } from './protocol.ts'

export interface FrontDoorProps {
  readonly region: Region
  readonly journal: Journal
  readonly faults: Faults
  readonly limiter: Limiter
}

const ACTIONS: Readonly<Record<Service, Readonly<Record<string, (region: Region, input: Input) => Members>>>> = {
  elb: ELB_ACTIONS,
  ec2: EC2_ACTIONS,
  tagging: TAGGING_ACTIONS,
}

/** Carries out an action. Throws a Refusal. */
export function perform(region: Region, { service, action, input }: Pick<Request, 'service' | 'action' | 'input'>): Members {
  const run = Object.hasOwn(ACTIONS[service], action) ? ACTIONS[service][action] : undefined
  if (run === undefined) {
    throw new Refusal(service === 'tagging' ? 'UnknownOperationException' : 'InvalidAction', `The action '${action}' is not valid for this web service.`)
  }
  if (service === 'ec2' && input.text('DryRun') === 'true') {
    throw new Refusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
  }
  return run(region, input)
}

export function handleCall(
  props: FrontDoorProps,
  { request, response, body }: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly body: string },
): void {
  const id = randomUUID()
  const call = readOrRefuse(request, body)
  if (call instanceof Refusal) {
    send(response, id, refusalOf('tagging', call, id))
    return
  }
  const trouble = props.faults.befalls(call)
  const note = (status: number, code?: string): void => {
    const { 'user-agent': userAgent, 'x-fairlead-cause': cause } = request.headers
    props.journal.add({
      at: props.region.clock.now(),
      service: call.service,
      action: call.action,
      kind: call.kind,
      status,
      ...(code === undefined ? {} : { code }),
      ...(userAgent === undefined ? {} : { userAgent }),
      ...(typeof cause === 'string' ? { cause } : {}),
    })
  }
  if (trouble === 'timeout') {
    note(0)
    return
  }
  const { answer, code } = answerTo(props, { call, trouble, id, isSigned: request.headers.authorization !== undefined })
  note(trouble === 'lost' ? 0 : answer.status, code)
  if (trouble === 'lost') response.destroy()
  else send(response, id, answer)
}

function readOrRefuse(request: IncomingMessage, body: string): Request | Refusal {
  try {
    return readRequest(request.headers, (request.url ?? '').split('?')[1] ?? '', body)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

interface Asked {
  readonly call: Request
  readonly trouble: Trouble | undefined
  readonly id: string
  readonly isSigned: boolean
}

function answerTo({ region, limiter }: FrontDoorProps, { call, trouble, id, isSigned }: Asked): { readonly answer: Answer; readonly code?: string } {
  try {
    if (!isSigned) throw new Refusal('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
    if (trouble !== undefined && trouble !== 'lost') throw refusalFor(trouble, call.service)
    if (!limiter.admits(call)) throw throttled(call.service)
    return { answer: answerOf(call, perform(region, call), id) }
  } catch (error) {
    const refusal =
      error instanceof Refusal ? error : new Refusal('InternalFailure', error instanceof Error ? (error.stack ?? error.message) : String(error), 500)
    return { answer: refusalOf(call.service, refusal, id), code: refusal.code }
  }
}

function refusalFor(trouble: Exclude<Trouble, 'lost'>, service: Service): Refusal {
  if (typeof trouble === 'object') return new Refusal(trouble.code, trouble.message ?? 'The request was made to fail', trouble.status)
  return trouble === 'throttle' ? throttled(service) : failed(service, trouble === '500' ? 500 : 503)
}

function send(response: ServerResponse, id: string, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': id, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
