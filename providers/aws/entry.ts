/** What the program knows of the AWS provider before it loads it. */
import { aws as annotations } from '../../annotations/aws.ts'
import { defineProvider } from '../../src/provider/entry.ts'
import { capabilities } from './capabilities.ts'
import { settings } from './settings.ts'

export const aws = defineProvider({
  settings,
  annotations,
  foundBy: (clusterId) => `aws resourcegroupstaggingapi get-resources --tag-filters Key=fairlead.dev/cluster,Values=${clusterId}`,
  capabilities,
  examples: {
    playground: ['fairlead playground --cloud aws'],
    policy: ['fairlead policy --policy-file policy.yaml --providers aws --admission | kubectl apply -f -'],
    permissions: [
      'fairlead permissions aws > policy.json',
      "fairlead permissions aws --cluster-id $(kubectl get namespace kube-system -o jsonpath='{.metadata.uid}')",
      'fairlead permissions aws --without tls,capacity --with adopt',
    ],
  },
  load: () => import('./load.ts'),
  permissions: () => import('./permissions.ts'),
  playground: () => import('./playground.ts'),
})
