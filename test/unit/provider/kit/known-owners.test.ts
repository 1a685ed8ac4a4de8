import { expect, test } from 'vitest'
import { knownOwners } from '../../../../src/provider/kit/known-owners.ts'
import { backends, service } from '../../../in-memory/wishes.ts'

const known = knownOwners([
  { owner: service('web'), follow: backends([80]) },
  { owner: { uid: 'uid-gone' }, gone: true },
])

test.each([
  ['a uid gets the name that an intent gives it', { uid: 'uid-web' }, service('web')],
  ['one that has a name keeps it', service('other'), service('other')],
  ['one whose intent has no name stays without', { uid: 'uid-gone' }, { uid: 'uid-gone' }],
  ['one that no intent is about stays without', { uid: 'uid-stranger' }, { uid: 'uid-stranger' }],
])('%s', (_, owner, expected) => expect(known(owner)).toEqual(expected))
