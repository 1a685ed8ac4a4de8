/** Ports as numbers, runs and texts. Pure. */

/** Ports one after the other, both ends included. */
export interface Run {
  readonly from: number
  readonly to: number
}

/** As few runs as there can be, from the lowest: a port that is there twice counts once. */
export function runsOf(ports: readonly number[]): readonly Run[] {
  const runs: { from: number; to: number }[] = []
  for (const port of new Set(ports.toSorted((a, b) => a - b))) {
    const last = runs.at(-1)
    if (last !== undefined && last.to === port - 1) last.to = port
    else runs.push({ from: port, to: port })
  }
  return runs
}

/** `80`, `8000-8099`. */
export function runText({ from, to }: Run): string {
  return from === to ? `${from}` : `${from}-${to}`
}

/** `80` and `80-80` are one port. Undefined: it is neither a port nor a range. */
export function runIn(text: string): Run | undefined {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  return from === undefined ? undefined : { from: Number(from), to: Number(to) }
}
