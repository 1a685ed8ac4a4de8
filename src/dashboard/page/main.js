/** Which view is shown, what the keys do, and what is said of the connection. */
import { h } from './dom.js'
import { clearAsked, listView } from './list.js'
import { connect, live, signIn, subscribe } from './live.js'
import { activityView, controllerView } from './overview.js'
import { serviceView } from './service.js'
import { refreshMoments } from './words.js'

const content = document.getElementById('content')
const standing = document.getElementById('standing')
const banner = document.getElementById('banner')
const TITLES = { '': 'Services', activity: 'Activity', controller: 'Controller' }

let close = () => {}

function show() {
  close()
  close = () => {}
  const [page = '', namespace = '', name = ''] = location.hash.replace(/^#\//, '').split('/').map(decoded)
  for (const link of document.querySelectorAll('.top nav a')) {
    const isHere = link.getAttribute('href') === (page === 'service' ? '#/' : `#/${page}`)
    if (isHere) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  document.title = `${page === 'service' ? `${namespace}/${name}` : (TITLES[page] ?? 'Services')} · Fairlead`
  content.scrollTop = 0
  if (live.needsToken) close = tokenView(content)
  else if (page === 'service') close = serviceView(content, namespace, name)
  else if (page === 'activity') close = activityView(content)
  else if (page === 'controller') close = controllerView(content)
  else close = listView(content)
}

function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function tokenView(container) {
  const input = h('input', { type: 'password', id: 'token', autocomplete: 'off', required: true })
  const problem = h('p', { class: 'said bad', role: 'alert', hidden: live.problem === '' }, live.problem)
  const submit = async (event) => {
    event.preventDefault()
    const status = await signIn(input.value.trim()).catch(() => 0)
    const texts = {
      401: 'This token is not accepted.',
      403: 'The user of this token may not list Services in all namespaces.',
      429: 'Too many tokens are checked. Try again in a second.',
    }
    problem.hidden = status < 400 && status !== 0
    problem.textContent = problem.hidden ? '' : (texts[status] ?? 'The controller did not check the token. Try again.')
  }
  const form = h(
    'form',
    { on: { submit } },
    h('h1', {}, 'A token is needed'),
    h('p', { class: 'soft' }, 'The token of the dashboard, or the bearer token of a user of the cluster who may list Services in all namespaces.'),
    h('label', { for: 'token' }, 'Token'),
    input,
    problem,
    h('button', { type: 'submit' }, 'Show the dashboard'),
  )
  container.replaceChildren(h('div', { class: 'page login' }, h('section', { class: 'card' }, form)))
  input.focus()
  return () => {}
}

let wasAsked = false

function sayStanding() {
  const { isConnected, needsToken, overview } = live
  const role = overview === undefined ? '' : overview.isLeader ? ', holds the Lease' : ', does not hold the Lease'
  standing.textContent = needsToken ? 'not signed in' : isConnected ? `live${role}` : 'not connected; trying again'
  standing.classList.toggle('lost', !isConnected)
  const isOther = overview !== undefined && !overview.isLeader
  const holder = overview?.holder === null || overview?.holder === undefined ? 'Another copy' : `The copy ${overview.holder}`
  const text = isOther ? `${holder} holds the Lease and works. This one shows what the cluster says; steps, budgets and health are known to the other.` : ''
  banner.hidden = text === ''
  if (banner.textContent !== text) banner.textContent = text
  if (wasAsked !== needsToken) {
    wasAsked = needsToken
    show()
  }
}

addEventListener('hashchange', show)
addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
  if (event.key === 'Escape') {
    if (location.hash.startsWith('#/service/')) location.hash = '#/'
    else if (document.getElementById('search') !== null && clearAsked()) show()
  } else if (event.key === '/' && !isTyping && document.getElementById('search') !== null) {
    event.preventDefault()
    document.getElementById('search').focus()
  }
})
subscribe((what) => {
  if (what === 'connection' || what === 'overview') sayStanding()
})
setInterval(refreshMoments, 1_000)
sayStanding()
show()
connect()
