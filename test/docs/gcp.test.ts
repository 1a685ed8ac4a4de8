/** What the pages on Google Cloud print for people to copy. */
import { gcp } from '../../annotations/gcp.ts'
import { capabilities } from '../../providers/gcp/capabilities.ts'
import { testCloudPages } from './cloud-pages.ts'

testCloudPages({
  provider: 'gcp',
  annotations: gcp,
  capabilities,
  pages: ['providers/gcp/README.md', 'docs/migrate-from-gke.md'],
  leastExamples: 5,
  // The class, the marks in descriptions, classes of GKE's own, and what its controllers write.
  notAnnotations: /^fairlead\.dev\/(gcp|cluster|stack|owner|address)$|^networking\.gke\.io\/l4-regional-external$|^cloud\.google\.com\/neg-status$/,
  nodesReachedBy: 'publishedAddress',
})
