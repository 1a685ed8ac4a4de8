/** Elements. Text that others wrote only ever becomes a text node: there is no way from here to markup. */

const SVG = 'http://www.w3.org/2000/svg'

/** `properties`: attributes; `class`, and `on` with listeners by event. Children: elements and texts; null and undefined are left out. */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children)
}

export function s(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children)
}

function filled(element, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener)
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''))
  return element
}

/** Replaces what is in an element, where something changed. Answers whether. */
export function fill(element, ...children) {
  const next = h('div', {}, ...children)
  if (next.innerHTML === element.innerHTML && element.childNodes.length > 0) return false
  const focused = focusPath(element)
  element.replaceChildren(...next.childNodes)
  focusAgain(element, focused)
  return true
}

/** What is focused is found again by its `data-focus`. */
function focusPath(element) {
  const { activeElement } = document
  return activeElement !== null && element.contains(activeElement) ? activeElement.getAttribute('data-focus') : null
}

function focusAgain(element, key) {
  if (key === null) return
  for (const candidate of element.querySelectorAll('[data-focus]')) if (candidate.getAttribute('data-focus') === key) candidate.focus({ preventScroll: true })
}
