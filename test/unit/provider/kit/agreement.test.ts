import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../../src/model/problem.ts'
import { agree, type PortedRules, shareOut } from '../../../../src/provider/kit/agreement.ts'
import { partiesOf, roleOf } from '../../../../src/provider/kit/parties.ts'
import { portsRefusal } from '../../../../src/provider/kit/refused-ports.ts'
import { sharedSettings } from '../../../../src/provider/kit/shared-settings.ts'
import type { Intent } from '../../../../src/provider/provider.ts'
import { owner, wish } from '../../../contract/wish.ts'

/** What a Service asks of an address that it shares. */
interface Options {
  readonly tier?: string
  /** Room that it needs. */
  readonly size?: number
  readonly port?: string
}

type Want = Extract<Intent<Options>, { want: unknown }>

interface Made {
  readonly tier: string
  readonly for: readonly string[]
}

const settings = sharedSettings<Want, { readonly tier?: string }, never>({
  of: 'address',
  settings: { tier: { field: 'tier', valueOf: ({ want }) => want.options.tier } },
  keyed: {},
})

type Settings = ReturnType<typeof settings.of>

const problem = (field: string): Problem => ({ reason: 'Conflict', field, wrong: 'is not possible' })

/** An address with room for three, which no Service named `barred` may have. Of each port there is one. */
const rules: PortedRules<Options, Settings, Made, string> = {
  join: settings.join,
  fit: (wants, { tier = 'any' }) =>
    tier === 'unread'
      ? { waits: { because: 'not read yet', afterMs: 1_000 } }
      : wants.reduce((sum, { want }) => sum + (want.options.size ?? 1), 0) > 3
        ? { problem: problem('size') }
        : { made: { tier, for: wants.map((want) => want.owner.name) } },
  barred: (want) => (want.owner.name === 'barred' ? problem('policy') : undefined),
  grant: (members) => {
    const seen = new Set<string>()
    const got = members.map(({ owner: of, want: { options } }) => {
      const port = options.port ?? of.name
      const isFree = !seen.has(port)
      seen.add(port)
      return { of, ports: isFree ? [port] : [] }
    })
    const without = got.filter(({ ports }) => ports.length === 0)
    return {
      ports: new Map(got.map(({ of, ports }) => [of.uid, ports])),
      refused: new Map(
        without.map(({ of }) => [of.uid, portsRefusal(of, [{ listener: { port: 1, protocol: 'TCP' }, error: 'held', problem: problem('port') }])]),
      ),
    }
  },
}

function given(asked: Readonly<Record<string, Options>>) {
  const intents = Object.entries(asked).map(([name, options], i): Want => ({
    owner: owner(name),
    want: { ...wish(), options },
    published: [],
    createdAt: String(i),
  }))
  return partiesOf(intents, [])
}

function agreed(asked: Readonly<Record<string, Options>>) {
  const parties = given(asked)
  const { members, made, refused, waiting } = agree(parties.wants, parties, rules)
  return {
    members: members.map((want) => want.owner.name),
    made,
    refused: refused.map((refusal) => `${refusal.owner.name}: ${refusal.problem.field}`),
    waiting: waiting.map(({ owner: { name }, because, afterMs }) => `${name}: ${because}, ${afterMs}`),
  }
}

describe('Services that share', () => {
  test('have it together where they do not contradict each other', () => {
    expect(agreed({ web: { tier: 'a' }, dns: {}, mail: { tier: 'a' } })).toEqual({
      members: ['web', 'dns', 'mail'],
      made: { tier: 'a', for: ['web', 'dns', 'mail'] },
      refused: [],
      waiting: [],
    })
  })

  test('keep it where one that comes later contradicts them', () => {
    expect(agreed({ web: { tier: 'a' }, dns: { tier: 'b' }, mail: {} })).toMatchObject({ members: ['web', 'mail'], refused: ['dns: tier'] })
  })

  test('keep it where nothing fits together with one that comes later', () => {
    expect(agreed({ web: {}, dns: { size: 3 }, mail: {}, chat: {} })).toMatchObject({ members: ['web', 'mail', 'chat'], refused: ['dns: size'] })
  })

  test('keep it where one of them may not have it', () => {
    expect(agreed({ web: {}, barred: { tier: 'a' } })).toEqual({
      members: ['web'],
      made: { tier: 'any', for: ['web'] },
      refused: ['barred: policy'],
      waiting: [],
    })
  })

  test('wait together for what is not known yet', () => {
    expect(agreed({ web: { tier: 'unread' }, dns: {} })).toMatchObject({ members: [], waiting: ['web: not read yet, 1000', 'dns: not read yet, 1000'] })
  })

  test('have nothing where the only one cannot have it', () => {
    expect(agreed({ web: { size: 4 } })).toEqual({ members: [], made: undefined, refused: ['web: size'], waiting: [] })
  })
})

describe('what is shared out', () => {
  test('goes to those that get a port, and the settings of the others do not count', () => {
    const all = given({ web: { port: '80' }, dns: { port: '80', tier: 'b' }, mail: { tier: 'c', port: '25' } })
    const servable = new Set(all.wants.map((want) => want.owner.uid))
    const shared = shareOut(all, { servable, refused: new Map() }, rules)
    expect(shared.members.map((want) => want.owner.name)).toEqual(['web', 'mail'])
    expect(shared.refused.map((refusal) => refusal.owner.name)).toEqual(['dns'])
    expect(shared.made).toEqual({ tier: 'c', for: ['web', 'mail'] })
  })

  test('leaves those that cannot be served, and those that are refused, to follow', () => {
    const all = given({ web: {}, dns: {}, mail: { size: 3 } })
    const servable = new Set(['web', 'mail'].map((name) => owner(name).uid))
    const { parties } = shareOut(all, { servable, refused: new Map() }, rules)
    expect(['web', 'dns', 'mail'].map((name) => roleOf(parties, owner(name).uid))).toEqual(['wants', 'follows', 'follows'])
  })

  test('has the refusals that were known of a configuration alone', () => {
    const all = given({ web: {} })
    const known = { owner: owner('dns'), problem: problem('name') }
    const shared = shareOut(all, { servable: new Set([owner('web').uid]), refused: new Map([[known.owner.uid, known]]) }, rules)
    expect(shared.refused).toEqual([known])
    expect([...shared.ports]).toEqual([[owner('web').uid, ['web']]])
  })
})
