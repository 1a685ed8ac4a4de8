import { describe, expect, test } from 'vitest'
import type { Owner } from '../../../../src/model/owner.ts'
import { type Joined, sharedSettings } from '../../../../src/provider/kit/shared-settings.ts'
import { owner } from '../../../contract/wish.ts'

interface Values {
  readonly tier?: 'standard' | 'premium'
  readonly addresses?: readonly string[]
}

interface Asked extends Values {
  readonly owner: Owner
  readonly tags?: Readonly<Record<string, string>>
}

const address = sharedSettings<Asked, Values, 'tags'>({
  of: 'address',
  settings: {
    tier: { field: 'tier', valueOf: ({ tier }) => tier, textOf: (tier) => `the tier ${tier}` },
    addresses: { field: 'spec.loadBalancerIP', valueOf: ({ addresses }) => addresses },
  },
  keyed: { tags: { fieldOf: (key) => `tags (${key})`, valuesOf: ({ tags = {} }) => tags } },
})

function asked(name: string, more: Omit<Asked, 'owner'> = {}): Asked {
  return { owner: owner(name), ...more }
}

type Settings = ReturnType<typeof address.of>

function joined(...all: readonly Asked[]): Joined<Settings> | { readonly problem: object } {
  let so: Joined<Settings> | undefined
  for (const one of all) {
    const next = address.join(so, one)
    if ('problem' in next) return next
    so = next
  }
  if (so === undefined) throw new Error('nothing was joined')
  return so
}

describe('settings of something that Services share', () => {
  test('are those that a configuration sets', () => {
    expect(address.of(asked('web', { tier: 'premium' }))).toEqual({ tier: 'premium', tags: {} })
  })

  test('of several are all that they set', () => {
    const all = joined(asked('web', { tier: 'premium', tags: { team: 'a' } }), asked('dns', { addresses: ['192.0.2.7'], tags: { stage: 'test' } }))
    expect(all).toMatchObject({ settings: { tier: 'premium', addresses: ['192.0.2.7'], tags: { team: 'a', stage: 'test' } } })
  })

  test('are set by the first that sets them', () => {
    const all = joined(asked('web'), asked('dns', { tier: 'premium' }), asked('mail', { tier: 'premium' }))
    expect('setBy' in all && all.setBy.get('tier')?.name).toBe('dns')
  })

  test('of two that agree are no contradiction', () => {
    expect(joined(asked('web', { addresses: ['a', 'b'], tags: { team: 'a' } }), asked('dns', { addresses: ['a', 'b'], tags: { team: 'a' } }))).toHaveProperty(
      'settings',
    )
  })

  test('of two that differ are one, which names the field, both values, and who set the other', () => {
    expect(joined(asked('web', { tier: 'premium' }), asked('dns', { tier: 'standard' }))).toEqual({
      problem: {
        reason: 'Conflict',
        field: 'tier',
        value: 'the tier standard',
        wrong: 'differs from what default/web sets, which shares this address',
        allowed: 'the tier premium, or no value',
      },
    })
  })

  test('with keys contradict each other key by key', () => {
    const [web, dns] = [asked('web', { tags: { team: 'a' } }), asked('dns', { tags: { stage: 'x', team: 'b' } })]
    expect(joined(web, dns)).toMatchObject({ problem: { field: 'tags (team)', value: 'b', allowed: 'a, or no value' } })
  })

  test('in a message are lists with commas', () => {
    const [web, dns] = [asked('web', { addresses: ['a', 'b'] }), asked('dns', { addresses: ['a'] })]
    expect(joined(web, dns)).toMatchObject({ problem: { value: 'a', allowed: 'a,b, or no value' } })
  })
})
