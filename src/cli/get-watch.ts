/** `fairlead get --watch`: a line for every change of a row, as kubectl prints them. */
import { stringify } from 'yaml'
import type { WatchServicesOptions } from '../kubernetes/services.ts'
import type { Snapshot } from '../model/cluster.ts'
import { rowOf, rowsOf, type ServiceRow } from '../overview/service-row.ts'
import type { Providers } from '../overview/service-row.ts'
import { rowLines, type ShownRow, type TableForm, watchWidths } from './get-table.ts'
import type { CommandTerminal } from './program.ts'

export interface RowWatch {
  readonly providers: Providers
  readonly output: 'text' | 'wide' | 'json' | 'yaml'
  readonly terminal: Pick<CommandTerminal, 'out' | 'show'>
  /** As of now: a terminal may have got another width. */
  readonly form: () => TableForm
}

type What = 'ADDED' | 'MODIFIED' | 'DELETED'

/** Shows all rows first, and then a row whenever something of it is another than what was shown. */
export function rowWatch(watch: RowWatch): Pick<WatchServicesOptions, 'onSynced' | 'onChange'> {
  const { providers } = watch
  const known = new Map<string, ServiceRow>()
  const print = printer(watch)
  const look = (snapshot: Snapshot, namespace: string, name: string): void => {
    const key = `${namespace}/${name}`
    const [before, service] = [known.get(key), snapshot.service(namespace, name)]
    const row = service === undefined ? undefined : rowOf(service, snapshot, providers)
    if (row === undefined) {
      if (known.delete(key) && before !== undefined) print('DELETED', [before])
      return
    }
    known.set(key, row)
    if (before === undefined) print('ADDED', [row])
    else if (JSON.stringify(before) !== JSON.stringify(row)) print('MODIFIED', [row])
  }
  return {
    onSynced: (snapshot) => {
      const rows = rowsOf(snapshot, providers)
      for (const row of rows) known.set(`${row.namespace}/${row.name}`, row)
      if (rows.length > 0) print('ADDED', rows)
    },
    onChange: (snapshot, change) => {
      if (change.resource === 'services') look(snapshot, change.namespace, change.name)
      if (change.resource === 'endpointslices' && change.serviceName !== undefined) look(snapshot, change.namespace, change.serviceName)
    },
  }
}

/** Tables go on with the widths of the first rows. */
function printer({ output, terminal, form: formNow }: RowWatch): (what: What, rows: readonly ServiceRow[]) => void {
  if (output === 'json') return (type, rows) => rows.forEach((service) => terminal.out(`${JSON.stringify({ type, service })}\n`))
  if (output === 'yaml') return (type, rows) => rows.forEach((service) => terminal.out(`---\n${stringify({ type, service })}`))
  let isBegun = false
  let widths: readonly number[] | undefined
  return (what, rows) => {
    const shown = what === 'DELETED' ? rows.map((row): ShownRow => ({ ...row, isGone: true })) : rows
    const form = formNow()
    const least = (widths ??= watchWidths(shown, form))
    terminal.show(rowLines(shown, form, { least, isContinued: isBegun }))
    isBegun = true
  }
}
