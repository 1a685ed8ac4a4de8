/** The page that shows how near the emulated Google Cloud is to the real one; made from the recorded exchanges and the known differences. */
import { knownLines } from '../../recordings/difference.ts'
import { renderTable } from '../../recordings/table.ts'
import { KNOWN } from './differences.ts'
import { isStep, recordedLines } from './lines.ts'

export const PAGE = new URL('../../../../docs/emulator-gcp-differences.md', import.meta.url)
export const COMMAND = 'npm exec -- node test/cloud/gcp/recordings/write-page.ts'

export function renderPage(): string {
  return [
    '# The emulated Google Cloud beside the real one',
    '',
    `<!-- Made by \`${COMMAND}\`; edit test/cloud/gcp/recordings/differences.ts instead. -->`,
    '',
    'The emulator is held against answers of the real Compute API that other projects recorded for their own tests between 2019 and 2026. Each recorded scenario is sent to',
    'the emulator again, request by request; status, reasons, operations and every member of every body are compared. Ids, times, versions and addresses, which a cloud',
    'chooses for itself, are compared by their form: most sources had replaced them by constants. Texts of errors are not compared, and of links only what follows host and',
    'version. What was there before the first recorded request, and what other requests did in between, is set up beforehand (`prepare.ts`).',
    '',
    ...renderTable([['Scenario', 'Requests', 'Types'], ...scenarioRows()]),
    '',
    'The scenarios whose names begin with `c7n` are single answers from the tests of Cloud Custodian (Apache-2.0), the others histories from those of Kubernetes Config Connector',
    '(Apache-2.0), of which only recordings of the real Google Cloud were taken.',
    '',
    '## What differs, and stays so',
    '',
    ...knownLines(KNOWN),
    '',
    '## What no recording shows',
    '',
    'No recording was found of passthrough load balancers: forwarding rules with a backend service of the schemes `EXTERNAL` and `INTERNAL` as they are made, endpoint groups,',
    'a stale version (412), a name that is taken (409), a quota, a request rate, an address in use, `requestId` and `wait`. What the emulator does there rests on the',
    'comments of the API and on what clients of it expect; [its own page](emulators-gcp.md) lists it as unproven.',
    '',
    'Not replayed: recorded lists of all scopes (those have every region of the world), global backend services, and `setPrivateIpGoogleAccess` of a subnetwork, which are not emulated.',
    '',
  ].join('\n')
}

function scenarioRows(): string[][] {
  const exchanges = recordedLines().flatMap((line) => (isStep(line) ? [] : [line]))
  return [...Map.groupBy(exchanges, ({ scenario }) => scenario)].map(([name, own]) => [
    name,
    String(own.length),
    [...new Set(own.flatMap(({ path }) => (path.includes('/operations/') ? [] : [collectionIn(path)])))].toSorted().join(', '),
  ])
}

function collectionIn(path: string): string {
  return /(?:^global|^(?:regions|zones)\/[^/]+)\/([^/]+)/.exec(path)?.[1] ?? ''
}
