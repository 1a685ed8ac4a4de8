/** What the pages on Azure print for people to copy. */
import { azure } from '../../annotations/azure.ts'
import { capabilities } from '../../providers/azure/capabilities.ts'
import { testCloudPages } from './cloud-pages.ts'

testCloudPages({
  provider: 'azure',
  annotations: azure,
  capabilities,
  pages: ['providers/azure/README.md', 'docs/migrate-from-cloud-provider-azure.md'],
  leastExamples: 7,
  notAnnotations: /^fairlead\.dev\/azure$|^service\.beta\.kubernetes\.io\/(azure|port)$/,
  nodesReachedBy: 'publishedAddress',
})
