import { expect, test } from 'vitest'
import { stateFileOf, type StateFilePlace } from '../../../providers/local/state-file.ts'

const place: StateFilePlace = { said: undefined, cluster: 'c1', environment: {}, home: '/home/ada' }

test.each<[string, Partial<StateFilePlace>, string | undefined]>([
  ['by default it is in the home directory', {}, '/home/ada/.local/state/fairlead/local-c1.json'],
  ['XDG_STATE_HOME takes precedence over it', { environment: { XDG_STATE_HOME: '/state' } }, '/state/fairlead/local-c1.json'],
  ['a relative XDG_STATE_HOME counts as none', { environment: { XDG_STATE_HOME: 'state' } }, '/home/ada/.local/state/fairlead/local-c1.json'],
  ['an id that looks like a path leads nowhere else', { cluster: '../../etc' }, '/home/ada/.local/state/fairlead/local-..%2F..%2Fetc.json'],
  ['the setting takes precedence over all', { said: 'here.json', environment: { XDG_STATE_HOME: '/state' } }, 'here.json'],
  ['off is nowhere', { said: 'off' }, undefined],
])('%s', (_, given, file) => {
  expect(stateFileOf({ ...place, ...given })).toBe(file)
})
