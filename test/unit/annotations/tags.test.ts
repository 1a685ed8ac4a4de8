/** No Service may write what says whose an object in a cloud is: whatever the provider, the spelling, and the key of the annotation. */
import { describe, expect, test } from 'vitest'
import { aws } from '../../../annotations/aws.ts'
import { local } from '../../../annotations/local.ts'
import { readAnnotations } from '../../../annotations/read.ts'
import { problemText } from '../../../src/model/problem.ts'

const ANNOTATIONS = ['fairlead.dev/tags', 'service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags']

describe.each(ANNOTATIONS)('%s', (annotation) => {
  test.each([
    'fairlead.dev/stack',
    'fairlead.dev/owner',
    'fairlead.dev/cluster',
    'Fairlead.Dev/Stack',
    ' fairlead.dev/lingers',
    String.raw`\fairlead.dev/stack`,
    String.raw`\ fairlead.dev/stack`,
    'fairlead\u200B.dev/stack',
    'ｆairlead.dev/stack',
    'fairlead.dev-stack',
    'fairlead-dev-stack',
    'fairlead_dev_owner',
    'kubernetes.io/cluster/shop',
    'kubernetes.io/service-name',
    'elbv2.k8s.aws/cluster',
    'service.k8s.aws/stack',
    'ingress.k8s.aws/stack',
    'AWS:cloudformation:stack-name',
    'k8s-azure-service',
  ])('refuses the key %j', (key) => {
    const { neutral, problems } = readAnnotations({ [annotation]: `team=shop,${key}=share/team-a/shop` }, [], aws)
    expect(neutral.tags).toBeUndefined()
    expect(problems.map(problemText)).toEqual([expect.stringMatching(/which is reserved\. Allowed: .*`fairlead\.dev`/)])
  })
  test.each(['team', 'Name', 'kubernetes.io/role/elb', 'my-fairlead.dev', 'aws', '__proto__'])('takes the key %j', (key) =>
    expect(readAnnotations({ [annotation]: `${key}=x` }, [], aws)).toMatchObject({ problems: [] }),
  )
})

test('on every provider', () => expect(readAnnotations({ 'fairlead.dev/tags': 'fairlead.dev/stack=x' }, [], local).problems).toHaveLength(1))

describe('the path of a health check', () => {
  const read = (path: string) => readAnnotations({ 'fairlead.dev/health-check-path': path }, [], local)
  test.each(['/', '/healthz?full=1', '/caf%C3%A9', "/a-b_c.d~e!$&'()*+,;=:@"])('%j is taken', (path) =>
    expect(read(path)).toMatchObject({ problems: [], neutral: { healthCheckPath: { service: path } } }),
  )
  test.each(['/漢', '/é', '/a b', '/a\r\nHost: x', '/%zz', '/%', '/a"b', '/a#b', '/a\u007F', 'healthz', `/${'a'.repeat(1_024)}`])('%j is refused', (path) =>
    expect(read(path).problems.map(problemText)).toEqual([expect.stringMatching(/percent-encoded in UTF-8, such as `\/caf%C3%A9`/)]),
  )
})
