/** Tells which service and action a request means, and writes answers and refusals in that service's own form. */
import type { IncomingHttpHeaders } from 'node:http'
import { kindOf, type Service } from '../journal.ts'
import { type Input, inputOf, treeOfForm, treeOfJson } from '../wire/input.ts'
import { type Members, escape, xmlOf } from '../wire/output.ts'
import { Refusal } from '../wire/refusal.ts'

export interface Request {
  readonly service: Service
  readonly action: string
  readonly kind: 'read' | 'write'
  readonly input: Input
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const TARGET = 'ResourceGroupsTaggingAPI_20170126.'
const ELB = '2015-12-01'
const EC2 = '2016-11-15'

/** A request that names no version is told by the service that its signature is for. */
export function readRequest(headers: IncomingHttpHeaders, query: string, body: string): Request {
  const target = headers['x-amz-target']
  if (typeof target === 'string') {
    const action = target.startsWith(TARGET) ? target.slice(TARGET.length) : ''
    return { service: 'tagging', action, kind: kindOf(action), input: inputOf(treeOfJson(parse(body))) }
  }
  const form = new URLSearchParams(body.trim() === '' ? query : body)
  const [action, version] = [form.get('Action') ?? '', form.get('Version')]
  const service = version === EC2 || (version !== ELB && /\/ec2\/aws4_request/.test(headers.authorization ?? '')) ? 'ec2' : 'elb'
  return { service, action, kind: kindOf(action), input: inputOf(treeOfForm(form)) }
}

function parse(body: string): unknown {
  try {
    return body.trim() === '' ? {} : JSON.parse(body)
  } catch {
    throw new Refusal('SerializationException', 'The body is not valid JSON')
  }
}

const JSON_TYPE = 'application/x-amz-json-1.1'
const XML_TYPE = 'text/xml;charset=UTF-8'

export function answerOf({ service, action }: Request, members: Members, id: string): Answer {
  switch (service) {
    case 'tagging':
      return { status: 200, type: JSON_TYPE, body: JSON.stringify(members) }
    case 'elb': {
      const result = `<${action}Result>${xmlOf(members, 'member')}</${action}Result><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`
      return {
        status: 200,
        type: XML_TYPE,
        body: `<${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/${ELB}/">${result}</${action}Response>`,
      }
    }
    case 'ec2': {
      const result = `<requestId>${id}</requestId>${xmlOf(members, 'item')}`
      return {
        status: 200,
        type: XML_TYPE,
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="http://ec2.amazonaws.com/doc/${EC2}/">${result}</${action}Response>`,
      }
    }
    default:
      return service satisfies never
  }
}

export function refusalOf(service: Service, { code, message, status }: Refusal, id: string): Answer {
  switch (service) {
    case 'tagging':
      return { status, type: JSON_TYPE, body: JSON.stringify({ __type: code, message, Message: message }) }
    case 'elb': {
      const error = `<Error><Type>${status >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error>`
      const body = `<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/${ELB}/">${error}<RequestId>${id}</RequestId></ErrorResponse>`
      return { status, type: XML_TYPE, body }
    }
    case 'ec2': {
      const error = `<Errors><Error><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error></Errors>`
      return { status, type: XML_TYPE, body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${error}<RequestID>${id}</RequestID></Response>` }
    }
    default:
      return service satisfies never
  }
}

/** How each service says that it is asked too often, and that it failed. */
export function throttled(service: Service): Refusal {
  if (service === 'ec2') return new Refusal('RequestLimitExceeded', 'Request limit exceeded.', 503)
  return new Refusal(service === 'elb' ? 'Throttling' : 'ThrottledException', 'Rate exceeded')
}

export function failed(service: Service, status: 500 | 503): Refusal {
  if (status === 503) return new Refusal(service === 'ec2' ? 'Unavailable' : 'ServiceUnavailable', 'The service is unavailable. Please try again shortly.', 503)
  const code = service === 'ec2' ? 'InternalError' : service === 'elb' ? 'InternalFailure' : 'InternalServiceException'
  return new Refusal(code, 'An internal error has occurred', 500)
}
