/** What the program knows of the Google Cloud provider before it loads it. */
import { gcp as annotations } from '../../annotations/gcp.ts'
import { defineProvider } from '../../src/provider/entry.ts'
import { capabilities } from './capabilities.ts'
import { settings } from './settings.ts'

export const gcp = defineProvider({
  settings,
  annotations,
  foundBy: (clusterId) => `gcloud compute forwarding-rules list --filter='description~${clusterId}'`,
  capabilities,
  examples: {
    playground: ['fairlead playground --cloud gcp'],
    policy: ['fairlead policy --policy-file policy.yaml --providers gcp --admission | kubectl apply -f -'],
    permissions: ['fairlead permissions gcp > role.yaml', 'fairlead permissions gcp --with host-project > network-role.yaml'],
  },
  load: () => import('./load.ts'),
  permissions: () => import('./permissions.ts'),
  playground: () => import('./playground.ts'),
})
