/** What several views are made of: cards, terms with values, tables, and the story of what happened. */
import { h } from './dom.js'
import { duration, moment, number } from './words.js'

export function card(title, ...children) {
  return h('section', { class: 'card' }, h('h2', {}, title), ...children)
}

/** Terms with their values; those that are empty are left out. */
export function facts(pairs) {
  return h('dl', {}, ...pairs.flatMap(([term, value]) => (value === null || value === '' ? [] : [h('dt', {}, term), h('dd', {}, value)])))
}

export function mono(text) {
  return h('span', { class: 'mono' }, text)
}

/** On a narrow screen each row becomes a card, where every cell says what it is. */
export function tableOf(titles, rows, numbers = []) {
  const kind = (i) => (numbers.includes(i) ? 'number' : null)
  return h(
    'table',
    { class: 'folds' },
    h('thead', {}, h('tr', {}, ...titles.map((title, i) => h('th', { scope: 'col', class: kind(i) }, title)))),
    h(
      'tbody',
      {},
      ...rows.map((cells) => h('tr', {}, ...cells.map((cell, i) => (cell === '' ? h('td', {}) : h('td', { class: kind(i), 'data-label': titles[i] }, cell))))),
    ),
  )
}

const KINDS = {
  applied: ['applied', 'good'],
  refused: ['refused', 'bad'],
  failed: ['failed', 'warning'],
  held: ['held back', 'off'],
  stopped: ['stopped', 'warning'],
  repaired: ['drift corrected', 'busy'],
  event: ['', 'good'],
}

/** Entries of the activity, and other moments with a level of their own; the newest first. */
/** `isNamed`: entries say which Service they are about. */
export function storyList(entries, isNamed = false) {
  if (entries.length === 0) return h('p', { class: 'soft' }, 'Nothing has happened since this process started.')
  const sorted = entries.toSorted((a, b) => new Date(b.at).getTime() - new Date(a.at).getTime() || (b.id ?? 0) - (a.id ?? 0))
  return h('ol', { class: 'story' }, ...sorted.map((entry) => storyItem(entry, isNamed ? serviceOf(entry) : [])))
}

function serviceOf({ service, owners, moreOwners }) {
  if (service === undefined) return []
  const [namespace, name] = service.split('/')
  const others = owners.length - 1 + moreOwners
  const more = others === 0 ? '' : ` and ${number(others)} more`
  return [h('a', { class: 'mono', href: servicePath({ namespace, name }) }, service), more, ' ']
}

/** The address of the page of one Service. */
export function servicePath({ namespace, name }) {
  return `#/service/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`
}

function storyItem({ kind, what, why, at, firstAt, count = 1, durationMs, isWarning, level }, names) {
  const [word, usual] = KINDS[kind] ?? ['', 'off']
  const tone = level ?? (kind === 'event' && isWarning ? 'warning' : usual)
  const said = [durationMs === undefined ? '' : `took ${duration(durationMs)}`, count > 1 ? `${count} times since` : ''].filter((text) => text !== '')
  return h(
    'li',
    { class: tone },
    moment(at),
    h('span', { class: 'line' }, h('i', { class: 'dot', 'aria-hidden': 'true' })),
    h(
      'div',
      {},
      h('p', {}, ...names, word === '' ? '' : `${word}: `, h('span', { class: 'mono' }, what)),
      h(
        'p',
        { class: 'soft small' },
        why,
        said.length === 0 ? '' : ` (${said.join(', ')}`,
        count > 1 ? ' ' : '',
        count > 1 ? moment(firstAt, 'ago') : '',
        said.length === 0 ? '' : ')',
      ),
    ),
  )
}
