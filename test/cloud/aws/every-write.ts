/** One write of a Service's life goes wrong, whichever it is, on AWS with its real delays. */
import { type AwsOptions, REALISTIC } from '../../../emulators/aws/index.ts'
import type { Subject } from '../every-write.ts'
import type { World } from './world.ts'

export function subject(open: (options?: AwsOptions) => Promise<World>): Subject<World> {
  return { open: () => open({ delays: REALISTIC }), rulesOfNodes, changed: { 'fairlead.dev/drain-timeout': '30s' }, shapeOf }
}

function rulesOfNodes({ aws }: World): readonly string[] {
  return aws.cloud
    .objects()
    .filter(({ kind, settings }) => kind === 'rule' && settings['group'] === `${aws.cloud.ids.cluster}-node`)
    .map(({ name }) => name)
}

/** Names hold hashes of the Service's UID, and fingerprints those of names. */
function shapeOf(world: World): readonly string[] {
  return world
    .owned()
    .map((text) =>
      text
        .replaceAll(/"fairlead.dev\/settings":"[^"]*"/g, 'SETTINGS')
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
        .replaceAll(/-[0-9a-f]{10}(-[0-9a-f]{8})?/g, 'HASH')
        .replaceAll(world.cluster.namespace, 'NAMESPACE'),
    )
    .toSorted()
}
