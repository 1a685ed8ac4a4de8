/** Positions in a cluster's history. Decimal text of any size, ordered within one resource since KEP-5504; anything else is only equal or not. */

const DECIMAL = /^[1-9]\d*$|^0$/

/** Whether `a` is earlier in history than `b`; false when that is unknown. */
export function isOlder(a: string, b: string): boolean {
  if (!DECIMAL.test(a) || !DECIMAL.test(b)) return false
  return a.length === b.length ? a < b : a.length < b.length
}
