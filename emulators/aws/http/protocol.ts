/** Finds out which service and action a request means, and writes answers and refusals in that service's own form. */
import type { IncomingHttpHeaders } from 'node:http'
import { kindOf, type Service } from '../service.ts'
import { type Input, inputOf, treeOfForm, treeOfJson } from '../wire/input.ts'
import { type Members, escape, xmlOf } from '../wire/output.ts'
import { Refusal } from '../wire/refusal.ts'

/** How answers are written: AWS' Query protocol, EC2's variant of it, or JSON 1.1. */
export type Protocol = 'query' | 'ec2' | 'json'

export interface Request {
  readonly service: Service
  readonly protocol: Protocol
  readonly action: string
  readonly kind: 'read' | 'write'
  /** Throws a Refusal when the body cannot be read. */
  readonly input: () => Input
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const ELB = '2015-12-01'
const EC2 = '2016-11-15'

/** What the header `x-amz-target` begins with. */
const TARGETS: Readonly<Record<string, Service>> = { ResourceGroupsTaggingAPI_20170126: 'tagging', CertificateManager: 'acm' }
const VERSIONS: Readonly<Record<string, Service>> = { [ELB]: 'elb', [EC2]: 'ec2' }
/** By the scope of the signature, for requests that name no version. */
const SIGNED_FOR: Readonly<Record<string, Service>> = { elasticloadbalancing: 'elb', ec2: 'ec2' }

export function readRequest(headers: IncomingHttpHeaders, query: string, body: string): Request {
  const target = headers['x-amz-target']
  if (typeof target === 'string') {
    const [prefix = '', action = ''] = target.split('.')
    const service = TARGETS[prefix] ?? 'unknown'
    return { service, protocol: 'json', action: action === '' ? prefix : action, kind: kindOf(action), input: () => inputOf(treeOfJson(parse(body))) }
  }
  const form = new URLSearchParams(body.trim() === '' ? query : body)
  const [action, version] = [form.get('Action') ?? '', form.get('Version')]
  const scope = /\/([a-z0-9-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1]
  const service = version === null ? (SIGNED_FOR[scope ?? 'elasticloadbalancing'] ?? 'unknown') : (VERSIONS[version] ?? 'unknown')
  return { service, protocol: service === 'ec2' ? 'ec2' : 'query', action, kind: kindOf(action), input: () => inputOf(treeOfForm(form)) }
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

export function answerOf({ protocol, action }: Request, members: Members, id: string): Answer {
  switch (protocol) {
    case 'json':
      return { status: 200, type: JSON_TYPE, body: JSON.stringify(members) }
    case 'query': {
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
      return protocol satisfies never
  }
}

export function refusalOf(protocol: Protocol, { code, message, status }: Refusal, id: string): Answer {
  switch (protocol) {
    case 'json':
      return { status, type: JSON_TYPE, body: JSON.stringify({ __type: code, message, Message: message }) }
    case 'query': {
      const error = `<Error><Type>${status >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error>`
      const body = `<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/${ELB}/">${error}<RequestId>${id}</RequestId></ErrorResponse>`
      return { status, type: XML_TYPE, body }
    }
    case 'ec2': {
      const error = `<Errors><Error><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error></Errors>`
      return { status, type: XML_TYPE, body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${error}<RequestID>${id}</RequestID></Response>` }
    }
    default:
      return protocol satisfies never
  }
}

/** An action that the service does not have, or no action at all (AWS, "Common error types"). */
export function noSuchAction({ protocol, action }: Pick<Request, 'protocol' | 'action'>): Refusal {
  if (protocol === 'json') return new Refusal('UnknownOperationException', `The operation '${action}' is not known to this service.`)
  if (action === '') return new Refusal('MissingAction', 'The request must contain the parameter Action')
  return new Refusal('InvalidAction', `The action ${action} is not valid for this web service.`)
}

/** How each service says that it is asked too often, and that it failed. */
export function throttled(service: Service): Refusal {
  if (service === 'ec2') return new Refusal('RequestLimitExceeded', 'Request limit exceeded.', 503)
  return new Refusal(service === 'tagging' ? 'ThrottledException' : service === 'acm' ? 'ThrottlingException' : 'Throttling', 'Rate exceeded')
}

export function failed(service: Service, status: 500 | 503): Refusal {
  if (status === 503) return new Refusal(service === 'ec2' ? 'Unavailable' : 'ServiceUnavailable', 'The service is unavailable. Please try again shortly.', 503)
  const code = service === 'ec2' ? 'InternalError' : service === 'tagging' ? 'InternalServiceException' : 'InternalFailure'
  return new Refusal(code, 'An internal error has occurred', 500)
}
