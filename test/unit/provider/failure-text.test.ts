import { expect, test } from 'vitest'
import { problemText } from '../../../src/model/problem.ts'
import { problemOf } from '../../../src/provider/engine/failure.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'

const error = new CloudError('refused', { reason: 'Conflict', publicMessage: '127.0.10.3, port 80 is in use by another program on this machine' })

test.each([
  [
    'by its title, without our ids',
    { verb: 'create', kind: 'frontend', key: 'uid-web/127.0.10.3/80/TCP', title: '80/TCP at 127.0.10.3' },
    'this machine',
    'this machine refused to create frontend 80/TCP at 127.0.10.3: 127.0.10.3, port 80 is in use by another program on this machine',
  ],
  [
    'by its key, where that is its name',
    { verb: 'read', kind: 'listeners', key: 'web-1a2b' },
    'AWS',
    'AWS refused to show listeners web-1a2b: 127.0.10.3, port 80 is in use by another program on this machine',
  ],
] as const)('a refused step is named %s', (_, step, calledAs, expected) => {
  expect(problemText(problemOf({ step: { ...step, serves: [], why: 'it is asked for' }, error }, calledAs))).toBe(expected)
})
