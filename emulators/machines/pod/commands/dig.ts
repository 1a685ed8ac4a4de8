/** `dig [NAME] [TYPE] [+short] [+search] [-x ADDRESS]` and `nslookup NAME`: questions to the cluster's DNS, from the pod. */
import type { Answer, DnsRecord, Question } from '../../../dns/index.ts'
import { canonical, isName, reverseName } from '../../../dns/names.ts'
import { candidates, lookUp } from '../resolution.ts'
import { askDns, type Command, CommandFailure, type Inside } from './command.ts'

const TYPES = ['A', 'AAAA', 'ANY', 'CNAME', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']

interface DigOptions {
  readonly question: Question
  readonly isShort: boolean
  readonly isSearched: boolean
}

export const dig: Command = async (args, inside) => {
  const ask = askDns('dig', inside)
  const { question, isShort, isSearched } = readDig(args)
  const names = isSearched ? candidates(question.name, inside.resolution.conf) : [question.name]
  let asked = question
  let answer: Answer | undefined
  for (const name of names) {
    if (answer !== undefined && answer.rcode === 'NOERROR' && answer.answers.length > 0) break
    asked = { ...question, name }
    answer = ask(asked)
  }
  if (answer !== undefined) await inside.out(isShort ? answer.answers.map((record) => `${dataOf(record)}\n`).join('') : wholeOf(asked, answer, inside))
  return 0
}

/** Throws a CommandFailure for what is not known here. */
export function readDig(args: readonly string[]): DigOptions {
  const [options, words] = [args.filter((arg) => arg.startsWith('+')), args.filter((arg) => !arg.startsWith('+'))]
  const unknown = options.find((option) => option !== '+short' && option !== '+search')
  if (unknown !== undefined) throw refused(unknown)
  const isReverse = words[0] === '-x'
  const [name = '.', type = isReverse ? 'PTR' : name === '.' ? 'NS' : 'A', more] = isReverse ? words.slice(1) : words
  if (more !== undefined || name.startsWith('@') || name.startsWith('-')) throw refused(more ?? name)
  if (!TYPES.includes(type.toUpperCase())) throw new CommandFailure(1, `dig: ${JSON.stringify(type)} is not a type; allowed are ${TYPES.join(', ')}`)
  const asked = isReverse ? reverseName(name) : name
  if (asked === undefined) throw new CommandFailure(1, `dig: ${JSON.stringify(name)} is not an IP address`)
  if (asked !== '.' && !isName(canonical(asked))) throw new CommandFailure(10, `dig: ${JSON.stringify(asked)} is not a legal name`)
  return {
    question: { name: asked === '.' ? asked : asked.replace(/\.$/, ''), type: type.toUpperCase() },
    isShort: options.includes('+short'),
    isSearched: options.includes('+search'),
  }
}

function refused(word: string): CommandFailure {
  return new CommandFailure(
    1,
    `dig: ${JSON.stringify(word)} is not known here; allowed: dig [NAME] [TYPE] [+short] [+search] or dig -x ADDRESS, to the cluster's own DNS`,
  )
}

function wholeOf({ name, type }: Question, { rcode, answers, authorities, additionals }: Answer, { nameserver }: Inside): string {
  const counts = `QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: ${authorities.length}, ADDITIONAL: ${additionals.length}`
  const section = (title: string, records: readonly DnsRecord[]): string =>
    records.length === 0
      ? ''
      : `\n;; ${title} SECTION:\n${records.map((record) => `${rooted(record.name)}\t${ttlOf(record)}\tIN\t${record.type}\t${dataOf(record)}\n`).join('')}`
  return [
    `;; ->>HEADER<<- opcode: QUERY, status: ${rcode}\n;; ${counts}\n`,
    `\n;; QUESTION SECTION:\n;${rooted(name)}\t\tIN\t${type}\n`,
    section('ANSWER', answers),
    section('AUTHORITY', authorities),
    section('ADDITIONAL', additionals),
    `\n;; SERVER: ${nameserver?.ip}#${nameserver?.port}\n`,
  ].join('')
}

function rooted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

function ttlOf(record: DnsRecord): number {
  return ('ttl' in record ? record.ttl : undefined) ?? 0
}

/** As in a zone file. */
function dataOf(record: DnsRecord): string {
  switch (record.type) {
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data
      return `${priority} ${weight} ${port} ${rooted(target)}`
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data
      return [rooted(mname), rooted(rname), serial, refresh, retry, expire, minimum].join(' ')
    }
    case 'TXT':
      return [record.data]
        .flat()
        .map((text) => JSON.stringify(String(text)))
        .join(' ')
    case 'A':
    case 'AAAA':
      return record.data
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return rooted(record.data)
    default:
      return record satisfies never
  }
}

export const nslookup: Command = async (args, inside) => {
  askDns('nslookup', inside)
  const [name, more] = args
  if (name === undefined || more !== undefined) throw new CommandFailure(1, "nslookup: allowed is one NAME, which the cluster's own DNS is asked for")
  const { nameserver, resolution, out } = inside
  await out(`Server:\t\t${nameserver?.ip}\nAddress:\t${nameserver?.ip}#${nameserver?.port}\n\n`)
  const found = lookUp(name, resolution)
  if (found.kind === 'found') {
    await out(`${found.addresses.map((address) => `Name:\t${found.name}\nAddress: ${address}\n`).join('')}\n`)
    return 0
  }
  const why = found.kind === 'outside' ? `REFUSED: ${found.name} is outside the cluster` : 'NXDOMAIN'
  await out(`** server can't find ${name}: ${why}\n\n`)
  return 1
}
