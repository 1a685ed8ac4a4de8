import { describe, expect, test } from 'vitest'
import { aws } from '../../../annotations/aws.ts'
import { capabilities } from '../../../providers/aws/capabilities.ts'
import { cautions } from '../../../providers/aws/cautions.ts'
import { context, notes, saying } from '../desired/given.ts'

const where = context({}, { provider: { name: 'aws', capabilities, annotations: aws, defaultTargets: 'nodes', cautions } })

describe('a pod as the client of its own internal load balancer', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['by nodes', { scheme: 'internal' }, true],
    ['by nodes, where the client address is not kept', { scheme: 'internal', 'preserve-client-ip': 'false' }, false],
    ['pods as targets, which do not see it', { scheme: 'internal', targets: 'pods' }, false],
    ['pods as targets, where it is kept', { scheme: 'internal', targets: 'pods', 'preserve-client-ip': 'true' }, true],
    ['from outside', { scheme: 'internet-facing' }, false],
  ])('%s', (_, words, isNoted) => {
    expect(notes(saying(words, { loadBalancerClass: 'fairlead.dev/aws' }), where).some((note) => note.includes('may get time-outs'))).toBe(isNoted)
  })
})
