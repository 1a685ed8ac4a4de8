/** As much of IAM's decision as our policy uses: one policy, allow alone, and the condition operators in it. */

export interface Call {
  readonly action: string
  /** An ARN. */
  readonly on?: string
  /** Tags that the resource has. */
  readonly resourceTags?: Readonly<Record<string, string>>
  /** Tags that the call brings, or the keys it takes away. */
  readonly requestTags?: Readonly<Record<string, string>>
  /** Other keys of the request's context. */
  readonly context?: Readonly<Record<string, string>>
}

type Values = string | readonly string[]

interface Statement {
  readonly Effect: string
  readonly Action: readonly string[]
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>
}

export function isAllowed(policy: string, call: Call): boolean {
  const { Statement: statements } = JSON.parse(policy) as { readonly Statement: readonly Statement[] }
  return statements.some(
    ({ Effect, Action, Resource, Condition = {} }) =>
      Effect === 'Allow' &&
      Action.includes(call.action) &&
      patternOf(Resource).test(call.on ?? '*') &&
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, valuesOf(key, call), [wanted].flat())),
      ),
  )
}

function holds(operator: string, values: readonly string[], wanted: readonly string[]): boolean {
  switch (operator) {
    case 'StringEquals':
      return values.some((value) => wanted.includes(value))
    case 'Null':
      return (values.length === 0) === (wanted[0] === 'true')
    case 'ForAllValues:StringNotEquals':
      return values.every((value) => !wanted.includes(value))
    default:
      throw new Error(`the policy uses ${operator}, which nobody here knows`)
  }
}

function valuesOf(key: string, { resourceTags = {}, requestTags = {}, context = {} }: Call): readonly string[] {
  if (key === 'aws:TagKeys') return Object.keys(requestTags)
  const [, where, tag = ''] = /^aws:(ResourceTag|RequestTag)\/(.+)$/.exec(key) ?? []
  const value = where === 'ResourceTag' ? resourceTags[tag] : where === 'RequestTag' ? requestTags[tag] : context[key]
  return value === undefined ? [] : [value]
}

function patternOf(resource: string): RegExp {
  return new RegExp(
    `^${resource
      .split('*')
      .map((part) => part.replaceAll(/[^\w:/-]/g, String.raw`\$&`))
      .join('.*')}$`,
  )
}
