/** How a pod finds the addresses of a name: its /etc/hosts, then the cluster's DNS by its resolv.conf, as glibc does (resolv.conf(5)). Pure, but for whom it asks. */
import { isIP } from 'node:net'
import { canonical } from '../../dns/names.ts'
import type { Answer, Question } from '../../dns/index.ts'

export interface ResolvConf {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  readonly ndots: number
}

export type Lookup =
  | { readonly kind: 'found'; readonly name: string; readonly addresses: readonly string[] }
  /** The name, or that of an alias, is outside the cluster. */
  | { readonly kind: 'outside'; readonly name: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'no-server' }

export interface Resolution {
  readonly conf: ResolvConf
  readonly hosts: ReadonlyMap<string, readonly string[]>
  /** Of the cluster's DNS; undefined: it is none of the pod's name servers. */
  readonly ask: ((question: Question) => Answer) | undefined
}

/** The default where the file names none. */
const NDOTS = 1

export function readResolvConf(text: string): ResolvConf {
  const fields = text.split('\n').map((line) => line.split(/\s+/))
  const after = (keyword: string): readonly string[] => fields.flatMap(([first, ...rest]) => (first === keyword ? rest : []))
  const ndots = after('options').flatMap((option) => /^ndots:(\d+)$/.exec(option)?.[1] ?? [])
  return { nameservers: after('nameserver'), searches: after('search'), ndots: Number(ndots.at(-1) ?? NDOTS) }
}

/** Addresses by name. */
export function readHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [ip = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    for (const name of names) hosts.set(canonical(name), [...(hosts.get(canonical(name)) ?? []), ip])
  }
  return hosts
}

/** In the order in which they are asked for. */
export function candidates(name: string, { searches, ndots }: ResolvConf): readonly string[] {
  if (name.endsWith('.')) return [canonical(name)]
  const searched = searches.map((domain) => `${name}.${domain}`)
  const dots = name.split('.').length - 1
  return dots >= ndots ? [name, ...searched] : [...searched, name]
}

/** IPv4 addresses first. */
export function lookUp(name: string, { conf, hosts, ask }: Resolution): Lookup {
  if (isIP(name) !== 0) return { kind: 'found', name, addresses: [name] }
  const written = hosts.get(canonical(name))
  if (written !== undefined) return { kind: 'found', name, addresses: written }
  if (ask === undefined) return { kind: 'no-server' }
  for (const candidate of candidates(name, conf)) {
    const found = askFor(candidate, ask)
    if (found !== undefined) return found
  }
  return { kind: 'missing' }
}

/** Undefined: the search goes on. */
function askFor(name: string, ask: (question: Question) => Answer): Lookup | undefined {
  const [v4, v6] = [ask({ name, type: 'A' }), ask({ name, type: 'AAAA' })]
  const all = [...v4.answers, ...v6.answers]
  const addresses = all.flatMap((record) => (record.type === 'A' || record.type === 'AAAA' ? [record.data] : []))
  if (addresses.length > 0) return { kind: 'found', name, addresses }
  if (v4.rcode === 'REFUSED') return { kind: 'outside', name }
  const target = all.flatMap((record) => (record.type === 'CNAME' ? [record.data] : [])).at(-1)
  if (target === undefined) return undefined
  // An alias without an address here: of the cluster, or led outside.
  return ask({ name: target, type: 'A' }).rcode === 'REFUSED' ? { kind: 'outside', name: target } : undefined
}
