/** What the pages on AWS print for people to copy. */
import { aws } from '../../annotations/aws.ts'
import { capabilities } from '../../providers/aws/capabilities.ts'
import { testCloudPages } from './cloud-pages.ts'

testCloudPages({
  provider: 'aws',
  annotations: aws,
  capabilities,
  pages: ['providers/aws/README.md', 'docs/migrate-from-aws-load-balancer-controller.md'],
  leastExamples: 11,
  notAnnotations: /^fairlead\.dev\/(cluster|stack|owner|listener|settings|adopted|aws)$|^service\.beta\.kubernetes\.io\/aws-load-balancer$/,
  nodesReachedBy: 'nodePort',
})
