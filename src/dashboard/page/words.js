/** How times, numbers and states are written. */
import { h } from './dom.js'

const NUMBERS = new Intl.NumberFormat('en')
const ABSOLUTE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
]

export function number(value) {
  return NUMBERS.format(value)
}

export function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `3 min`, to one unit. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(Math.abs(ms) / 1_000))
  const [unit, of] = UNITS.find(([, size]) => seconds >= size) ?? ['s', 1]
  return `${Math.floor(seconds / of)} ${unit}`
}

export function duration(ms) {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/** A moment, relative to now, with the exact one in the title. Empty where it is not known. `kind`: `ago`, `since` or `in`. */
export function moment(at, kind = 'ago') {
  const date = new Date(at)
  if (at === '' || at === null || Number.isNaN(date.getTime())) return ''
  return h('time', { datetime: date.toISOString(), title: ABSOLUTE.format(date), 'data-kind': kind }, relative(date, kind))
}

function relative(date, kind) {
  const ms = Date.now() - date.getTime()
  if (kind === 'in') return ms >= 0 ? 'now' : `in ${span(ms)}`
  if (kind === 'since') return span(ms)
  return Math.abs(ms) < 5_000 ? 'just now' : `${span(ms)} ago`
}

/** Writes all moments of the page anew. */
export function refreshMoments() {
  for (const element of document.querySelectorAll('time[data-kind]')) {
    const text = relative(new Date(element.dateTime), element.dataset.kind)
    if (element.textContent !== text) element.textContent = text
  }
}

const STATE_WORDS = { NotManaged: 'Not managed', PlanOnly: 'Plan only' }
export const LEVELS = ['bad', 'warning', 'busy', 'off', 'good']

export function stateWord(state) {
  return STATE_WORDS[state] ?? state
}

export function badge(state, level) {
  return h('span', { class: `state ${level}` }, h('i', { 'aria-hidden': 'true' }), stateWord(state))
}

export const HEALTH_LEVELS = { healthy: 'good', ready: 'good', initial: 'busy', draining: 'off', unhealthy: 'bad' }
