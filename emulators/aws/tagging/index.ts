/** Resource Groups Tagging API, version 2017-01-26: who bears which tags, as it was a while ago. */
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal } from '../wire/refusal.ts'

const MOST_PER_PAGE = 100

type Tagged = ReturnType<Region['tagLog']['at']>[number]

export function getResources(region: Region, input: Input): Members {
  const filters = (input.each('TagFilters') ?? []).map((filter) => ({ key: filter.text('Key') ?? '', values: filter.texts('Values') ?? [] }))
  if (filters.some(({ key }) => key === '')) throw invalid('A tag filter must have a key')
  const [types, arns] = [input.texts('ResourceTypeFilters') ?? [], input.texts('ResourceARNList') ?? []]
  if (arns.length > 0 && (types.length > 0 || filters.length > 0)) throw invalid('ResourceARNList cannot be combined with filters')
  const wanted = (one: Tagged): boolean =>
    (types.length === 0 || types.some((type) => isOfType(one.arn, type))) &&
    (arns.length === 0 || arns.includes(one.arn)) &&
    filters.every(({ key, values }) => matches(one, key, values))
  const found = region.tagLog.at(region.clock.now() - region.delays.tagging).filter(wanted)
  const page = pageOf(found, {
    token: input.text('PaginationToken'),
    size: pageSize(input),
    keyOf: ({ arn }) => arn,
    refuses: 'PaginationTokenExpiredException',
  })
  return {
    PaginationToken: page.next ?? '',
    ResourceTagMappingList: page.items.map(({ arn, tags }) => ({ ResourceARN: arn, Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) })),
  }
}

const invalid = (message: string): Refusal => new Refusal('InvalidParameterException', message)

function pageSize(input: Input): number {
  const size = input.number('ResourcesPerPage') ?? MOST_PER_PAGE
  if (size < 1 || size > MOST_PER_PAGE) throw invalid(`ResourcesPerPage must be between 1 and ${MOST_PER_PAGE}, and is ${size}`)
  return size
}

/** `ec2`, `ec2:security-group`, `elasticloadbalancing:loadbalancer`, `elasticloadbalancing:loadbalancer/net`. */
function isOfType(arn: string, type: string): boolean {
  const [, , service = '', , , ...resource] = arn.split(':')
  const [wantedService, wantedResource] = type.split(':')
  return service === wantedService && (wantedResource === undefined || resource.join(':').startsWith(`${wantedResource}/`))
}

function matches({ tags }: Tagged, key: string, values: readonly string[]): boolean {
  const value = tags.get(key)
  return value !== undefined && (values.length === 0 || values.includes(value))
}

export const TAGGING_ACTIONS: Readonly<Record<string, (region: Region, input: Input) => Members>> = { GetResources: getResources }
