/** Whose fault Azure says a refusal is. */
import { expect, test } from 'vitest'
import { AzureAnswer } from '../../../providers/azure/api/errors.ts'
import { blamed, usersOfChildren } from '../../../providers/azure/apply/blame.ts'
import type { LoadBalancerDocument } from '../../../providers/azure/api/documents.ts'
import { idIn } from '../../../providers/azure/api/ids.ts'
import { publicFrontendName, ruleName } from '../../../providers/azure/names.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { owner } from '../../contract/wish.ts'

const LB = idIn('s', 'g', 'loadBalancers', 'main')
const ADDRESS = idIn('s', 'shop', 'publicIPAddresses', 'mine')
const SUBNET = `${idIn('s', 'g', 'virtualNetworks', 'v')}/subnets/nope`
const frontendOf = { web: publicFrontendName(ADDRESS), dns: 'fl_in' } as const
const ruleOf = (name: 'web' | 'dns'): string => ruleName({ uid: owner(name).uid, family: 'IPv4', protocol: 'tcp', port: 80 }, frontendOf[name])

const BODY: LoadBalancerDocument = {
  properties: {
    frontendIPConfigurations: [
      { name: frontendOf.web, properties: { publicIPAddress: { id: ADDRESS } } },
      { name: frontendOf.dns, properties: { subnet: { id: SUBNET } } },
    ],
    loadBalancingRules: (['web', 'dns'] as const).map((name) => ({
      name: ruleOf(name),
      properties: { frontendIPConfiguration: { id: `${LB}/frontendIPConfigurations/${frontendOf[name]}` } },
    })),
  },
}

function blames(message: string, changes: readonly ('web' | 'dns')[], code = 'AnyCode'): readonly string[] | undefined {
  const error = new CloudError('refused', { reason: 'Refused', publicMessage: 'no', cause: new AzureAnswer(400, { code, message }) })
  const names = new Map((['web', 'dns'] as const).map((name) => [owner(name).uid, name]))
  const found = blamed(
    error,
    changes.map((name) => owner(name)),
    usersOfChildren(BODY),
  ) as CloudError
  return found.blames?.map((uid) => names.get(uid) ?? uid)
}

const rule = (name: 'web' | 'dns'): string => `${LB}/loadBalancingRules/${ruleOf(name)}`

test.each([
  ['a rule by its id', `${rule('web')} is wrong`, ['web', 'dns'], ['web']],
  ['two rules that are in the way of each other: of the one that changes', `${rule('web')} and ${rule('dns')} use one port`, ['dns'], ['dns']],
  ['two rules that both change', `${rule('web')} and ${rule('dns')} use one port`, ['web', 'dns'], ['web', 'dns']],
  ['the address of a frontend', `no right on ${ADDRESS.toUpperCase()}`, ['web', 'dns'], ['web']],
  ['the subnet of a frontend', `${SUBNET} was not found`, ['web', 'dns'], ['dns']],
  ['nothing that is of a Service', `${idIn('s', 'g', 'virtualNetworks', 'v')} was not found`, ['web', 'dns'], undefined],
] as const)('%s', (_, message, changes, expected) => {
  expect(blames(message, changes)).toEqual(expected)
})

test('a missing right on what is of no Service is the fault of none', () => {
  expect(blames(`no right on ${idIn('s', 'g', 'virtualNetworks', 'v')}`, ['web'], 'LinkedAuthorizationFailed')).toEqual([])
})
