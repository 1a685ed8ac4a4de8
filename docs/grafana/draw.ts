/**
 * Draws the dashboard's panels from scrapes of `/metrics`, for the docs: `node docs/grafana/draw.ts FOLDER > docs/grafana/dashboard.svg`. The folder has a file for each
 * scrape, called SECONDS.POD.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Panel, ROWS } from './panels.ts'
import { legendOf } from './query.ts'
import { evaluate, samplesOf, type Scrape, type Series } from './scrape.ts'

const [WIDTH, GAP, HEAD, STAT, CHART] = [1200, 8, 24, 74, 168] as const
/** Legible on white and on black. */
const COLORS = ['#3d8bd9', '#e0752d', '#3f9f5a', '#c14f9e', '#b58900', '#2aa198', '#8a6fd1', '#cb4b42'] as const
const LEAST_LEGENDS = 6

function scrapesIn(folder: string): readonly Scrape[] {
  const files = readdirSync(folder).flatMap((name) => {
    const [, at, pod = ''] = /^(\d+)\.(\w+)$/.exec(name) ?? []
    return at === undefined || pod === 'tmp' ? [] : [{ at: Number(at), samples: samplesOf(readFileSync(join(folder, name), 'utf8'), { pod }) }]
  })
  return [...Map.groupBy(files, ({ at }) => at)].map(([at, some]) => ({ at, samples: some.flatMap(({ samples }) => samples) })).toSorted((a, b) => a.at - b.at)
}

interface Drawn {
  readonly legend: string
  readonly values: readonly number[]
}

/** Lines that are never anything but 0 are left out, as Grafana leaves out what is hidden by its legend. */
function drawnOf(panel: Panel, scrapes: readonly Scrape[]): readonly Drawn[] {
  const all = panel.queries.flatMap((query) => evaluate(query, scrapes).map((series) => ({ legend: named(legendOf(query), series), values: series.values })))
  const alive = all.filter(({ values }) => values.some((value) => value > 0))
  return (alive.length > 0 ? alive : all.slice(0, 1)).toSorted((a, b) => greatest(b.values) - greatest(a.values))
}

function named(legend: string, { labels }: Series): string {
  return legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '')
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most ? value : most), 0)
}

function textOf(value: number, unit: Panel['unit']): string {
  if (Number.isNaN(value)) return 'no data'
  const short = (number: number): string => String(Number(number.toPrecision(3)))
  if (unit === 'percentunit') return `${short(value * 100)} %`
  if (unit === 'bytes') return `${short(value / 1024 ** 2)} MiB`
  if (unit === 's') return value > 0 && value < 1 ? `${short(value * 1000)} ms` : `${short(value)} s`
  return unit === 'ops' ? `${short(value)}/s` : short(value)
}

function colorOf({ limits }: Panel, value: number): string {
  if (limits === undefined) return 'fine'
  if (limits.isLow === true) return value < limits.bad ? 'bad' : 'fine'
  return value >= limits.bad ? 'bad' : value >= (limits.warn ?? Infinity) ? 'warn' : 'fine'
}

interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

function panelSvg(panel: Panel, drawn: readonly Drawn[], box: Box): string {
  const inner = panel.kind === 'stat' ? statSvg(panel, drawn, box) : panel.kind === 'bars' ? barsSvg(panel, drawn, box) : chartSvg(panel, drawn, box)
  return `<g transform="translate(${box.x} ${box.y})"><rect class="panel" width="${box.w}" height="${box.h}" rx="3"/><text class="title" x="8" y="17">${escaped(panel.title)}</text>${inner}</g>`
}

function last({ values }: Drawn): number {
  return values.findLast((value) => !Number.isNaN(value)) ?? NaN
}

function statSvg(panel: Panel, drawn: readonly Drawn[], { w, h }: Box): string {
  const value = drawn.length === 0 ? NaN : Math.max(...drawn.map(last))
  return `<text class="value ${colorOf(panel, value)}" x="${w / 2}" y="${h - 16}">${textOf(value, panel.unit)}</text>`
}

function barsSvg(panel: Panel, drawn: readonly Drawn[], { w }: Box): string {
  const bars = drawn.map((one, i) => {
    const [y, value] = [40 + i * 34, last(one)]
    const bar = `<rect class="track" x="8" y="${y + 5}" width="${w - 90}" height="14"/><rect class="bar ${colorOf(panel, value)}" x="8" y="${y + 5}" width="${Math.round((w - 90) * value)}" height="14"/>`
    return `<text class="small" x="8" y="${y}">${escaped(one.legend)}</text>${bar}<text class="small" x="${w - 74}" y="${y + 16}">${textOf(value, panel.unit)}</text>`
  })
  return bars.join('')
}

