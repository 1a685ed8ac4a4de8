/** Tags by which a cloud's objects are known as owned: no Service may write them, or it would take over, or give away, what another program owns. */

/** How their keys begin, in lower case: ours on every cloud (Azure refuses `/` in a tag, Google has `-` and `_` alone), and those of other controllers and of AWS. */
const RESERVED = [
  'fairlead.dev',
  'fairlead-dev',
  'fairlead_dev',
  'kubernetes.io/cluster/',
  'kubernetes.io/service-name',
  'kubernetes.io-cluster',
  'elbv2.k8s.aws/',
  'service.k8s.aws/',
  'ingress.k8s.aws/',
  'gateway.k8s.aws/',
  'gatewayclass.k8s.aws/',
  'k8s-azure-',
  'aws:',
  'goog-',
] as const

/** For messages: what the keys of tags may not begin with. */
export const RESERVED_TAGS: readonly string[] = ['fairlead.dev', 'kubernetes.io/cluster/', 'elbv2.k8s.aws/', 'aws:', 'and the marks of other controllers']

/** Case, spaces around, invisible characters and compatibility forms do not count: some clouds do not see them either. */
export function isReservedTag(key: string): boolean {
  const plain = key
    .normalize('NFKC')
    .replaceAll(/[\p{Cc}\p{Cf}\s]/gu, '')
    .toLowerCase()
  return RESERVED.some((prefix) => plain.startsWith(prefix))
}
