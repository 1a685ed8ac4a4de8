import { expect, test } from 'vitest'
import { permissionsCommand } from '../../../src/cli/permissions.ts'
import type { Terminal } from '../../../src/cli/program.ts'
import { readSettings } from '../../../src/config.ts'

/** Tells what it was asked for. */
const told = {
  features: {
    usual: { what: 'what all have', byDefault: true },
    more: { what: 'what few have', byDefault: true },
    rare: { what: 'what is risky', byDefault: false },
  },
  document: ({ features, ...rest }: { readonly features: ReadonlySet<string> }) => JSON.stringify({ features: [...features], ...rest }),
}

async function run(flags: Record<string, string | readonly string[]>): Promise<unknown> {
  let out = ''
  const terminal: Terminal = { environment: {}, out: (text) => (out += text), err: () => {}, isTerminal: false, signal: new AbortController().signal }
  const command = permissionsCommand(async () => told)
  await command(readSettings('permissions', { flags, environment: {} }), terminal, ['aws'])
  return JSON.parse(out)
}

test('what is usual, for any cluster', async () => {
  expect(await run({})).toEqual({ features: ['usual', 'more'], partition: 'aws' })
})

test('less, more, for one cluster, elsewhere', async () => {
  const flags = { without: ['usual,more'], with: ['rare'], 'cluster-id': 'c1', partition: 'aws-cn' }
  expect(await run(flags)).toEqual({ features: ['rare'], clusterId: 'c1', partition: 'aws-cn' })
})

test('a feature that is none: all are told', async () => {
  await expect(run({ without: ['tsl'] })).rejects.toThrow('--without is "tsl"; allowed:\n  usual: what all have\n  more: what few have\n  rare: what is risky')
  await expect(run({ with: ['tsl'] })).rejects.toThrow('--with is "tsl"')
})
