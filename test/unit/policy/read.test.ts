import { expect, test } from 'vitest'
import { policyOf, problemsIn } from './given.ts'

test('a policy of every field, in YAML and in JSON', () => {
  const value = {
    contact: 'the platform team',
    rules: [
      {
        name: 'all',
        namespaces: { names: ['team-*'], except: ['team-x'], labels: 'exposure!=public' },
        allowedAnnotations: ['fairlead.dev/*'],
        forbiddenAnnotations: ['fairlead.dev/adopt'],
        allowedValues: { 'fairlead.dev/scheme': ['internal'], 'fairlead.dev/cross-zone': [true] },
        allowedSourceRanges: ['10.1.2.3/8'],
        maxServices: 5,
        defaults: { 'fairlead.dev/scheme': 'internal' },
      },
    ],
  }
  const policy = policyOf(JSON.stringify(value))
  expect(policy).toMatchObject({
    contact: 'the platform team',
    rules: [{ name: 'all', maxServices: 5, allowedSourceRanges: ['10.0.0.0/8'], allowedValues: { 'fairlead.dev/cross-zone': ['true'] } }],
  })
  expect(policy.rules[0]?.forbiddenAnnotations?.keys).toEqual(new Set(['fairlead.dev/adopt']))
})

test("a pattern of another controller's annotations includes what they say in our words", () => {
  const { rules } = policyOf('rules: [{name: x, forbiddenAnnotations: ["service.beta.kubernetes.io/aws-load-balancer-*"]}]')
  const keys = [...(rules[0]?.forbiddenAnnotations?.keys ?? [])]
  expect(keys).toEqual(expect.arrayContaining(['fairlead.dev/security-groups', 'service.beta.kubernetes.io/aws-load-balancer-access-log-enabled']))
})

