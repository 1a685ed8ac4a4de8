/** Draws the way from an address to its backends: side by side where there is room, below each other where there is not. */
import { s } from './dom.js'
import { HEALTH_LEVELS, plural } from './words.js'

const LINE = 18
const PAD = 9
const GAP = 10
const CHARACTER = 7.25

/** `width` in pixels. */
export function drawPicture(picture, width) {
  const columns = columnsOf(picture)
  return width < 700 ? drawDown(columns, picture, width) : drawAcross(columns, picture, width)
}

/** A column of boxes; a box of lines. `to`: indices of boxes in the next column. */
function columnsOf(picture) {
  const listeners = picture.listeners.map(listenerBox)
  if (picture.moreListeners > 0) listeners.push({ lines: [{ text: plural(picture.moreListeners, 'more listener') }], to: [] })
  const addresses = picture.addresses.map((address) => ({ lines: [{ text: address }], to: listeners.map((_, i) => i) }))
  if (addresses.length === 0) addresses.push({ lines: [{ text: 'no address', tone: 'off' }], to: listeners.map((_, i) => i), isOpen: true })
  const backends = picture.listeners.map((listener) => backendsBox(listener, picture))
  const held = picture.parts.map(partsBox)
  const columns = [
    { title: 'Address', boxes: addresses },
    { title: 'Listeners', boxes: listeners },
  ]
  if (held.length > 0) {
    for (const listener of listeners) listener.to = held.map((_, i) => i)
    for (const box of held) box.to = backends.map((_, i) => i)
    columns.push({ title: 'In the cloud', boxes: held, isJoined: true })
  }
  columns.push({ title: picture.healthFrom === 'cluster' ? 'Backends, as the cluster sees them' : 'Backends, as the health checks see them', boxes: backends })
  return columns
}

function listenerBox({ key, error }, i) {
  const refused = error === null ? [] : [{ text: `refused: ${error}`, tone: 'bad' }]
  return { lines: [{ text: key }, ...refused], to: [i], isBad: error !== null }
}

function partsBox({ kind, names, more }) {
  const rest = more === 0 ? [] : [{ text: `and ${more} more`, isSoft: true }]
  return { lines: [{ text: kind === '' ? 'parts' : kind, isSoft: true }, ...names.map((text) => ({ text })), ...rest], to: [] }
}

function backendsBox({ key, backends, moreBackends, counts }, { healthFrom, isServed }) {
  if (!isServed) return { caption: key, lines: [{ text: 'not served', tone: 'off' }], to: [] }
  const lines = backends.map(({ name, node, zone, health, because }) => ({
    text: name,
    tone: HEALTH_LEVELS[health],
    note: [healthFrom === 'cluster' && health === 'ready' ? 'ready' : health, zone].filter((part) => part !== null).join(', '),
    title: [name, node === null ? '' : `on ${node}`, zone === null ? '' : `in ${zone}`, health, because].filter((part) => part !== '').join(', '),
  }))
  if (moreBackends > 0) lines.push({ text: `and ${moreBackends} more`, isSoft: true })
  if (lines.length === 0) lines.push({ text: 'no backends', tone: 'warning' })
  return { caption: key, lines, isBad: backends.length === 0 || ((counts.healthy ?? 0) + (counts.ready ?? 0) === 0 && (counts.initial ?? 0) === 0), to: [] }
}

function heightOf({ lines, caption }) {
  return lines.length * LINE + 2 * PAD + (caption === undefined ? 0 : LINE)
}

function columnHeight({ boxes }) {
  return boxes.reduce((sum, box) => sum + heightOf(box) + GAP, -GAP)
}

function drawAcross(columns, picture, width) {
  const weights = columns.map((_, i) => (i === 0 ? 1.15 : i === 1 ? 0.75 : i === columns.length - 1 ? 1.9 : 1.35))
  const wires = 44 * (columns.length - 1)
  const unit = (width - wires - 2) / weights.reduce((sum, weight) => sum + weight, 0)
  const height = Math.max(...columns.map(columnHeight)) + LINE + GAP
  const elements = []
  let x = 1
  const placed = columns.map((column, i) => {
    const boxWidth = unit * weights[i]
    let y = LINE + GAP + (height - LINE - GAP - columnHeight(column)) / 2
    elements.push(s('text', { class: 'caption', x, y: 12 }, fitted(column.title, boxWidth + 30, 6.4)))
    const boxes = column.boxes.map((box) => {
      const place = { box, x, y, width: boxWidth, height: heightOf(box) }
      y += place.height + GAP
      return place
    })
    x += boxWidth + 44
    return boxes
  })
  const lines = placed.slice(0, -1).flatMap((boxes, i) => boxes.flatMap((from) => from.box.to.map((to) => wireAcross(from, placed[i + 1][to]))))
  return svg(picture, width, height, [...lines, ...elements, ...placed.flat().map(drawBox)])
}

