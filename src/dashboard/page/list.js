/** The table of all Services: searched, filtered and sorted here, and drawn as far as it is seen, so that ten thousand rows cost as much as twenty. */
import { fill, h } from './dom.js'
import { live, subscribe } from './live.js'
import { servicePath } from './parts.js'
import { badge, LEVELS, moment, number, plural, stateWord } from './words.js'

const COLUMNS = [
  ['name', 'Service', (row) => row.key],
  ['state', 'State', (row) => `${LEVELS.indexOf(row.level)} ${row.state}`],
  ['address', 'Address', (row) => row.addresses[0] ?? ''],
  ['ports', 'Ports', (row) => row.ports[0]?.padStart(12, '0') ?? ''],
  ['backends', 'Backends', (row) => String(row.ready).padStart(6, '0')],
  ['message', 'Message', (row) => row.message],
  ['since', 'Since', (row) => row.since],
]
const MOST_BEYOND = 8
const AGAIN_MS = 400

/** Kept while other views are shown. */
const asked = { text: '', state: '', provider: '', namespace: '', sort: 'name', isDown: false, top: 0, focused: '' }

export function listView(container) {
  container.classList.add('fills')
  const view = new List(container)
  return () => {
    view.close()
    container.classList.remove('fills')
  }
}

class List {
  #shown = []
  #elements = new Map()
  #timer
  #computedAt = 0
  #frame
  #unsubscribe