test.each<[string, string, string | RegExp]>([
  ['nothing', '', 'the file is empty; allowed: a map with `contact` and `rules`; without limits: `rules: []`'],
  ['a list', '[]', /^line 1: the file is \[\]; allowed: a map/],
  ['no YAML', 'rules: [', /^line 1: is not YAML: /],
  ['a field that does not exist', 'rule: []\nrules: []', 'line 1: rule is not a field; allowed: contact, rules (did you mean rules?)'],
  ['no rules', 'contact: me', 'rules is empty; allowed: a list of rules'],
  ['a rule without a name', 'rules: [{maxServices: 1}]', 'rules[0].name is empty; allowed: a text'],
  [
    'two rules of one name',
    'rules:\n- {name: a, maxServices: 1}\n- {name: a, maxServices: 1}',
    'line 3: rules[1].name is "a", the name of another rule; allowed: a unique name',
  ],
  [
    'a rule that says nothing',
    'rules: [{name: a}]',
    /rules\[0\] says nothing; allowed: one or more of namespaces|rules\[0\] says nothing; allowed: one or more of allowedAnnotations/,
  ],
  [
    'namespaces as a list',
    'rules: [{name: a, maxServices: 1, namespaces: [x]}]',
    'line 1: rules[0].namespaces is ["x"]; allowed: a map with names, except, labels',
  ],
  ['a selector that is none', 'rules: [{name: a, maxServices: 1, namespaces: {labels: a b}}]', /rules\[0\]\.namespaces\.labels holds "a b"/],
  [
    'an unknown annotation',
    'rules: [{name: a, forbiddenAnnotations: [fairlead.dev/subnet]}]',
    /forbiddenAnnotations\[0\] is "fairlead\.dev\/subnet", which is not an annotation that Fairlead reads; did you mean fairlead\.dev\/subnets\?/,
  ],
  [
    'another spelling',
    'rules: [{name: a, allowedValues: {service.beta.kubernetes.io/aws-load-balancer-internal: ["true"]}}]',
    /allowed: fairlead\.dev\/scheme, which includes this spelling/,
  ],
  [
    'one port',
    'rules: [{name: a, forbiddenAnnotations: [fairlead.dev/idle-timeout.80]}]',
    /an annotation for one port; allowed: the annotation without the port/,
  ],
  [
    'a value that cannot be',
    'rules: [{name: a, allowedValues: {fairlead.dev/scheme: [public]}}]',
    /allowedValues\["fairlead\.dev\/scheme"\]\[0\] is "public", which is not an allowed value; allowed: `internet-facing` or `internal`/,
  ],
  ['several values in one', 'rules: [{name: a, allowedValues: {fairlead.dev/subnets: ["a,b"]}}]', /is "a,b"; allowed: one value, without a comma/],
  ['a star in the middle', 'rules: [{name: a, namespaces: {names: ["a*b"]}, maxServices: 1}]', /is "a\*b"; allowed: at most one `\*`, at the end/],
  ['a number that is none', 'rules: [{name: a, maxServices: "3"}]', 'line 1: rules[0].maxServices is "3"; allowed: a whole number from 0'],
  [
    'a default with a value that its own rule does not allow',
    'rules: [{name: a, allowedValues: {fairlead.dev/scheme: [internal]}, defaults: {fairlead.dev/scheme: internet-facing}}]',
    'line 1: rules[0].defaults["fairlead.dev/scheme"] is "internet-facing", which is not allowed by the rule "a" of the operator\'s policy; allowed: internal',
  ],
  [
    'a default of an annotation that its own rule forbids',
    'rules: [{name: a, forbiddenAnnotations: [fairlead.dev/subnets], defaults: {fairlead.dev/subnets: subnet-a}}]',
    'line 1: rules[0].defaults["fairlead.dev/subnets"] is "subnet-a", which is forbidden by the rule "a" of the operator\'s policy; allowed: no default for this annotation',
  ],
  [
    'a default of an annotation that is not among those that its own rule allows',
    'rules: [{name: a, allowedAnnotations: [fairlead.dev/scheme], defaults: {fairlead.dev/targets: pods}}]',
    /defaults\["fairlead\.dev\/targets"\] is "pods", which is not among the annotations that the rule "a" of the operator's policy allows; allowed: fairlead\.dev\/scheme/,
  ],
  [
    'a default of source ranges that are wider than its own rule allows',
    'rules: [{name: a, allowedSourceRanges: [10.0.0.0/8], defaults: {fairlead.dev/source-ranges: "10.0.0.0/8,0.0.0.0/0"}}]',
    /is "10\.0\.0\.0\/8,0\.0\.0\.0\/0", which is not allowed by the rule "a" of the operator's policy; allowed: source ranges within 10\.0\.0\.0\/8/,
  ],
  [
    'a default of security groups, where its own rule requires source ranges',
    'rules: [{name: a, allowedSourceRanges: [10.0.0.0/8], defaults: {fairlead.dev/security-groups: sg-1}}]',
    /is "sg-1", which admits clients in another way than by source ranges/,
  ],
  [
    'a default that a rule for all namespaces refuses',
    'rules: [{name: a, namespaces: {names: [x]}, defaults: {fairlead.dev/scheme: internet-facing}}, {name: b, allowedValues: {fairlead.dev/scheme: [internal]}}]',
    /rules\[0\]\.defaults\["fairlead\.dev\/scheme"\] is "internet-facing", which is not allowed by the rule "b"/,
  ],
  [
    'a range that is not one',
    'rules: [{name: a, allowedSourceRanges: [10.0.0.0]}]',
    'line 1: rules[0].allowedSourceRanges[0] is "10.0.0.0", which is not an IP range; allowed: ranges such as 10.0.0.0/8',
  ],
  ['no range', 'rules: [{name: a, allowedSourceRanges: []}]', 'line 1: rules[0].allowedSourceRanges is []; allowed: one or more IP ranges'],
  [
    'a default of one Service',
    'rules: [{name: a, defaults: {fairlead.dev/addresses: 192.0.2.7}}]',
    /cannot have a default, because its value belongs to one Service/,
  ],
  [
    'a default that cannot be',
    'rules: [{name: a, defaults: {fairlead.dev/targets: vm}}]',
    /defaults\["fairlead\.dev\/targets"\] is "vm", which is not an allowed value; allowed: `nodes` or `pods`/,
  ],
])('%s', (_, text, problem) => {
  const exactly = typeof problem === 'string' ? [problem] : []
  expect(problemsIn(text).filter((line) => !exactly.includes(line) && !(typeof problem !== 'string' && problem.test(line)))).toEqual([])
  expect(problemsIn(text)).toHaveLength(1)
})

test('a default may hold what a rule for other namespaces refuses', () => {
  const other = '{name: b, namespaces: {names: [y]}, allowedValues: {fairlead.dev/scheme: [internal]}}'
  expect(problemsIn(`rules: [{name: a, namespaces: {names: [x]}, defaults: {fairlead.dev/scheme: internet-facing}}, ${other}]`)).toEqual([])
})

test('everything that is wrong is reported at once', () => {
  expect(problemsIn('rules: [{name: a, maxServices: -1}, {name: b, defaults: {fairlead.dev/nonsense: 1}}]')).toHaveLength(2)
})
