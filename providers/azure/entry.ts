/** What the program knows of the Azure provider before it loads it. */
import { azure as annotations } from '../../annotations/azure.ts'
import { defineProvider } from '../../src/provider/entry.ts'
import { capabilities } from './capabilities.ts'
import { settings } from './settings.ts'

export const azure = defineProvider({
  settings,
  annotations,
  foundBy: (clusterId) => `az resource list --tag fairlead.dev-cluster=${clusterId} -o table`,
  capabilities,
  examples: {
    playground: ['fairlead playground --cloud azure'],
    policy: ['fairlead policy --policy-file policy.yaml --providers azure --admission | kubectl apply -f -'],
    permissions: ['fairlead permissions azure --azure-subscription ID --azure-resource-group NAME > role.json'],
  },
  load: () => import('./load.ts'),
  permissions: () => import('./permissions.ts'),
  playground: () => import('./playground.ts'),
})
