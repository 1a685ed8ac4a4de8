/** What a service answers, before it is written as XML or JSON. Members have the names they bear on the wire; undefined ones are left out. */

export type Output = string | number | boolean | Date | undefined | readonly Output[] | { readonly [name: string]: Output }

export interface Members {
  readonly [name: string]: Output
}

/** XML of the members. `item` is what stands around each item of a list: `member` in ELBv2, `item` in EC2. */
export function xmlOf(members: Members, item: 'member' | 'item'): string {
  return Object.entries(members)
    .map(([name, value]) => element(name, value, item))
    .join('')
}

function element(name: string, value: Output, item: 'member' | 'item'): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return `<${name}>${value.map((one: Output) => element(item, one, item)).join('')}</${name}>`
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`
  if (typeof value === 'object') return `<${name}>${xmlOf(value as Members, item)}</${name}>`
  return `<${name}>${escape(String(value))}</${name}>`
}

export function escape(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}