  constructor(container) {
    this.chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Filter by state' })
    this.search = h('input', {
      type: 'search',
      id: 'search',
      placeholder: 'Search name, address, port or message',
      'aria-label': 'Search Services',
      'aria-keyshortcuts': '/',
      autocomplete: 'off',
      spellcheck: 'false',
      on: { input: () => this.#ask({ text: this.search.value }) },
    })
    this.search.value = asked.text
    this.namespaces = this.#select('namespace', 'Namespace')
    this.providers = this.#select('provider', 'Provider')
    this.count = h('p', { class: 'count soft small', role: 'status' })
    this.head = h('div', { class: 'head', role: 'row', 'aria-rowindex': '1' })
    this.spacer = h('div', { class: 'spacer', role: 'rowgroup' })
    this.viewport = h(
      'div',
      { class: 'viewport', role: 'presentation', on: { scroll: () => this.#drawSoon(), keydown: (event) => this.#onKey(event) } },
      this.spacer,
    )
    this.empty = h('p', { class: 'empty', hidden: true })
    this.table = h('div', { class: 'table', role: 'table', 'aria-label': 'Services' }, this.head, this.empty, this.viewport)
    container.replaceChildren(h('div', { class: 'tools' }, this.search, this.namespaces, this.providers, this.chips, this.count), this.table)
    this.#unsubscribe = subscribe((what, keys) => {
      if (what === 'rows') this.#onRows(keys)
    })
    this.sizes = new ResizeObserver(() => this.#draw())
    this.sizes.observe(this.viewport)
    this.#compute()
    this.viewport.scrollTop = asked.top
    this.#draw()
    if (asked.focused !== '') this.#focus(this.#shown.findIndex((row) => row.key === asked.focused))
  }

  close() {
    asked.top = this.viewport.scrollTop
    clearTimeout(this.#timer)
    cancelAnimationFrame(this.#frame)
    this.sizes.disconnect()
    this.#unsubscribe()
  }

  #select(name, label) {
    return h('select', { 'aria-label': label, on: { change: ({ target }) => this.#ask({ [name]: target.value }) } })
  }

  #ask(change) {
    Object.assign(asked, change)
    this.viewport.scrollTop = 0
    this.#compute()
  }

  /** Rows that are seen change at once; their order, and who is among them, a little later and not with each change. */
  #onRows(keys) {
    for (const key of keys ?? this.#elements.keys()) this.#renew(key)
    if (this.#timer !== undefined) return
    const wait = keys === undefined ? 0 : Math.max(0, this.#computedAt + AGAIN_MS - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#compute()
    }, wait)
  }

  #renew(key) {
    const [element, row] = [this.#elements.get(key), live.rows.get(key)]
    if (element === undefined || row === undefined) return
    const next = rowElement(row)
    next.style.transform = element.style.transform
    next.setAttribute('aria-rowindex', element.getAttribute('aria-rowindex'))
    const isFocused = element.contains(document.activeElement)
    element.replaceWith(next)
    this.#elements.set(key, next)
    if (isFocused) next.querySelector('a').focus({ preventScroll: true })
  }

  #compute() {
    const rows = [...live.rows.values()]
    this.#drawTools(rows)
    const [, , valueOf] = COLUMNS.find(([name]) => name === asked.sort)
    const text = asked.text.trim().toLowerCase()
    const kept = rows.filter((row) => isAsked(row, text))
    const factor = asked.isDown ? -1 : 1
    const sorted = kept.map((row) => [valueOf(row), row]).toSorted(([a, one], [b, other]) => factor * (order(a, b) || order(one.key, other.key)))
    this.#shown = sorted.map(([, row]) => row)
    this.#computedAt = performance.now()
    const isAll = this.#shown.length === rows.length
    this.count.textContent =
      live.isListRead || rows.length > 0 ? (isAll ? plural(rows.length, 'Service') : `${number(this.#shown.length)} of ${plural(rows.length, 'Service')}`) : ''
    this.table.setAttribute('aria-rowcount', String(this.#shown.length + 1))
    this.empty.hidden = this.#shown.length > 0
    this.viewport.hidden = this.#shown.length === 0
    this.empty.textContent =
      !live.isListRead && rows.length === 0
        ? 'Reading the Services…'
        : isAll
          ? 'There are no Services of Fairlead in this cluster yet.'
          : 'No Service is like this. Escape clears the search.'
    this.#draw()
  }

  #drawTools(rows) {
    const states = new Map()
    for (const { state, level } of rows) states.set(state, { level: states.get(state)?.level ?? level, count: (states.get(state)?.count ?? 0) + 1 })
    if (asked.state !== '' && !states.has(asked.state)) states.set(asked.state, { level: 'off', count: 0 })
    const ranked = [...states].toSorted(([a, one], [b, other]) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level) || (a < b ? -1 : 1))
    fillChips(this.chips, ranked, (state) => this.#ask({ state: asked.state === state ? '' : state }))
    fillSelect(this.namespaces, 'All namespaces', new Set(rows.map(({ namespace }) => namespace)), asked.namespace)
    fillSelect(this.providers, 'All providers', new Set(rows.map(({ provider }) => provider)), asked.provider)
    const heads = COLUMNS.map(([name, title]) =>
      h(
        'span',
        { role: 'columnheader', 'aria-sort': asked.sort === name ? (asked.isDown ? 'descending' : 'ascending') : 'none' },
        h('button', { type: 'button', 'data-focus': name }, title),
      ),
    )
    if (fill(this.head, ...heads))
      for (const button of this.head.querySelectorAll('button')) button.addEventListener('click', () => this.#sort(button.dataset.focus))
  }

  #sort(name) {
    this.#ask({ sort: name, isDown: asked.sort === name && !asked.isDown })
  }

  /** Of several movements of the wheel before the next frame, the last counts. */
  #drawSoon() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      this.#draw()
    })
  }

  /** Only rows that are seen are elements; one that has the focus stays. */
  #draw() {
    const height = rowHeight()
    this.spacer.style.height = `${this.#shown.length * height}px`
    const first = Math.max(0, Math.floor(this.viewport.scrollTop / height) - MOST_BEYOND)
    const last = Math.min(this.#shown.length, Math.ceil((this.viewport.scrollTop + this.viewport.clientHeight) / height) + MOST_BEYOND)
    const focusedKey = this.spacer.contains(document.activeElement) ? document.activeElement.closest('.row')?.dataset.key : undefined
    const kept = new Set()
    for (let i = first; i < last; i += 1) this.#place(this.#shown[i], i, height, kept)
    for (const [key, element] of this.#elements) {
      if (kept.has(key) || key === focusedKey) continue
      element.remove()
      this.#elements.delete(key)
    }
  }

  #place(row, i, height, kept) {
    const { key } = row
    kept.add(key)
    const known = this.#elements.get(key)
    const element = known ?? rowElement(row)
    element.style.transform = `translateY(${i * height}px)`
    element.setAttribute('aria-rowindex', String(i + 2))
    if (known !== undefined) return
    this.#elements.set(key, element)
    this.spacer.append(element)
  }

  #onKey(event) {
    const key = event.target.closest('.row')?.dataset.key
    const at = this.#shown.findIndex((row) => row.key === key)
    const page = Math.max(1, Math.floor(this.viewport.clientHeight / rowHeight()) - 1)
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.#shown.length - 1 }
    const to = moves[event.key]
    if (to === undefined || at === -1) return
    event.preventDefault()
    this.#focus(to)
  }

