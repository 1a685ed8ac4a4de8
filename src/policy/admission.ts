/**
 * A policy as Kubernetes enforces it at `kubectl apply`: a ValidatingAdmissionPolicy (CEL) and its binding for each provider, from the same rules and with the
 * same words as the controller's refusals.
 */
import type { AnnotationSet, DefaultScheme, Sign } from '../../annotations/define.ts'
import { classOf, defaultsAnnotationOf, finalizerOf } from '../model/names.ts'
import { emptyUnder, fieldsFor, keysIn, keysThatSay, sentence, type Variable } from './admission-parts.ts'
import { rangeValidations, rangeVariables } from './admission-ranges.ts'
import { all, among, any, isKey, isSpelled, list, selects, text, textOf } from './cel.ts'
import { type Policy, type PolicyRule, usesLabels } from './policy.ts'
import { ADDRESS_POOL, defaultNotAllowed, forbidden, notAmongAllowed, SCHEME, valueNotAllowed } from './refusals.ts'
import { type Spelling, spellingsOf } from './spellings.ts'

export interface AdmissionOptions {
  readonly provider: string
  /** Whether the provider serves Services without a class. */
  readonly defaultClass: boolean
  readonly defaultScheme: string
  /** The neutral vocabulary, and the provider's own annotations. */
  readonly sets: readonly AnnotationSet<unknown>[]
  /** The provider takes addresses from pools, and the policy may limit which. */
  readonly hasAddressPools?: boolean
}

export interface Admission {
  readonly documents: readonly object[]
  /** What only the controller checks, a sentence each. */
  readonly notes: readonly string[]
}

export function admissionOf(policy: Policy, options: AdmissionOptions): Admission {
  const { provider } = options
  const name = `fairlead-policy-${provider}`
  const validations = policy.rules.flatMap((rule, i) => validationsOf(policy, rule, i, options))
  const metadata = { name, labels: { 'app.kubernetes.io/name': 'fairlead', 'app.kubernetes.io/component': 'policy' } }
  const kind = 'ValidatingAdmissionPolicy'
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const notes = notesOf(policy, options)
  if (validations.length === 0) return { documents: [], notes: [...notes, `For the provider ${provider} there is nothing to check at admission.`] }
  return {
    documents: [
      {
        apiVersion,
        kind,
        metadata,
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['services'] }] },
          matchConditions: matchConditions(options),
          variables: variablesOf(policy, options),
          validations,
        },
      },
      { apiVersion, kind: `${kind}Binding`, metadata, spec: { policyName: name, validationActions: ['Deny'] } },
    ],
    notes,
  }
}

/** An update that changes neither spec nor annotations is let through, also of a Service that a later rule forbids. */
function matchConditions({ provider, defaultClass }: AdmissionOptions): readonly object[] {
  const classes = [...(defaultClass ? [''] : []), classOf(provider)]
  const annotations = (object: string): string => `${object}.metadata.?annotations.orValue({})`
  return [
    { name: 'load-balancer', expression: 'object.spec.?type.orValue("ClusterIP") == "LoadBalancer"' },
    { name: 'class', expression: `object.spec.?loadBalancerClass.orValue("") in ${list(classes)}` },
    { name: 'not-deleting', expression: '!has(object.metadata.deletionTimestamp)' },
    {
      name: 'changed',
      expression: any(['request.operation == "CREATE"', 'object.spec != oldObject.spec', `${annotations('object')} != ${annotations('oldObject')}`]),
    },
  ]
}

function variablesOf(policy: Policy, options: AdmissionOptions): readonly Variable[] {
  const { rules } = policy
  return [
    { name: 'annotations', expression: 'object.metadata.?annotations.orValue({})' },
    ...(usesLabels(policy) ? [{ name: 'labels', expression: 'namespaceObject.metadata.?labels.orValue({})' }] : []),
    ...rules.map(({ namespaces }, i) => ({ name: `rule${i}`, expression: selects(namespaces) })),
    ...rules.flatMap((rule, i) => offenders(rule, i, options)),
    ...rangeVariables(policy, options),
    ...(rules.some(({ allowedValues }) => allowedValues?.[SCHEME] !== undefined)
      ? [
          { name: 'saysScheme', expression: `variables.annotations.exists(k, ${isSpelled(spellingsOf(SCHEME, options.sets))})` },
          { name: 'defaultScheme', expression: defaultSchemeOf(rules, options) },
        ]
      : []),
  ]
}

/** The annotations, and fields of the spec, that a rule refuses: a variable for each of its parts. */
function offenders(rule: PolicyRule, i: number, { sets }: AdmissionOptions): readonly Variable[] {
  const { allowedAnnotations, forbiddenAnnotations, allowedValues = {} } = rule
  const known = sets.flatMap(({ definitions }) => Object.values(definitions).map(({ key }) => key))
  const keys = (name: string, means: readonly string[]): readonly Variable[] => [{ name, expression: keysThatSay(means, sets) }]
  return [
    ...(allowedAnnotations === undefined
      ? []
      : keys(
          `others${i}`,
          known.filter((key) => !allowedAnnotations.keys.has(key)),
        )),
    ...(forbiddenAnnotations === undefined
      ? []
      : keys(
          `forbidden${i}`,
          known.filter((key) => forbiddenAnnotations.keys.has(key)),
        )),
    ...Object.entries(allowedValues).flatMap(([means, allowed], j): Variable[] => {
      if (!known.includes(means)) return []
      const readable = spellingsOf(means, sets).filter(isReadable)
      const items = `(${textOf(readable, fieldsFor([means]))}).split(",").map(item, item.trim())`
      return [
        { name: `said${i}x${j}`, expression: keysIn(readable, [means]) },
        { name: `wrong${i}x${j}`, expression: `variables.said${i}x${j}.filter(k, !${items}.all(item, ${among('item', allowed)}))` },
        {
          name: `item${i}x${j}`,
          expression: `variables.wrong${i}x${j}.size() == 0 ? "" : [variables.wrong${i}x${j}.min()].map(k, ${items}.filter(item, !(${among('item', allowed)}))[0])[0]`,
        },
      ]
    }),
  ]
}