function chartSvg(panel: Panel, drawn: readonly Drawn[], { w, h }: Box): string {
  const plot = { x: 58, y: 28, w: w - 68, h: h - 72 }
  const stacked = panel.kind === 'stacked' ? stack(drawn) : drawn.map(({ values }) => values)
  const most = Math.max(0, ...stacked.map(greatest))
  const top = most === 0 ? 1 : most * 1.1
  const points = (values: readonly number[]): readonly string[] =>
    values.flatMap((value, i) =>
      Number.isNaN(value)
        ? []
        : [`${Math.round(plot.x + (plot.w * i) / Math.max(1, values.length - 1))},${Math.round((plot.y + plot.h * (1 - value / top)) * 10) / 10}`],
    )
  const axis = [0, 0.5, 1].map((share) => {
    const y = plot.y + plot.h * (1 - share)
    return `<line class="grid" x1="${plot.x}" x2="${plot.x + plot.w}" y1="${y}" y2="${y}"/><text class="axis" x="${plot.x - 5}" y="${y + 4}">${textOf(top * share, panel.unit)}</text>`
  })
  const lines = stacked.map((values, i) => `<polyline class="line" stroke="${COLORS[i % COLORS.length]}" points="${points(values).join(' ')}"/>`)
  return `${axis.join('')}${lines.toReversed().join('')}${legendSvg(drawn, { x: 10, y: h - 26, w: w - 20, h: 26 })}`
}

/** Each on those before it. */
function stack(drawn: readonly Drawn[]): readonly (readonly number[])[] {
  const sums: number[][] = []
  for (const { values } of drawn) sums.push(values.map((value, i) => (Number.isNaN(value) ? 0 : value) + (sums.at(-1)?.[i] ?? 0)))
  return sums
}

function legendSvg(drawn: readonly Drawn[], { x, y, w }: Box): string {
  let [left, line] = [x, 0]
  const shown = drawn.slice(0, LEAST_LEGENDS).map(({ legend }, i) => {
    const width = 18 + legend.length * 6.1
    if (left + width > x + w) [left, line] = [x, line + 1]
    const at = left
    left += width
    return `<rect x="${Math.round(at)}" y="${y + line * 14 - 7}" width="9" height="3" fill="${COLORS[i % COLORS.length]}"/><text class="small" x="${Math.round(at + 12)}" y="${y + line * 14}">${escaped(legend)}</text>`
  })
  return shown.join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

const STYLE = [
  'svg{font-family:system-ui,sans-serif;background:#f4f5f5}',
  '.panel{fill:#fff;stroke:#d8d9da}.title{font-size:12px;font-weight:600;fill:#24292e}.row{font-size:13px;font-weight:600;fill:#24292e}',
  '.small,.axis{font-size:10.5px;fill:#5a6068}.axis{text-anchor:end}.grid,.track{stroke:#8884;fill:#8882}',
  '.value{font-size:26px;font-weight:600;text-anchor:middle}.fine{fill:#2b8a47}.warn{fill:#b7791f}.bad{fill:#c4302b}.line{fill:none;stroke-width:1.6}',
  '@media(prefers-color-scheme:dark){svg{background:#111217}.panel{fill:#181b1f;stroke:#2c3235}.title,.row{fill:#d8d9da}.small,.axis{fill:#9fa7b3}.fine{fill:#56c27a}.warn{fill:#e0b400}.bad{fill:#f2655e}}',
].join('')

function picture(scrapes: readonly Scrape[]): string {
  const parts: string[] = []
  let y = GAP
  for (const { title, panels } of ROWS) {
    parts.push(`<text class="row" x="${GAP}" y="${y + 16}">${escaped(title)}</text>`)
    y += HEAD
    const isOfNumbers = panels[0]?.kind === 'stat'
    const perLine = isOfNumbers ? panels.length : panels.length % 3 === 0 ? 3 : 2
    const [w, h] = [(WIDTH - GAP) / perLine - GAP, isOfNumbers ? STAT : CHART]
    for (const [i, panel] of panels.entries()) {
      const box = { x: GAP + (i % perLine) * (w + GAP), y: y + Math.floor(i / perLine) * (h + GAP), w: Math.floor(w), h }
      parts.push(panelSvg(panel, drawnOf(panel, scrapes), box))
    }
    y += Math.ceil(panels.length / perLine) * (h + GAP)
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="The dashboard of Fairlead"><style>${STYLE}</style>\n${parts.join('\n')}\n</svg>\n`
}

process.stdout.write(picture(scrapesIn(process.argv[2] ?? '.')))
