import { expect, test } from 'vitest'
import { classEventOf } from '../../../src/controller/class-events.ts'
import { made } from '../overview/given.ts'

const NAMES = { running: ['aws'], all: ['aws', 'gcp'] }
const service = (loadBalancerClass: string, uid = 'u1') => made({ metadata: { uid }, spec: { loadBalancerClass } })
const MISSPELT = service('fairlead.dev/asw')

const CASES: readonly (readonly [what: string, ...given: Parameters<typeof classEventOf>, isSaid: boolean])[] = [
  ['a class that no provider has', MISSPELT, undefined, NAMES, true],
  ['the same, seen before', MISSPELT, MISSPELT, NAMES, false],
  ['a Service of the same name that was created again', MISSPELT, service('fairlead.dev/asw', 'u0'), NAMES, true],
  ['a provider that another controller may run', service('fairlead.dev/gcp'), undefined, NAMES, false],
  ['a provider of this controller', service('fairlead.dev/aws'), undefined, NAMES, false],
  ["another project's class", service('example.com/lb'), undefined, NAMES, false],
  ['another type', { ...MISSPELT, spec: { ...MISSPELT.spec, type: 'ClusterIP' } }, undefined, NAMES, false],
  ['a Service that is gone', undefined, MISSPELT, NAMES, false],
]

test.for(CASES)('a warning on a Service for its class: %s', ([, after, before, names, isSaid]) => {
  expect(classEventOf(after, before, names) !== undefined).toBe(isSaid)
})

test('it says what is allowed, what may be meant, and what can be done', () => {
  expect(classEventOf(MISSPELT, undefined, NAMES)).toEqual({
    type: 'Warning',
    reason: 'Invalid',
    message:
      'spec.loadBalancerClass: no provider here serves the class "fairlead.dev/asw"; allowed: fairlead.dev/aws. Did you mean fairlead.dev/aws? A class cannot be changed: delete the Service and create it again.',
  })
})
