/** Times as the API server takes them. */

/** MicroTime: exactly six fraction digits; none, three or nine are a 400 (seen on 1.37). */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

/** metav1.Time: whole seconds. */
export function secondsTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}
