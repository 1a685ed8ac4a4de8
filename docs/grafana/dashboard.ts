/** The dashboard as Grafana takes it, schema 39: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
import { type Panel, ROWS, type Row } from './panels.ts'
import { legendOf, promQl } from './query.ts'

const SOURCE = { type: 'prometheus', uid: '${datasource}' }
/** Grafana's grid has 24 columns. */
const COLUMNS = 24
const HEIGHTS = { stat: 4, lines: 8, stacked: 8, bars: 8 } as const

/** The text of `helm-chart/dashboards/fairlead.json`. */
export function dashboardJson(): string {
  return `${JSON.stringify(dashboard(), undefined, 2)}\n`
}

function dashboard(): object {
  return {
    uid: 'fairlead',
    title: 'Fairlead',
    description: 'Load balancers of Services: what is served, what is refused and why, and what the clouds say.',
    tags: ['fairlead', 'kubernetes'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    templating: { list: variables() },
    panels: layOut(ROWS),
  }
}

function variables(): readonly object[] {
  const asked = (name: string, label: string, query: string): object => ({
    name,
    label,
    type: 'query',
    datasource: SOURCE,
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  })
  return [
    { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {}, refresh: 1 },
    asked('namespace', 'Namespace', 'label_values(fairlead_leader, namespace)'),
    asked('job', 'Job', 'label_values(fairlead_leader{namespace=~"$namespace"}, job)'),
    asked('provider', 'Provider', 'label_values(fairlead_services{job=~"$job"}, provider)'),
  ]
}

/** Rows one under the other; the panels of a row side by side, six where they are numbers and else two or three. */
function layOut(rows: readonly Row[]): readonly object[] {
  const made: object[] = []
  let y = 0
  let id = 1
  for (const { title, panels } of rows) {
    made.push({ id: id++, type: 'row', title, collapsed: false, panels: [], gridPos: { x: 0, y, w: COLUMNS, h: 1 } })
    y += 1
    const height = HEIGHTS[panels[0]?.kind ?? 'lines']
    const width = height === HEIGHTS.stat ? COLUMNS / panels.length : panels.length % 3 === 0 ? COLUMNS / 3 : COLUMNS / 2
    const perLine = COLUMNS / width
    for (const [i, panel] of panels.entries()) {
      const gridPos = { x: (i % perLine) * width, y: y + Math.floor(i / perLine) * height, w: width, h: height }
      made.push({ id: id++, gridPos, ...panelJson(panel) })
    }
    y += Math.ceil(panels.length / perLine) * height
  }
  return made
}

const REFS = 'ABCDEF'

function panelJson({ title, text, kind, unit, queries, limits }: Panel): object {
  return {
    type: { stat: 'stat', bars: 'bargauge', lines: 'timeseries', stacked: 'timeseries' }[kind],
    title,
    description: text,
    datasource: SOURCE,
    fieldConfig: { defaults: { unit, min: 0, ...(unit === 'percentunit' ? { max: 1 } : {}), ...thresholds(limits), ...drawn(kind) }, overrides: [] },
    options: optionsOf(kind),
    targets: queries.map((query, i) => ({
      refId: REFS[i],
      datasource: SOURCE,
      expr: promQl(query),
      legendFormat: legendOf(query) || '__auto',
      range: kind !== 'stat' && kind !== 'bars',
      instant: kind === 'stat' || kind === 'bars',
    })),
  }
}

function thresholds(limits: Panel['limits']): object {
  if (limits === undefined) return {}
  const { warn, bad, isLow } = limits
  const steps =
    isLow === true
      ? [
          { color: 'red', value: null },
          { color: 'green', value: bad },
        ]
      : [{ color: 'green', value: null }, ...(warn === undefined ? [] : [{ color: 'yellow', value: warn }]), { color: 'red', value: bad }]
  return { color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps } }
}

function drawn(kind: Panel['kind']): object {
  if (kind === 'stat' || kind === 'bars') return {}
  const isStacked = kind === 'stacked'
  return {
    custom: {
      drawStyle: 'line',
      lineWidth: 1,
      fillOpacity: isStacked ? 40 : 10,
      showPoints: 'never',
      stacking: { mode: isStacked ? 'normal' : 'none', group: 'A' },
    },
  }
}

function optionsOf(kind: Panel['kind']): object {
  const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false }
  if (kind === 'stat') return { reduceOptions, colorMode: 'value', graphMode: 'area', textMode: 'auto', justifyMode: 'auto', orientation: 'auto' }
  if (kind === 'bars') return { reduceOptions, displayMode: 'gradient', orientation: 'horizontal', showUnfilled: true }
  return { legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] }, tooltip: { mode: 'multi', sort: 'desc' } }
}
