/** One Service: how it is, what comes next, its picture and its story. */
import { fill, h } from './dom.js'
import { get, live, subscribe } from './live.js'
import { drawPicture } from './picture.js'
import { card, facts, mono, storyList, tableOf } from './parts.js'
import { badge, HEALTH_LEVELS, moment, plural } from './words.js'

/** Health is asked again so often while the page is seen; the controller asks the cloud no more often than that. */
const HEALTH_MS = 10_000
const GATHER_MS = 500

export function serviceView(container, namespace, name) {
  const key = `${namespace}/${name}`
  const page = h('div', { class: 'page' }, h('p', { class: 'empty' }, 'Reading…'))
  container.replaceChildren(page)
  let [timer, isClosed, uid, shown] = [undefined, false, '', undefined]
  const draw = () => {
    if (shown !== undefined) fill(page, ...sections(shown, Math.round(page.clientWidth - 66)))
  }
  const read = async () => {
    timer = undefined
    const found = await get(`/api/service?namespace=${encodeURIComponent(namespace)}&name=${encodeURIComponent(name)}`).catch(() => null)
    if (isClosed || found === null) return
    shown = found
    uid = found?.uid ?? uid
    if (found === undefined) fill(page, backLink(), h('p', { class: 'empty' }, `There is no Service ${key} of Fairlead.`))
    else draw()
  }
  const readSoon = () => void (timer ??= setTimeout(() => void read(), GATHER_MS))
  const unsubscribe = subscribe((what, data) => {
    if (what === 'rows' && (data === undefined || data.includes(key))) readSoon()
    if (what === 'activity' && data.some(({ owners }) => owners.includes(uid))) readSoon()
  })
  const health = setInterval(() => document.visibilityState === 'visible' && readSoon(), HEALTH_MS)
  const sizes = new ResizeObserver(draw)
  sizes.observe(page)
  void read()
  return () => {
    isClosed = true
    clearTimeout(timer)
    clearInterval(health)
    sizes.disconnect()
    unsubscribe()
  }
}

function backLink() {
  return h('a', { class: 'back', href: '#/', 'data-focus': 'back', 'aria-keyshortcuts': 'Escape' }, '← All Services')
}

function sections(found, width) {
  return [
    h('div', {}, backLink(), h('div', { class: 'title' }, h('h1', {}, `${found.namespace}/${found.name}`), badge(found.state, found.level), factsLine(found))),
    card('Status and what happens next', ...nextOf(found)),
    card('From the address to the backends', drawPicture(found.picture, Math.max(220, width)), healthLine(found), backendTable(found)),
    h(
      'div',
      { class: 'columns' },
      card('Story', storyOf(found)),
      h(
        'div',
        { class: 'page bare' },
        card('Conditions', conditionsOf(found)),
        ...(found.stacks.length === 0 ? [] : [card('Stacks, and what their last turn found', stacksOf(found))]),
      ),
    ),
  ]
}

function factsLine({ provider, className, createdAt }) {
  const parts = [provider, className === '' || className === `fairlead.dev/${provider}` ? '' : className].filter((part) => part !== '')
  return h('span', { class: 'soft small' }, parts.join(', '), createdAt === '' ? '' : ', created ', moment(createdAt))
}

function nextOf({ state, level, message, reason, since, nextAt, problems, notes }) {
  const said = message === '' ? (state === 'Ready' ? 'Served as asked.' : 'Nothing is written about this Service yet.') : message
  const problem = problems.filter((text) => !message.includes(text))
  return [
    h('div', { class: `said ${level}` }, h('p', {}, said)),
    facts([
      ['Reason', reason === '' ? '' : mono(reason)],
      ['Since', moment(since, 'since')],
      ['Next check', nextAt === null ? 'when something changes' : moment(nextAt, 'in')],
    ]),
    ...list('Problems', problem),
    ...list('Notes', notes),
  ]
}

function list(title, texts) {
  return texts.length === 0 ? [] : [h('h2', {}, title), h('ul', { class: 'lines' }, ...texts.map((text) => h('li', {}, text)))]
}

function healthLine({ health, picture }) {
  if (health.kind === 'unknown') return h('p', { class: 'soft small' }, 'The health of targets is not known: ', health.because)
  if (health.kind === 'known' && picture.healthFrom === 'health checks')
    return h('p', { class: 'soft small' }, 'The health checks were asked ', moment(health.at), '.')
  const because =
    live.overview?.isLeader === false ? 'This copy does not hold the Lease, and asks no cloud.' : 'The provider reports no health of these backends now.'
  return h('p', { class: 'soft small' }, because)
}

/** The same as the picture, for those who do not see it. */
function backendTable({ picture }) {
  const rows = picture.listeners.flatMap(({ key, backends }) => backends.map((backend) => [key, backend]))
  if (rows.length === 0) return null
  const health = (backend) => h('span', { class: `state ${HEALTH_LEVELS[backend.health]}` }, h('i', { 'aria-hidden': 'true' }), backend.health)
  return h(
    'details',
    {},
    h('summary', { 'data-focus': 'backends' }, `${plural(rows.length, 'backend')} as a table`),
    tableOf(
      ['Listener', 'Backend', 'Health', 'Node', 'Zone', 'Why'],
      rows.map(([key, backend]) => [mono(key), mono(backend.name), health(backend), mono(backend.node ?? ''), backend.zone ?? '', backend.because]),
    ),
  )
}

function storyOf({ story, conditions, createdAt }) {
  const known = new Set(story.map(({ what }) => what))
  // What a process before this one did is seen by the conditions alone.
  const changes = conditions
    .filter(({ reason }) => !known.has(reason))
    .map(({ type, status, reason, lastTransitionTime }) => ({
      at: lastTransitionTime,
      what: `${type.replace('fairlead.dev/', '')} is ${status}`,
      why: reason,
      level: 'off',
    }))
  const created = createdAt === '' ? [] : [{ at: createdAt, what: 'created', why: 'The Service was created.', level: 'off' }]
  return storyList([...story, ...changes, ...created])
}

function conditionsOf({ conditions }) {
  if (conditions.length === 0) return h('p', { class: 'soft' }, 'None is set yet.')
  return tableOf(
    ['Condition', 'Message'],
    conditions.map(({ type, status, reason, message }) => [
      h('span', {}, mono(type.replace('fairlead.dev/', '')), h('p', { class: 'soft small' }, `${status}, ${reason}`)),
      message,
    ]),
  )
}

function stacksOf({ stacks }) {
  return facts(stacks.map(({ provider, stack, isHome, result }) => [mono(`${provider} ${stack}`), `${isHome ? '' : 'to be left; '}${result}`]))
}
