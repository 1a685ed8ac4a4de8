/**
 * Which Services can have one shared thing together: those that do not contradict each other, that all fit on what there is, and that each get a port of it. Who comes
 * first in the order they are given in keeps what it has.
 */
import type { Owner } from '../../model/owner.ts'
import type { Problem } from '../../model/problem.ts'
import type { Refusal, Waiting } from '../provider.ts'
import { onlyWants, type Parties, type Want, withoutWants } from './parties.ts'
import { mergedRefusals } from './refused-ports.ts'
import type { Joined } from './shared-settings.ts'

/** What is made for Services that share; or why nothing can be, or has to wait until more is known. */
export type Fit<Made> = { readonly made: Made } | { readonly problem: Problem } | { readonly waits: Omit<Waiting, 'owner'> }

export interface SharingRules<Options, Settings, Made> {
  readonly join: (before: Joined<Settings> | undefined, want: Want<Options>) => Joined<Settings> | { readonly problem: Problem }
  /** PURE. `wants`: at least one, that do not contradict each other. `parties`: only they want something. */
  readonly fit: (wants: readonly Want<Options>[], settings: Settings, parties: Parties<Options>) => Fit<Made>
  /** PURE. Why one may not have what fits all; undefined: it may. */
  readonly barred?: (want: Want<Options>, made: Made) => Problem | undefined
}

export interface Agreement<Options, Made> {
  readonly members: readonly Want<Options>[]
  /** Absent: nothing is wanted, or nothing can be had. */
  readonly made?: Made
  readonly refused: readonly Refusal[]
  readonly waiting: readonly Waiting[]
}

/** All that do not contradict each other; where nothing fits all of them, those that fit together with the ones before them. */
export function agree<Options, Settings, Made>(
  wants: readonly Want<Options>[],
  parties: Parties<Options>,
  rules: SharingRules<Options, Settings, Made>,
): Agreement<Options, Made> {
  const { agreeing, joined, refused } = withoutContradictions(wants, rules)
  if (joined === undefined) return { members: [], refused, waiting: [] }
  const among = withRefused(parties, refused)
  const answer = rules.fit(agreeing, joined.settings, among)
  if ('waits' in answer) return { members: [], refused, waiting: agreeing.map(({ owner }) => ({ owner, ...answer.waits })) }
  const out = 'made' in answer ? barredFrom(agreeing, answer.made, rules) : misfits(agreeing, answer.problem, among, rules)
  if ('made' in answer && out.length === 0) return { members: agreeing, made: answer.made, refused, waiting: [] }
  const all = [...refused, ...out]
  const rest = agree(without(agreeing, out), withRefused(among, out), rules)
  return { ...rest, refused: [...all, ...rest.refused] }
}

interface Consistent<Options, Settings> {
  readonly agreeing: readonly Want<Options>[]
  /** Absent: there is no one to agree. */
  readonly joined: Joined<Settings> | undefined
  readonly refused: readonly Refusal[]
}

/** One after the other: who contradicts those before is refused. */
function withoutContradictions<Options, Settings, Made>(
  wants: readonly Want<Options>[],
  { join }: SharingRules<Options, Settings, Made>,
): Consistent<Options, Settings> {
  const refused: Refusal[] = []
  const agreeing: Want<Options>[] = []
  let joined: Joined<Settings> | undefined
  for (const want of wants) {
    const more = join(joined, want)
    if ('problem' in more) refused.push({ owner: want.owner, problem: more.problem })
    else {
      agreeing.push(want)
      joined = more
    }
  }
  return { agreeing, joined, refused }
}

function barredFrom<Options, Settings, Made>(
  wants: readonly Want<Options>[],
  made: Made,
  { barred }: SharingRules<Options, Settings, Made>,
): readonly Refusal[] {
  return wants.flatMap((want) => {
    const problem = barred?.(want, made)
    return problem === undefined ? [] : [{ owner: want.owner, problem }]
  })
}