  #focus(index) {
    const at = Math.min(this.#shown.length - 1, Math.max(0, index))
    if (index < -1 || this.#shown.length === 0) return
    const height = rowHeight()
    const { scrollTop, clientHeight } = this.viewport
    if (at * height < scrollTop) this.viewport.scrollTop = at * height
    else if ((at + 1) * height > scrollTop + clientHeight) this.viewport.scrollTop = (at + 1) * height - clientHeight
    this.#draw()
    asked.focused = this.#shown[at].key
    this.#elements.get(asked.focused)?.querySelector('a').focus({ preventScroll: true })
  }
}

function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}

/** As in page.css. */
function rowHeight() {
  return matchMedia('(max-width: 760px)').matches ? 78 : 38
}

function isAsked(row, text) {
  if (asked.state !== '' && row.state !== asked.state) return false
  if (asked.namespace !== '' && row.namespace !== asked.namespace) return false
  if (asked.provider !== '' && row.provider !== asked.provider) return false
  if (text === '') return true
  row.words ??= [row.key, row.state, stateWord(row.state), row.reason, row.provider, row.message, ...row.addresses, ...row.ports].join('\n').toLowerCase()
  return row.words.includes(text)
}

function fillChips(element, states, choose) {
  const chips = states.map(([state, { level, count }]) =>
    h(
      'button',
      { type: 'button', class: `chip ${level}`, 'aria-pressed': String(asked.state === state), 'data-focus': state },
      h('i', { class: 'dot', 'aria-hidden': 'true' }),
      stateWord(state),
      h('b', {}, number(count)),
    ),
  )
  if (fill(element, ...chips)) for (const chip of element.querySelectorAll('button')) chip.addEventListener('click', () => choose(chip.dataset.focus))
}

function fillSelect(select, all, values, chosen) {
  const options = [...values].filter((value) => value !== '').toSorted((a, b) => (a < b ? -1 : 1))
  if (chosen !== '' && !values.has(chosen)) options.push(chosen)
  if (fill(select, h('option', { value: '' }, all), ...options.map((value) => h('option', { value }, value)))) select.value = chosen
}

function rowElement(row) {
  const { key, namespace, name, state, level, addresses, ports, morePorts, ready, total, message, since } = row
  const cell = (column, properties, ...children) => h('span', { role: 'cell', 'data-column': column, ...properties }, ...children)
  const link = h(
    'a',
    { href: servicePath(row), class: 'mono', on: { focus: () => void (asked.focused = key) } },
    h('span', { class: 'ns' }, `${namespace}/`),
    name,
  )
  const portsText = `${ports.join(', ')}${morePorts === 0 ? '' : ` and ${morePorts} more`}`
  const isServed = addresses.length > 0
  const backendsText = isServed ? `${ready} of ${total} backends are ready` : 'there is no load balancer'
  const open = (event) => {
    if (event.target.closest('a') === null && getSelection().isCollapsed) link.click()
  }
  return h(
    'div',
    { class: 'row', role: 'row', 'data-key': key, on: { click: open } },
    cell('name', { title: key }, link),
    cell('state', {}, badge(state, level)),
    cell('address', { class: 'mono', title: addresses.join(', ') }, addresses.join(', ') || h('span', { class: 'soft' }, 'none')),
    cell('ports', { class: 'mono', title: portsText }, portsText),
    cell(
      'backends',
      { class: `number${isServed && (ready === 0 || ready < total) ? ' lacking' : ''}`, title: backendsText },
      isServed ? `${ready} of ${total}` : '–',
    ),
    cell('message', { class: 'soft', title: message }, message),
    cell('since', { class: 'soft small' }, moment(since, 'since')),
  )
}

/** Escape clears what is asked. Answers whether there was something. */
export function clearAsked() {
  if (asked.text === '' && asked.state === '' && asked.namespace === '' && asked.provider === '') return false
  Object.assign(asked, { text: '', state: '', namespace: '', provider: '' })
  return true
}
