/** What a step is called. */
import { expect, test } from 'vitest'
import { about } from '../../../providers/gcp/plan/steps/about.ts'
import { making } from '../../../providers/gcp/steps.ts'
import { stepTitle } from '../../../src/provider/engine/plan-text.ts'

const titleOf = (id: string) => stepTitle(making('instance group', { ...about(id, [], ''), body: {}, mark: { stack: 'base' } }))

test('a plan names the zone of a group, as the groups of all zones have one name', () => {
  expect(['a', 'b'].map((zone) => titleOf(`projects/p/zones/${zone}/instanceGroups/nodes`))).toEqual([
    'create instance group a/nodes',
    'create instance group b/nodes',
  ])
})
