/** One write of a Service's life goes wrong, whichever it is, on Azure with its real delays. */
import { type AzureOptions, REALISTIC } from '../../../emulators/azure/index.ts'
import type { Subject } from '../every-write.ts'
import { isOurs } from './foreign.ts'
import { CLUSTER_ID, type World } from './world.ts'

export function subject(open: (options?: AzureOptions) => Promise<World>): Subject<World> {
  return { open: () => open({ delays: REALISTIC }), rulesOfNodes, changed: { 'fairlead.dev/idle-timeout': '10m' }, shapeOf }
}

/** Of a security group that others write too. */
function rulesOfNodes({ azure }: World): readonly string[] {
  const ours = isOurs(CLUSTER_ID)
  return azure.cloud
    .objects()
    .filter((one) => one.kind === 'networkSecurityGroups/securityRules' && !ours(one))
    .map(({ name, settings }) => `${name} ${JSON.stringify(settings)}`)
}

/** Names hold the Service's UID, and hashes of it. */
function shapeOf(world: World): readonly string[] {
  return world
    .owned()
    .map((text) =>
      text
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
        .replaceAll(/(?<=[_-])[0-9a-f]{6,20}(?![0-9a-f])/g, 'HASH')
        .replaceAll(world.cluster.namespace, 'NAMESPACE'),
    )
    .toSorted()
}
