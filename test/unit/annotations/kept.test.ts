/** What the running controller keeps of a Service is what `plan -f` reads of the same manifest. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isReadBy } from '../../../annotations/all.ts'
import { ANNOTATION_SETS } from '../../../providers/index.ts'
import { readAnnotations } from '../../../annotations/read.ts'
import { trimmer } from '../../../src/kubernetes/trim.ts'
import { Interner } from '../../../src/kubernetes/intern.ts'

const isReadAnnotation = isReadBy(ANNOTATION_SETS)
const kept = trimmer(isReadAnnotation)
const keys = fc.oneof(
  fc.constantFrom(
    ...ANNOTATION_SETS.flatMap(({ definitions, translations, refusals }) => [...Object.values(definitions), ...translations, ...refusals]).map(
      ({ key }) => key,
    ),
  ),
  fc
    .tuple(
      fc.constantFrom('fairlead.dev/', 'local.fairlead.dev/', 'aws.fairlead.dev/', 'service.beta.kubernetes.io/', 'metallb.io/', 'example.com/', ''),
      fc.stringMatching(/^[a-z.-]{1,30}$/),
    )
    .map((parts) => parts.join('')),
)

test.each(ANNOTATION_SETS.map((set) => [set.prefixes.join(' '), set] as const))(
  'what is read, refused or noted is the same before and after trimming: %s',
  (_, set) =>
    fc.assert(
      fc.property(fc.dictionary(keys, fc.constantFrom('', 'x', 'true', '80'), { maxKeys: 6 }), (annotations) => {
        const wire = { metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1', annotations }, spec: {} }
        const trimmed = kept('services', wire, new Interner()).metadata.annotations ?? {}
        const said = (all: Readonly<Record<string, string>>) => {
          const { neutral, options, problems, notes } = readAnnotations(all, [{ port: 80, protocol: 'TCP' }], set)
          return { neutral, options, problems, notes }
        }
        expect(said(trimmed)).toEqual(said(annotations))
      }),
    ),
)
test('the annotations of others that are not about load balancers take no memory', () =>
  expect(['kubectl.kubernetes.io/last-applied-configuration', 'example.com/x'].filter(isReadAnnotation)).toEqual([]))
