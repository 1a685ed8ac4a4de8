/** Links of a Markdown page, and the anchors that GitHub makes of its headings. */
export interface Link {
  /** Relative to the page; empty: the page itself. */
  readonly path: string
  /** Without `#`; empty: the whole file. */
  readonly anchor: string
}

/** Within the project; those to the internet are left out. */
export function linksOf(page: string): readonly Link[] {
  return [...withoutCode(page).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path = '', anchor = ''] = target.split('#')
    return [{ path, anchor }]
  })
}

/** As GitHub makes them: lower case, without punctuation, blanks as hyphens; the second of a name gets `-1`. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, title = ''] of withoutFences(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    const count = seen.get(plain) ?? 0
    seen.set(plain, count + 1)
    anchors.add(count === 0 ? plain : `${plain}-${count}`)
  }
  return anchors
}

function withoutFences(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```$/gm, '')
}

function withoutCode(page: string): string {
  return withoutFences(page).replaceAll(/`[^`\n]*`/g, '`code`')
}