function isReadable({ how }: Spelling): boolean {
  return how.kind !== 'translated' && (how.kind !== 'pair' || how.isText)
}

function validationsOf(policy: Policy, rule: PolicyRule, i: number, { sets }: AdmissionOptions): readonly object[] {
  const { allowedAnnotations, forbiddenAnnotations, allowedValues = {} } = rule
  const known = new Set(sets.flatMap(({ definitions }) => Object.values(definitions).map(({ key }) => key)))
  const none = (name: string, message: string): object => emptyUnder(`rule${i}`, name, message)
  return [
    ...(allowedAnnotations === undefined ? [] : [none(`others${i}`, sentence(`variables.others${i}.min()`, undefined, notAmongAllowed(policy, rule)))]),
    ...(forbiddenAnnotations === undefined ? [] : [none(`forbidden${i}`, sentence(`variables.forbidden${i}.min()`, undefined, forbidden(policy, rule)))]),
    ...Object.entries(allowedValues).flatMap(([means, allowed], j) =>
      known.has(means)
        ? [none(`wrong${i}x${j}`, sentence(`variables.wrong${i}x${j}.min()`, `variables.item${i}x${j}`, valueNotAllowed(policy, rule, allowed)))]
        : [],
    ),
    ...(allowedValues[SCHEME] === undefined
      ? []
      : [
          {
            expression: any([`!variables.rule${i}`, 'variables.saysScheme', among('variables.defaultScheme', allowedValues[SCHEME])]),
            messageExpression: sentence(text(SCHEME), 'variables.defaultScheme', defaultNotAllowed(policy, rule, allowedValues[SCHEME])),
            reason: 'Forbidden',
          },
        ]),
    ...rangeValidations(policy, rule, i),
  ]
}

/** What holds where no annotation says a scheme: what was kept on the Service, else the policy's default, else another controller's, else the setting. */
function defaultSchemeOf(rules: readonly PolicyRule[], { provider, defaultScheme, sets }: AdmissionOptions): string {
  const key = text(defaultsAnnotationOf(provider))
  const word = `${SCHEME}=`
  const isHeld = `${text(finalizerOf(provider))} in object.metadata.?finalizers.orValue([])`
  const pairs = `variables.annotations[?${key}].orValue("").split(",").map(p, p.trim()).filter(p, p.startsWith(${text(word)}))`
  const cases = [
    [all([isHeld, `${pairs}.size() > 0`]), `${pairs}[0].substring(${word.length})`] as const,
    ...rules.flatMap(({ defaults }, i) => (defaults?.[SCHEME] === undefined ? [] : [[`!(${isHeld}) && variables.rule${i}`, text(defaults[SCHEME])] as const])),
    ...sets.flatMap(({ defaultSchemes }) => defaultSchemes.map((found) => [isSigned(found), text(found.scheme)] as const)),
  ]
  return cases.reduceRight((otherwise, [condition, scheme]) => `(${condition}) ? ${scheme} : ${otherwise}`, text(defaultScheme))
}

function isSigned({ signs }: DefaultScheme): string {
  return any(signs.map(signed))
}

function signed({ key, values }: Sign): string {
  const isThere = key.endsWith('*') ? `k.startsWith(${text(key.slice(0, -1))})` : isKey({ key })
  return `variables.annotations.exists(k, ${all([isThere, ...(values === undefined ? [] : [`variables.annotations[k].trim() in ${list(values)}`])])})`
}

function notesOf({ rules }: Policy, { sets, hasAddressPools = false }: AdmissionOptions): readonly string[] {
  const counts = rules.filter(({ maxServices }) => maxServices !== undefined).map(({ name }) => name)
  const pools = rules.filter(({ allowedValues }) => allowedValues?.[ADDRESS_POOL] !== undefined).map(({ name }) => name)
  const unread = rules.flatMap(({ name, allowedValues = {} }) =>
    Object.keys(allowedValues).flatMap((means) =>
      spellingsOf(means, sets)
        .filter((spelling) => !isReadable(spelling))
        .map(({ key }) => `${key} (rule ${JSON.stringify(name)})`),
    ),
  )
  const only = (what: string): string => `Only the controller checks ${what}.`
  return [
    ...(counts.length === 0 ? [] : [only(`how many Services a namespace has (rules: ${counts.join(', ')})`)]),
    ...(pools.length === 0 || !hasAddressPools
      ? []
      : [only(`from which pool an address comes that a Service does not name, or names itself (rules: ${pools.join(', ')})`)]),
    ...(unread.length === 0 ? [] : [only(`the values of these annotations: ${[...new Set(unread)].join(', ')}`)]),
  ]
}
