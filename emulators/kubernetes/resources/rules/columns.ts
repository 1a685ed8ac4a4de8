/** The columns that kinds share, and how the API server writes ages and selectors into cells. */
import type { ApiObject, Column } from '../../resource.ts'

export const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', priority: 0, cell: (object) => object.metadata.name }

export const ageColumn: Column = { name: 'Age', type: 'string', priority: 0, cell: (object, now) => age(object.metadata.creationTimestamp, now) }

export const textColumn = (name: string, priority: 0 | 1, cell: (object: ApiObject, now: Date) => string | number): Column => ({
  name,
  type: 'string',
  priority,
  cell,
})

export const numberColumn = (name: string, cell: (object: ApiObject) => number): Column => ({ name, type: 'integer', priority: 0, cell })

/** `a=1,b=2` in the order of the keys; `<none>` when there is none. */
export function pairs(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0 ? '<none>' : entries.map(([key, value]) => `${key}=${value}`).join(',')
}

/** Up to three of a list, and how many more there are. */
export function firstThree(items: readonly string[]): string {
  if (items.length === 0) return '<unset>'
  const shown = items.slice(0, 3).join(',')
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown
}

/** How long ago: `47s`, `3m20s`, `5h`, `4d6h`, in two units at the most. */
export function age(timestamp: string | null | undefined, now: Date): string {
  if (timestamp === undefined || timestamp === null || timestamp === '') return '<unknown>'
  const seconds = Math.trunc((now.getTime() - Date.parse(timestamp)) / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)]
  if (seconds < 120) return `${seconds}s`
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  if (hours < 192) return two(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  const years = Math.floor(days / 365)
  return days < 2920 ? two(years, 'y', days % 365, 'd') : `${years}y`
}

const two = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
