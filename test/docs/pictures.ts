/** What would keep GitHub from drawing a Mermaid picture, as far as it shows without Mermaid itself, which is a browser's. */
const KINDS = /^(?:flowchart (?:LR|TD)|sequenceDiagram|stateDiagram-v2)$/

/** None: its kind is known, boxes have names of their own, brackets close on their line, groups end, and people of a sequence are introduced. */
export function faultsOf(picture: string): readonly string[] {
  const [kind = '', ...lines] = picture.trimEnd().split('\n')
  const known = KINDS.test(kind) ? [] : [`${JSON.stringify(kind)} is not a kind of picture that is used here`]
  return [
    ...known,
    ...lines.flatMap(reservedName),
    ...lines.flatMap(unbalanced),
    ...openGroups(lines),
    ...(kind === 'sequenceDiagram' ? unknownParties(lines) : []),
  ]
}

/** Words of Mermaid's own cannot be names of boxes. */
function reservedName(line: string): readonly string[] {
  const [, name] = /\b(class|click|default|end|graph|style|subgraph)[[({]/.exec(line) ?? []
  return name === undefined ? [] : [`${name} is a word of Mermaid, not a name: ${line.trim()}`]
}

const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** Brackets in quotes are text. */
function unbalanced(line: string): readonly string[] {
  const open: string[] = []
  for (const character of line.replaceAll(/"[^"]*"/g, '')) {
    if (Object.values(PAIRS).includes(character)) open.push(character)
    else if (character in PAIRS && open.pop() !== PAIRS[character]) return [`a bracket is not opened: ${line.trim()}`]
  }
  if (open.length > 0 || (line.match(/"/g) ?? []).length % 2 === 1) return [`a bracket or quote is not closed: ${line.trim()}`]
  return []
}

function openGroups(lines: readonly string[]): readonly string[] {
  const words = lines.map((line) => line.trim().split(' ')[0] ?? '')
  const begun = words.filter((word) => ['subgraph', 'loop', 'alt', 'opt', 'par'].includes(word)).length
  return begun === words.filter((word) => word === 'end').length ? [] : ['a group has no end']
}

function unknownParties(lines: readonly string[]): readonly string[] {
  const parties = new Set(lines.flatMap((line) => /^\s*participant (\w+)/.exec(line)?.slice(1) ?? []))
  const named = lines.flatMap((line) => /^\s*(\w+)\s*(?:-->>|->>|--x|-x)\s*(\w+):/.exec(line)?.slice(1) ?? [])
  return named.filter((name) => !parties.has(name)).map((name) => `${name} is not a participant`)
}
