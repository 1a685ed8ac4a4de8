/** One write of a Service's life goes wrong, whichever it is, on Google Cloud with delays as users report them. */
import { REALISTIC } from '../../../emulators/gcp/index.ts'
import type { Subject } from '../every-write.ts'
import { effectsOf } from './effects.ts'
import type { World, WorldOptions } from './world.ts'

export function subject(open: (options?: WorldOptions) => Promise<World>): Subject<World> {
  return { open: () => open({ delays: REALISTIC }), rulesOfNodes, changed: { 'fairlead.dev/drain-timeout': '2m' }, shapeOf }
}

/** Of the network, which others have rules in too. */
function rulesOfNodes(world: World): readonly string[] {
  return world.foreign().filter((text) => text.startsWith('firewalls '))
}

/** Names hold hashes of the Service's UID. */
function shapeOf(world: World): readonly string[] {
  return effectsOf(world.ownedObjects())
    .map((text) =>
      text
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
        .replaceAll(/-[0-9a-f]{10}(-[0-9a-f]{8})?(?![0-9a-z])/g, '-HASH')
        .replaceAll(world.cluster.namespace, 'NAMESPACE'),
    )
    .toSorted()
}