/** The first one for which nothing fits together with those before it. */
function misfits<Options, Settings, Made>(
  wants: readonly Want<Options>[],
  problem: Problem,
  parties: Parties<Options>,
  rules: SharingRules<Options, Settings, Made>,
): readonly Refusal[] {
  const [only, ...more] = wants
  if (only !== undefined && more.length === 0) return [{ owner: only.owner, problem }]
  let joined: Joined<Settings> | undefined
  for (const [i, want] of wants.entries()) {
    const next = rules.join(joined, want)
    if ('problem' in next) return [{ owner: want.owner, problem: next.problem }]
    const answer = rules.fit(wants.slice(0, i + 1), next.settings, parties)
    if ('problem' in answer) return [{ owner: want.owner, problem: answer.problem }]
    joined = next
  }
  throw new Error('something fits each of these Services, and not all of them')
}

export interface GrantedPorts<Port> {
  /** By uid. */
  readonly ports: ReadonlyMap<string, readonly Port[]>
  readonly refused: ReadonlyMap<string, Refusal>
}

export interface PortedRules<Options, Settings, Made, Port> extends SharingRules<Options, Settings, Made> {
  /** PURE. Which of the ports that they ask for the members get on what is made. */
  readonly grant: (members: readonly Want<Options>[], made: Made, parties: Parties<Options>) => GrantedPorts<Port>
}

/** What is known of each configuration without the others. */
export interface ReadConfigurations {
  /** Uids of those that have a port which can be served. */
  readonly servable: ReadonlySet<string>
  /** By uid; also those who are refused a part of their ports. */
  readonly refused: ReadonlyMap<string, Refusal>
}

export interface Sharing<Options, Made, Port> extends Agreement<Options, Made> {
  /** Only the members want something; those that are refused as a whole follow. */
  readonly parties: Parties<Options>
  readonly ports: ReadonlyMap<string, readonly Port[]>
}

/** Who of those that want something share what is made, and with which ports. The settings of a Service that gets no port do not count for the others. */
export function shareOut<Options, Settings, Made, Port>(
  all: Parties<Options>,
  { servable, refused: own }: ReadConfigurations,
  rules: PortedRules<Options, Settings, Made, Port>,
): Sharing<Options, Made, Port> {
  const known = new Map(own)
  let candidates: readonly Want<Options>[] = all.wants.filter(({ owner }) => servable.has(owner.uid))
  for (;;) {
    const { members, made, refused: disagreeing, waiting } = agree(candidates, onlyWants(all, candidates), rules)
    const refused = new Map([...known, ...disagreeing.map((refusal) => [refusal.owner.uid, refusal] as const)])
    const parties = onlyWants(all, members)
    if (made === undefined) return { parties, members, ports: new Map(), refused: [...refused.values()], waiting }
    const granted = rules.grant(members, made, parties)
    for (const [uid, refusal] of granted.refused) refused.set(uid, mergedRefusals(refused.get(uid), refusal))
    const served = members.filter(({ owner }) => (granted.ports.get(owner.uid)?.length ?? 0) > 0)
    if (served.length === members.length) return { parties, members, made, ports: granted.ports, refused: [...refused.values()], waiting }
    const unserved = without(members, served)
    for (const { owner } of unserved) {
      const refusal = refused.get(owner.uid)
      if (refusal !== undefined) known.set(owner.uid, refusal)
    }
    candidates = without(candidates, unserved)
  }
}

function without<Options>(wants: readonly Want<Options>[], others: readonly { readonly owner: Owner }[]): readonly Want<Options>[] {
  const out = new Set(others.map(({ owner }) => owner.uid))
  return wants.filter(({ owner }) => !out.has(owner.uid))
}

function withRefused<Options>(parties: Parties<Options>, refused: readonly Refusal[]): Parties<Options> {
  return withoutWants(parties, new Set(refused.map(({ owner }) => owner.uid)))
}
