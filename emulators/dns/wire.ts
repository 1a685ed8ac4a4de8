/** From the bytes of a query to the bytes of its reply (RFC 1035; EDNS: RFC 6891). Pure. */
import { decode, encode, encodingLength, type Answer as WireRecord, type OptAnswer, type Packet, type Question as WireQuestion } from 'dns-packet'
import type { Answer, Question } from './answer.ts'
import { isName } from './names.ts'

export interface Exchange {
  readonly transport: 'udp' | 'tcp'
  readonly answerTo: (question: Question) => Answer
}

const HEADER = 12
const IS_RESPONSE = 0x80
const RECURSION_DESIRED = 1 << 8
const TRUNCATED = 1 << 9
const AUTHORITATIVE = 1 << 10
const RCODES = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 }
type Rcode = keyof typeof RCODES

/** A datagram's least that every client takes, and the most that crosses networks whole (DNS flag day 2020). */
const UDP_LEAST = 512
const UDP_MOST = 1232
const TCP_MOST = 65_535

/** Records that a query may carry besides its question: EDNS, and signatures that are not read. */
const MOST_ADDITIONALS = 4

/** Undefined: nothing is sent. An answer of another server is never replied to, nor what cannot be read. */
export function respond(message: Buffer, exchange: Exchange): Buffer | undefined {
  const [flags] = message.subarray(2)
  if (message.length < HEADER || flags === undefined || (flags & IS_RESPONSE) !== 0) return undefined
  if (((flags >> 3) & 0b1111) !== 0) return failure(message, 'NOTIMP')
  const query = hasOneQuestion(message) ? decoded(message) : 'FORMERR'
  return typeof query === 'string' ? failure(message, query) : query && replied(query, exchange)
}

/** Counted before anything is decoded: a query cannot ask for work. */
function hasOneQuestion(message: Buffer): boolean {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at))
  return questions === 1 && answers === 0 && authorities === 0 && (additionals ?? 0) <= MOST_ADDITIONALS
}

interface Query {
  readonly id: number
  readonly isRecursionDesired: boolean
  readonly question: WireQuestion
  readonly edns: OptAnswer | undefined
}

function decoded(message: Buffer): Query | 'FORMERR' | undefined {
  try {
    const { id = 0, flags = 0, questions: [question] = [], additionals = [] } = decode(message)
    if (question === undefined || !(question.name === '.' || isName(question.name))) return 'FORMERR'
    const edns = additionals.find((record) => record.type === 'OPT')
    return { id, isRecursionDesired: (flags & RECURSION_DESIRED) !== 0, question, edns }
  } catch {
    return undefined
  }
}

function failure(message: Buffer, rcode: Rcode): Buffer {
  return encode({ type: 'response', id: message.readUInt16BE(0), flags: (message.readUInt16BE(2) & 0x79_00) | RCODES[rcode] })
}

function replied({ id, isRecursionDesired, question, edns }: Query, { transport, answerTo }: Exchange): Buffer {
  const { rcode, answers, authorities, additionals } = answerOf(question, edns, answerTo)
  const flags = (isRecursionDesired ? RECURSION_DESIRED : 0) | (rcode === 'REFUSED' ? 0 : AUTHORITATIVE) | RCODES[rcode]
  const opt = edns === undefined ? [] : [optOf(edns)]
  const most = transport === 'tcp' ? TCP_MOST : Math.max(UDP_LEAST, Math.min(edns?.udpPayloadSize ?? 0, UDP_MOST))
  const packet = { type: 'response', id, flags, questions: [question], answers: [...answers], authorities: [...authorities] } satisfies Packet
  return fitted({ ...packet, additionals: [...opt, ...additionals] }, opt, most)
}

const NOTHING = { answers: [], authorities: [], additionals: [] }

function answerOf({ name, type, class: of }: WireQuestion, edns: OptAnswer | undefined, answerTo: Exchange['answerTo']): Answer {
  if (edns !== undefined && edns.ednsVersion > 0) return { rcode: 'NOERROR', ...NOTHING }
  return of === undefined || of === 'IN' || of === 'ANY' ? answerTo({ name, type }) : { rcode: 'REFUSED', ...NOTHING }
}

/** Its options are not read. A version other than 0 is answered BADVERS (16), whose upper bits are here. */
function optOf({ ednsVersion }: OptAnswer): OptAnswer {
  return { type: 'OPT', name: '.', udpPayloadSize: UDP_MOST, extendedRcode: ednsVersion > 0 ? 1 : 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }
}

/** What does not fit: first the addresses of targets, which are an extra; then answers, as many as needed, marked as truncated. */
function fitted(packet: Packet & { readonly answers: WireRecord[] }, opt: readonly OptAnswer[], most: number): Buffer {
  if (encodingLength(packet) <= most) return encode(packet)
  const bare = { ...packet, additionals: [...opt] }
  if (encodingLength(bare) <= most) return encode(bare)
  const cut = (count: number): Packet => ({ ...bare, flags: (packet.flags ?? 0) | TRUNCATED, answers: packet.answers.slice(0, count), authorities: [] })
  let [fits, tooMany] = [0, packet.answers.length]
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (encodingLength(cut(middle)) <= most) fits = middle
    else tooMany = middle
  }
  return encode(cut(fits))
}
