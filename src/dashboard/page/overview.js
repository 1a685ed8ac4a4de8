/** The controller as a whole, and what happened lately. */
import { fill, h } from './dom.js'
import { get, live, subscribe } from './live.js'
import { card, facts, mono, storyList, tableOf } from './parts.js'
import { duration, moment, number, plural } from './words.js'

const MOST_SHOWN = 200

export function activityView(container) {
  const page = h('div', { class: 'page' })
  container.replaceChildren(page)
  let entries = []
  const draw = () =>
    fill(
      page,
      h(
        'section',
        { class: 'card' },
        h('h1', {}, 'Activity'),
        h('p', { class: 'soft small' }, 'What this process did since it started, the newest first. Older entries leave when there are too many.'),
        storyList(entries, true),
      ),
    )
  const read = async () => {
    entries = (await get('/api/activity').catch(() => undefined)) ?? entries
    draw()
  }
  void read()
  return subscribe((what, data) => {
    if (what === 'connection' && live.isConnected) void read()
    if (what !== 'activity') return
    const ids = new Set(data.map(keyOf))
    entries = [...data, ...entries.filter((entry) => !ids.has(keyOf(entry)))].slice(0, MOST_SHOWN)
    draw()
  })
}

function keyOf({ kind, what, why, owners }) {
  return JSON.stringify([kind, what, why, owners[0]])
}

export function controllerView(container) {
  const page = h('div', { class: 'page' })
  container.replaceChildren(page)
  let [orphans, known] = [undefined, undefined]
  const draw = () => {
    if (live.overview === undefined) fill(page, h('p', { class: 'empty' }, 'Reading…'))
    else fill(page, processCard(live.overview), ...live.overview.providers.map(providerCard), callsCard(live.overview), orphansCard(orphans))
  }
  const readOrphans = async () => {
    orphans = await get('/api/orphans').catch(() => undefined)
    draw()
  }
  const update = () => {
    draw()
    const { orphans: count, isLeader } = live.overview ?? {}
    const now = `${count} ${isLeader}`
    if (live.overview !== undefined && now !== known) void readOrphans()
    known = now
  }
  update()
  return subscribe((what) => what === 'overview' && update())
}

function processCard({ version, clusterId, startedAt, isLeader, holder, isDryRun, providers }) {
  const holds = isLeader ? 'this copy holds it and works' : 'another copy holds it; this one shows what the cluster says'
  const repaired = providers.reduce((sum, { repaired: of }) => sum + of, 0)
  return card(
    'This process',
    facts([
      ['Lease', holds],
      ['Holder', holder === null ? '' : mono(holder)],
      ['Started', moment(startedAt)],
      ['Version', mono(version)],
      ['Cluster', mono(clusterId)],
      [
        'Drift',
        repaired === 0 ? 'no change made outside was corrected since the start' : `${plural(repaired, 'step')} corrected changes made outside, since the start`,
      ],
      ['Mode', isDryRun ? 'dry run: nothing is changed' : ''],
    ]),
  )
}

function providerCard({ name, isRead, trouble, queue, repaired, budget }) {
  const head = facts([
    ['Load balancers', trouble !== null ? `cannot be read: ${trouble}` : isRead ? 'read' : 'not read by this copy yet'],
    ['Stacks in work', number(queue)],
    ['Drift corrected', plural(repaired, 'step')],
  ])
  if (budget.length === 0) return card(`Provider ${name}`, head, h('p', { class: 'soft small' }, 'The calls of this provider are not limited.'))
  const rows = budget.map(({ family, taken, tokens, burst, perSecond, sharePercent, waiting, pauseSeconds, throttles }) => [
    mono(family),
    number(taken),
    h(
      'span',
      {},
      `${number(tokens)} of ${number(burst)}`,
      h('progress', { class: 'bar', max: burst, value: Math.max(0, tokens), 'aria-label': `calls left in ${family}` }),
    ),
    `${perSecond} a second${sharePercent === 100 ? '' : `, ${sharePercent} % of it now`}`,
    number(waiting),
    `${number(throttles)}${pauseSeconds > 0 ? `, pause of ${pauseSeconds} s` : ''}`,
  ])
  return card(
    `Provider ${name}`,
    head,
    h('h2', {}, 'Budget of calls'),
    tableOf(['Family of calls', 'Spent', 'Left now', 'Comes back', 'Waiting', 'Throttled'], rows, [1, 4, 5]),
  )
}

function callsCard({ calls }) {
  if (calls.length === 0) return card('Calls by operation', h('p', { class: 'soft' }, 'No call was made by this process yet.'))
  const rows = calls.map(({ provider, operation, mode, ok, failed, meanMs }) => [
    provider,
    mono(operation),
    mode,
    number(ok),
    failed === 0 ? '0' : h('b', {}, number(failed)),
    duration(meanMs),
  ])
  return card('Calls by operation', tableOf(['Provider', 'Operation', 'Kind', 'Done', 'Failed', 'Mean time'], rows, [3, 4, 5]))
}

function orphansCard(list) {
  if (list === undefined || list.from === 'unknown') return card('Orphans', h('p', { class: 'soft' }, 'It is not known yet whether there are any.'))
  if (list.total === 0) return card('Orphans', h('p', { class: 'soft' }, 'Every load balancer has its Service.'))
  const rows = list.orphans.map(({ provider, namespace, name, uid, holds, addresses, firstSeen, state, deletedAt }) => [
    mono(name === null ? `UID ${uid}` : `${namespace}/${name}`),
    provider,
    mono([...addresses, ...holds].join(', ')),
    moment(firstSeen),
    state === 'waiting' ? h('span', {}, 'deleted ', moment(deletedAt, 'in')) : state === 'deleting' ? 'being deleted' : 'kept',
  ])
  const from = list.from === 'published' ? 'As the copy with the Lease has published them. ' : ''
  const more = list.total > list.orphans.length ? `The first ${number(list.orphans.length)} of ${number(list.total)}. ` : ''
  return card(
    'Orphans',
    h(
      'p',
      { class: 'soft small' },
      `${from}${more}Load balancers whose Services do not exist. `,
      h('code', {}, 'fairlead orphans --delete'),
      ' deletes them at once.',
    ),
    tableOf(['Service', 'Provider', 'Holds', 'First seen', 'Next'], rows),
  )
}
