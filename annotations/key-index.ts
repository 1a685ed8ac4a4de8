/** Finds what an annotation's key stands for: exact names, `NAME.53-udp`, and forms with the port in the middle. It does not look at values. */

export interface KeyClaim<T> {
  readonly key: string
  readonly perPort: true | string | undefined
  readonly found: T
}

/** Throws when two claims are for one key. */
export function keyIndex<T>(claims: readonly KeyClaim<T>[]): (key: string) => { readonly found: T; readonly port?: string } | undefined {
  const exact = new Map<string, KeyClaim<T>>()
  for (const claim of claims) {
    if (exact.has(claim.key)) throw new Error(`the annotation ${claim.key} is declared twice`)
    exact.set(claim.key, claim)
  }
  const forms = claims.flatMap((claim) => (typeof claim.perPort === 'string' ? [{ ...around(claim.perPort), found: claim.found }] : []))
  return (key) => {
    const whole = exact.get(key)
    if (whole !== undefined) return { found: whole.found }
    const dot = key.lastIndexOf('.')
    const base = dot < 0 ? undefined : exact.get(key.slice(0, dot))
    if (base?.perPort === true) return { found: base.found, port: key.slice(dot + 1) }
    const form = forms.find(({ before, after }) => key.length > before.length + after.length && key.startsWith(before) && key.endsWith(after))
    return form && { found: form.found, port: key.slice(form.before.length, key.length - form.after.length) }
  }
}

function around(form: string): { before: string; after: string } {
  const [before = '', after = ''] = form.split('{port}')
  return { before, after }
}
