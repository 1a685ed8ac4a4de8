/** What `fairlead get` prints of rows: a table for people, and a line with the sum. Pure. */
import { escaped } from '../model/text.ts'
import type { ServiceRow } from '../overview/service-row.ts'
import { SERVICE_STATES, type ServiceState } from '../overview/service-state.ts'
import { type Line, line, type Span, styled, wrapped } from './screen/line.ts'
import { columnWidths, tableLines, type TableOptions } from './screen/table.ts'

export interface TableForm {
  /** With a column for the namespace. */
  readonly isOfAll: boolean
  readonly isWide: boolean
  readonly now: Date
  /** Of the terminal; absent: nothing is cut. */
  readonly columns?: number
}

/** Of a watch: a Service that is gone is shown once more. */
export type ShownRow = ServiceRow & { readonly isGone?: true }

interface Column {
  readonly title: string
  /** How wide it usually gets. */
  readonly usual?: number
  readonly cell: (row: ShownRow, form: TableForm) => Span
}

const MOST_PORTS = 4
const MOST_ADDRESSES = 2

const NAMESPACE: Column = { title: 'NAMESPACE', cell: ({ namespace }) => namespace }
const COLUMNS: readonly Column[] = [
  { title: 'NAME', usual: 12, cell: ({ name }) => name },
  { title: 'PROVIDER', cell: ({ provider }) => provider ?? '<none>' },
  { title: 'ADDRESS', usual: 15, cell: addressCell },
  { title: 'PORTS', cell: ({ ports }, { isWide }) => listed(ports, isWide ? ports.length : MOST_PORTS) },
  { title: 'BACKENDS', cell: backendsCell },
  { title: 'STATE', usual: 11, cell: ({ state, level, isGone }) => (isGone === true ? styled('off', 'Deleted') : styled(level, state)) },
  { title: 'SINCE', cell: ({ since }, { now }) => (since === undefined ? '<unknown>' : ageText(now.getTime() - Date.parse(since))) },
]
const REASON: Column = { title: 'REASON', cell: reasonText }
const WIDE: readonly Column[] = [
  { title: 'REASON', cell: ({ reason }) => reason ?? '<none>' },
  { title: 'CLASS', cell: (row) => row.class ?? '<none>' },
  { title: 'STACK', cell: ({ stacks }) => stacks.join(',') || '<none>' },
  { title: 'MESSAGE', cell: ({ detail, message }) => detail || message },
]

function columnsOf({ isOfAll, isWide }: TableForm): readonly Column[] {
  return [...(isOfAll ? [NAMESPACE] : []), ...COLUMNS, ...(isWide ? WIDE : [REASON])]
}

/** `more`: how it fits to another table, which it goes on with. */
export function rowLines(rows: readonly ShownRow[], form: TableForm, more: Pick<TableOptions, 'least' | 'isContinued'> = {}): readonly Line[] {
  const columns = columnsOf(form)
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row, form)))
  const fit = form.columns === undefined || form.isWide ? {} : { columns: form.columns }
  const titles = columns.map(({ title }) => title)
  return tableLines(titles, cells, { ...fit, ...more })
}

/** Of a table that others go on with: wide enough for what usually comes. */
export function watchWidths(rows: readonly ShownRow[], form: TableForm): readonly number[] {
  const columns = columnsOf(form)
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row, form)))
  return columnWidths(
    columns.map(({ title }) => title),
    cells,
    columns.map(({ usual = 0 }) => usual),
  )
}

/** `3 Services: 2 Ready, 1 Failed.` */
export function sumLine(rows: readonly ServiceRow[]): Line {
  const counts = (Object.keys(SERVICE_STATES) as ServiceState[]).flatMap((state): Span[][] => {
    const found = rows.filter((row) => row.state === state)
    return found[0] === undefined ? [] : [[styled(found[0].level, `${found.length} ${state}`)]]
  })
  const parts = counts.flatMap((spans, i) => (i === 0 ? spans : [', ', ...spans]))
  return line(`${rows.length} ${rows.length === 1 ? 'Service' : 'Services'}: `, ...parts, '.')
}

/** Why the list is empty, and what to do. `unclaimed`: names of Services of type LoadBalancer that no provider of ours was named for. */
export function emptyLines(
  where: string | undefined,
  { unclaimed, classes }: { readonly unclaimed: readonly string[]; readonly classes: readonly string[] },
): readonly Line[] {
  const [first] = unclaimed
  const next =
    first === undefined
      ? where === undefined
        ? `Create a Service of type LoadBalancer with spec.loadBalancerClass set to one of ${classes.join(', ')}.`
        : '`fairlead get -A` lists those of all namespaces.'
      : `${unclaimed.length === 1 ? '1 Service of type LoadBalancer has' : `${unclaimed.length} Services of type LoadBalancer have`} no class of Fairlead: ${listed(unclaimed, 3, ', ')}. \`fairlead explain ${first}\` says why.`
  return [wrapped('', where === undefined ? 'Fairlead has no Services in this cluster.' : `Fairlead has no Services in the namespace ${where}.`, ` ${next}`)]
}

function addressCell({ addresses, addressIsPending }: ServiceRow, { isWide }: TableForm): Span {
  if (addresses.length > 0) return listed(addresses, isWide ? addresses.length : MOST_ADDRESSES)
  return addressIsPending ? '<pending>' : '<none>'
}

/** Behind a load balancer: where there is none, there are none. */
function backendsCell({ addresses, backends: { ready, total } }: ServiceRow): Span {
  if (addresses.length === 0) return '-'
  const text = `${ready}/${total}`
  return ready === 0 ? styled('warning', text) : text
}

/** `Invalid: the first sentence of why`; empty where all is well. */
function reasonText({ reason, message, state }: ServiceRow): string {
  if (state === 'Ready' && message === '') return ''
  return [reason, message].filter((part) => part !== undefined && part !== '').join(': ')
}

function listed(texts: readonly string[], most: number, separator = ','): string {
  const shown = texts.slice(0, most).map(escaped).join(separator)
  return texts.length > most ? `${shown}${separator}+${texts.length - most}` : shown
}

/** `45s`, `12m`, `5h`, `3d`: as kubectl shows ages, by the largest unit of which there are two. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
  ] as const
  const [size, unit] = units.find(([each]) => seconds >= 2 * each) ?? [1, 's']
  return `${Math.floor(seconds / size)}${unit}`
}