function wireAcross(from, to) {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2]
  const [x2, y2] = [to.x, to.y + to.height / 2]
  const middle = (x1 + x2) / 2
  return s('path', { class: wireClass(from, to), d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}` })
}

/** Where a name and what is said of it do not fit on one line, they get two. */
function inTwoLines(box) {
  const lines = box.lines.flatMap((line) =>
    line.note === undefined || line.note === ''
      ? [line]
      : [
          { ...line, note: '' },
          { text: line.note, tone: line.tone, isSoft: true, isRest: true },
        ],
  )
  return { ...box, lines }
}

function drawDown(columns, picture, width) {
  const elements = []
  let y = 12
  let before = []
  for (const column of columns) {
    elements.push(s('text', { class: 'caption', x: 14, y }, fitted(column.title, width - 14, 6.4)))
    y += 10
    const boxes = column.boxes.map(inTwoLines).map((box) => {
      const place = { box, x: 14, y, width: width - 15, height: heightOf(box) }
      y += place.height + GAP
      return place
    })
    for (const to of boxes) elements.push(s('path', { class: 'wire', d: `M5 ${to.y + to.height / 2}H14` }))
    before.push(...boxes)
    y += 16
  }
  const [first, last] = [before[0], before.at(-1)]
  elements.push(s('path', { class: 'wire', d: `M5 ${first.y + first.height / 2}V${last.y + last.height / 2}` }))
  return svg(picture, width, y - 16, [...elements, ...before.map(drawBox)])
}

function wireClass(from, to) {
  if (from.box.isBad === true || to.box.isBad === true) return 'wire bad'
  return from.box.isOpen === true ? 'wire open' : 'wire'
}

function drawBox({ box, x, y, width, height }) {
  const captionHeight = box.caption === undefined ? 0 : LINE
  const caption = box.caption === undefined ? [] : [s('text', { class: 'caption', x: x + 10, y: y + PAD + 12 }, `to ${box.caption}`)]
  return s(
    'g',
    {},
    s('rect', { class: 'box', x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: 5 }),
    ...caption,
    ...box.lines.map((line, i) => drawLine(line, x + 10, y + PAD + captionHeight + i * LINE + 13, width - 20)),
  )
}

function drawLine({ text, tone, note = '', title = text, isSoft = false, isRest = false }, x, y, width) {
  const left = tone === undefined ? 0 : 15
  const noteWidth = note.length * 6.6
  const dot = tone === undefined || isRest ? [] : [mark(tone, x + 4, y - 4.5)]
  const right = note === '' ? [] : [s('text', { class: `caption ${tone ?? ''} tone`, x: x + width, y, 'text-anchor': 'end' }, note)]
  return s(
    'g',
    {},
    s('title', {}, title),
    ...dot,
    s(
      'text',
      { x: x + left, y, class: isRest ? `caption ${tone ?? ''} tone` : isSoft ? 'caption' : null },
      fitted(text, width - left - (note === '' ? 0 : noteWidth + 8), isSoft ? 6.4 : CHARACTER),
    ),
    ...right,
  )
}

/** A shape for each level, as beside the words of states. */
function mark(tone, x, y) {
  const group = (...children) => s('g', { class: tone, 'aria-hidden': 'true' }, ...children)
  if (tone === 'bad') return group(s('path', { class: 'edge', d: `M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7`, 'stroke-width': 2.2 }))
  if (tone === 'warning') return group(s('path', { class: 'tone', d: `M${x} ${y - 4}l4.5 8h-9z` }))
  if (tone === 'off') return group(s('rect', { class: 'tone', x: x - 4, y: y - 1.5, width: 8, height: 3 }))
  if (tone === 'busy') return group(s('circle', { class: 'edge', cx: x, cy: y, r: 3.2, fill: 'none', 'stroke-width': 2 }))
  return group(s('circle', { class: 'tone', cx: x, cy: y, r: 4 }))
}

function fitted(text, width, character) {
  const room = Math.max(4, Math.floor(width / character))
  if (text.length <= room) return text
  const tail = Math.floor(room / 3)
  return `${text.slice(0, room - tail - 1)}…${text.slice(text.length - tail)}`
}

function svg(picture, width, height, children) {
  const counts = new Map()
  for (const listener of picture.listeners) for (const [health, count] of Object.entries(listener.counts)) counts.set(health, (counts.get(health) ?? 0) + count)
  const label = `${picture.addresses.join(' and ') || 'No address yet'}; listeners ${picture.listeners.map(({ key }) => key).join(', ') || 'none'}; backends: ${[...counts].map(([health, count]) => `${count} ${health}`).join(', ') || 'none'}`
  return s('svg', { class: 'picture', role: 'img', 'aria-label': label, viewBox: `0 0 ${width} ${Math.ceil(height)}` }, ...children)
}
