/** The page that shows how near the emulated Azure is to the real one; made from the recorded exchanges and the known differences. */
import { knownLines } from '../../recordings/difference.ts'
import { renderTable } from '../../recordings/table.ts'
import { KNOWN } from './differences.ts'
import { isStep } from './lines.ts'
import { recordedLines } from './recorded.ts'
import { ANSWERED, RECORDED_REFUSALS } from './refusals.ts'

export const PAGE = new URL('../../../../docs/emulator-azure-differences.md', import.meta.url)
export const COMMAND = 'npm exec -- node test/cloud/azure/recordings/write-page.ts'

export function renderPage(): string {
  const missing = RECORDED_REFUSALS.filter(({ code }) => !ANSWERED.has(code))
  return [
    '# The emulated Azure beside the real one',
    '',
    `<!-- Made by \`${COMMAND}\`; edit test/cloud/azure/recordings/differences.ts instead. -->`,
    '',
    'The emulator is held against answers of the real Azure that other projects recorded for their own tests between 2018 and 2026. Each recorded scenario is sent to the',
    'emulator again, request by request; status, codes, headers and every member of every body are compared, and which versions (`etag`) are equal to which. Ids, versions',
    'and addresses that a cloud chooses for itself are compared by their form. Texts of errors are not compared. What was there before the first recorded request, and what',
    'requests to other services did in between, is set up beforehand (`prepare.ts`).',
    '',
    ...renderTable([['Scenario', 'Requests', 'Api-versions'], ...scenarioRows()]),
    '',
    `The names begin with their source: \`aso\` is Azure Service Operator (MIT), \`cpa\` cloud-provider-azure (Apache-2.0), \`cli\` the Azure CLI (MIT), \`net\` the Azure libraries for .NET (MIT).`,
    '',
    '## What differs, and stays so',
    '',
    ...knownLines(KNOWN),
    '',
    '## Recorded refusals',
    '',
    `Of ${RECORDED_REFUSALS.length} kinds of refusals about the types of resources that are emulated, ${RECORDED_REFUSALS.length - missing.length} are given in the same situation with the same status and code.`,
    '',
    ...(missing.length === 0 ? [] : ['Not given:', '', ...missing.map(({ status, code, when }) => `- ${status} \`${code}\`: ${when}`), '']),
    ...renderTable([
      ['Status', 'Code', 'When'],
      ...RECORDED_REFUSALS.filter(({ code }) => ANSWERED.has(code)).map(({ status, code, when }) => [String(status), `\`${code}\``, when]),
    ]),
    '',
  ].join('\n')
}

function scenarioRows(): string[][] {
  const exchanges = recordedLines().filter((one) => !isStep(one))
  const names = [...new Set(exchanges.map(({ scenario }) => scenario))]
  return names.map((name) => {
    const own = exchanges.filter(({ scenario }) => scenario === name)
    return [name, String(own.length), [...new Set(own.flatMap((one) => (isStep(one) ? [] : [one.version])))].toSorted().join(', ')]
  })
}
